"""The publishers' terms: which releases the figures of an export are from, their licences and how they are to be cited.

Belongs here: finding those releases and saying their terms as text. Does not belong here: how a format has them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from edumig_pipeline.exports.extract import Extract
from edumig_pipeline.model.marts import KZ_ACADEMIC_MOBILITY
from edumig_pipeline.model.reference import CODEBOOK, DOWNLOADS, SOURCES
from edumig_pipeline.model.table import Table

# Source and release of what a row says, wherever a table has both columns.
_PAIRS = (
    ("source", "release"),
    ("source", "from_release"),
    ("source", "to_release"),
    ("source_a", "release_a"),
    ("source_b", "release_b"),
    ("evidence_source", "evidence_release"),
)
# What is the project's own says nothing that a publisher published.
_OWN = {SOURCES.name, DOWNLOADS.name, CODEBOOK.name}
_OF_THE_ARTICLE = {KZ_ACADEMIC_MOBILITY.name, "claim_intervals"}

_CREATIVE_COMMONS = re.compile(r"CC (BY(?:-(?:NC|ND|SA))*) (\d\.\d)( IGO)?")
_NOT_STATED = "not stated for this release"


@dataclass(frozen=True)
class Terms:
    """A release that an export has figures of, and its terms."""

    source: str
    release: str
    publisher: str
    title: str
    url: str | None
    published: str | None
    retrieved: date | None
    released: date
    licence: str | None
    citation: str | None
    licence_of_source: str | None

    @property
    def licence_text(self) -> str:
        """The licence as it is stated, or that it is not, and what the publisher says of its downloads."""
        if self.licence:
            return self.licence
        return _NOT_STATED + (f"; its publisher's downloads: {self.licence_of_source}" if self.licence_of_source else "")

    @property
    def cite_as(self) -> str:
        """The citation as the publisher wants it, else publisher, title and release."""
        return self.citation or f"{self.publisher}, {self.title}, release {self.release}"


def terms_of(extract: Extract) -> tuple[Terms, ...]:
    """The releases that the rows of an export are from, by source and date.

    Exact wherever a table says which release a row is of; where it does not, every release it may be of.
    """
    origins = " UNION ".join(query for declared in extract.tables for query in _origins(declared)) or _EVERY_RELEASE
    rows = extract.db.execute(
        f"""
        SELECT
            r.source, r.release, r.publisher, coalesce(r.title, ''), r.url, r.published, r.retrieved, r.released,
            nullif(r.licence, ''), nullif(r.citation, ''), nullif(s.licence, '')
        FROM releases AS r
        LEFT JOIN sources AS s ON s.source = r.source
        WHERE (r.source, r.release) IN (SELECT (source, release) FROM ({origins}) AS origins (source, release))
        ORDER BY r.source, r.released, r.release
        """
    ).fetchall()
    return tuple(Terms(*row) for row in rows)


_EVERY_RELEASE = "SELECT source, release FROM exported.releases"


def _origins(declared: Table) -> list[str]:
    """Queries for source and release of the rows of a table."""
    names, rows = declared.names, f"exported.{declared.name}"
    if declared.name in _OWN:
        return []
    if declared.name in _OF_THE_ARTICLE:
        return [f"SELECT source, release FROM releases WHERE source = 'kz_article' AND EXISTS (SELECT 1 FROM {rows})"]
    if pairs := [pair for pair in _PAIRS if pair[0] in names and pair[1] in names]:
        return [f"SELECT DISTINCT {source}, {release} FROM {rows}" for source, release in pairs]
    if "raw_file" in names:
        return [f"SELECT DISTINCT split_part(raw_file, '/', 1), split_part(raw_file, '/', 2) FROM {rows}"]
    if "source" in names:
        return [f"SELECT source, release FROM releases WHERE source IN (SELECT source FROM {rows})"]
    return [_EVERY_RELEASE]


def as_of(terms: Sequence[Terms]) -> date:
    """The day the newest of the files behind an export was retrieved: the day whose knowledge it is."""
    return max((one.retrieved or one.released for one in terms), default=date(1970, 1, 1))


def version(day: date) -> str:
    """That day as a version of three numbers, as semantic versioning wants it."""
    return f"{day.year}.{day.month}.{day.day}"


@dataclass(frozen=True)
class Licence:
    """A licence under the name that SPDX gives it, where it has one, and its address."""

    text: str
    spdx: str | None
    url: str | None


def licence(text: str) -> Licence:
    """What is known of a licence by the text a publisher states it in."""
    if not (known := _CREATIVE_COMMONS.fullmatch(text)):
        return Licence(text, None, None)
    kind, number, igo = known[1], known[2], known[3]
    path = f"{kind.lower().removeprefix('cc ')}/{number}/" + ("igo/" if igo else "")
    spdx = f"CC-{kind}-{number}" + ("-IGO" if igo else "")
    return Licence(text, spdx, f"https://creativecommons.org/licenses/{path}")


def licences(terms: Sequence[Terms]) -> list[Licence]:
    """The licences of the releases, each once."""
    return [licence(text) for text in dict.fromkeys(one.licence_text for one in terms)]


def unlicensed(terms: Sequence[Terms]) -> list[str]:
    """Releases of which nobody stated the licence, as SOURCE/RELEASE."""
    return [f"{one.source}/{one.release}" for one in terms if one.licence is None]


def text(terms: Sequence[Terms]) -> str:
    """Licences and citations for people, release by release."""
    head = (
        "Licences and citations\n\n"
        "The figures belong to their publishers. Whoever uses them cites the releases below that they are from; whoever\n"
        "passes them on does so under the licence of each.\n"
    )
    return head + "".join(f"\n{_paragraph(one)}" for one in terms)


def _paragraph(one: Terms) -> str:
    known = licence(one.licence_text)
    lines = {
        "Publisher": one.publisher,
        "Title": one.title,
        "Licence": known.text + (f" <{known.url}>" if known.url else ""),
        "Cite as": one.cite_as,
        "Published": one.published,
        "Retrieved": one.retrieved,
        "Address": one.url,
    }
    said = [f"  {label}: {' '.join(str(value).split())}\n" for label, value in lines.items() if value]
    return f"{one.source}, release {one.release}\n" + "".join(said)
