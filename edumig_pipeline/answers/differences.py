"""What differs between any two releases of a source, whether one follows the other or not.

Belongs here: choosing the pair, and setting the stage for the rule. Does not belong here: the rule, which is that of the mart
`revisions` (`marts/revisions.sql`, `publish/macros.sql`).
"""

from dataclasses import dataclass
from importlib.resources import files

from edumig_pipeline.answers.errors import WrongQuestionError
from edumig_pipeline.answers.opening import Published, Row, text_of
from edumig_pipeline.wording.spelling import did_you_mean


@dataclass(frozen=True)
class Differences:
    """What differs from an older release to a newer one; lists are as the SQL files of their questions say."""

    source: str
    older: Row
    newer: Row
    summary: list[Row]
    apart: list[Row]
    changes: list[Row]


def differences(published: Published, old: str, new: str, *, all_of_them: bool = False) -> Differences:
    """What differs between two releases, named `source/release`, or by release alone where one source has it.

    `changes` are the largest of each indicator, or all of them. Raises WrongQuestionError for an unknown or ambiguous name, and
    for releases of two sources.
    """
    known = published.ask("known_releases")
    older, newer = _release(old, known), _release(new, known)
    if older["source"] != newer["source"]:
        raise WrongQuestionError(
            f"{_name(older)} and {_name(newer)} are of two sources, which revise nothing of each other: "
            "where they part is in the table reconciliation"
        )
    if older == newer:
        raise WrongQuestionError(f"{_name(older)} is named twice: name two releases of {older['source']}")
    _compare(published, older, newer)
    return Differences(
        source=older["source"],
        older=older,
        newer=newer,
        summary=published.ask("changes_summed"),
        apart=published.ask("changes_apart"),
        changes=published.ask("changes_all" if all_of_them else "changes_largest"),
    )


def _compare(published: Published, older: Row, newer: Row) -> None:
    """Put what the mart's own SQL finds for this pair into `pair_changes`, by having it read the coverage of the pair alone."""
    db = published.db
    pair = {"source": older["source"], "older": older["release"], "newer": newer["release"]}
    db.execute(files("edumig_pipeline.publish").joinpath("macros.sql").read_text(encoding="utf-8"))
    db.execute(text_of("release_pair"), pair)
    rule = files("edumig_pipeline.marts").joinpath("revisions.sql").read_text(encoding="utf-8")
    db.execute(f"CREATE OR REPLACE TEMP TABLE pair_changes AS {rule}")


def _release(word: str, known: list[Row]) -> Row:
    found = [release for release in known if word in (_name(release), release["release"])]
    if len(found) == 1:
        return found[0]
    names = {_name(release): release["title"] or release["source"] for release in known}
    if found:
        raise WrongQuestionError(f"several sources have a release {word}: name it as one of {', '.join(map(_name, found))}")
    raise WrongQuestionError(f"there is no release {word}: {did_you_mean(word, list(names))}")


def _name(release: Row) -> str:
    return f"{release['source']}/{release['release']}"
