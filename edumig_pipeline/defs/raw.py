"""One asset per publisher: what it published, fetched into raw/ where it offers something for download, else put there by hand.

Belongs here: the fetching step as Dagster sees it. Does not belong here: how anything is fetched (`fetch`, `retrieval/`).
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import dagster as dg
import polars as pl

from edumig_pipeline.defs.folders import raw_folder
from edumig_pipeline.defs.groups import OWNERS, raw_key
from edumig_pipeline.defs.groups import RAW as GROUP
from edumig_pipeline.defs.looks import look
from edumig_pipeline.defs.markdown import markdown_table
from edumig_pipeline.defs.runs import DAGSTER
from edumig_pipeline.fetch import Outcome, Settings, State, fetch
from edumig_pipeline.log import logged
from edumig_pipeline.retrieval.shelf import Shelf
from edumig_pipeline.retrieval.timeliness import overdue
from edumig_pipeline.sources.layout import Source
from edumig_pipeline.sources.registry import sources

FETCHED, IN_TIME = "everything_was_fetched", "newest_release_is_in_time"


def fetched_sources() -> list[Source]:
    """The publishers that offer something for download, in order of id."""
    return [source for source in sources().values() if source.downloads]


def landed_tag(source_id: str) -> str:
    """Tag of a run that fetched: the releases of the publisher that came in it."""
    return f"edumig.landed/{source_id}"


class _Log:
    """Tells the run's log how downloads go on."""

    def __init__(self, log: dg.DagsterLogManager) -> None:
        self._log = log

    def say(self, text: str) -> None:
        self._log.info(text)

    def begin(self, label: str, total: int | None) -> None:
        self._log.info(f"downloading {label}" + (f" ({total / 1e6:,.1f} MB)" if total else ""))

    def advance(self, count: int) -> None:
        """An event for each block would be too many."""

    def end(self) -> None:
        """The outcome says it."""


def _by_hand(source: Source) -> dg.AssetSpec:
    """Files that nobody can fetch: where they are to be put."""
    return dg.AssetSpec(
        raw_key(source.id),
        group_name=GROUP,
        owners=OWNERS[GROUP],
        description=f"{source.publisher}: files put into `raw/{source.id}/<release>/` by hand; nothing of it can be fetched.",
        kinds={"file"},
        metadata={"publisher": source.publisher, "url": dg.MetadataValue.url(source.url)},
    )


def _asset(source: Source) -> dg.AssetsDefinition:
    key = raw_key(source.id)
    cadence = source.cadence
    if cadence is None:
        raise ValueError(f"{source.id} offers nothing for download")
    offered = [
        {"download": one.id, "what": one.title, "renewed": one.cadence.value, "licence": one.licence} for one in source.downloads
    ]

    @dg.asset(
        key=key,
        group_name=GROUP,
        owners=OWNERS[GROUP],
        description=f"{source.publisher}: new releases, brought into raw/{source.id}/ whole or not at all.",
        kinds={"http"},
        metadata={
            "publisher": source.publisher,
            "url": dg.MetadataValue.url(source.url),
            "renewed every": cadence.value,
            "offers": dg.MetadataValue.md(markdown_table(pl.DataFrame(offered))),
            "to be cited as": dg.MetadataValue.md("\n\n".join(dict.fromkeys(one.citation for one in source.downloads))),
            "fetched from": dg.MetadataValue.md("\n\n".join(f"`{one.address}`" for one in source.downloads)),
        },
        freshness_policy=look(cadence).freshness,
        check_specs=[
            dg.AssetCheckSpec(
                FETCHED,
                asset=key,
                description="Every download was fetched, or is as it was: else an error that names it. What has landed is "
                "published all the same. A download that needs a key nobody gave counts as left out; files of a "
                "layout that is not known are a warning.",
            ),
            dg.AssetCheckSpec(
                IN_TIME,
                asset=key,
                description="No release is older than one and a half times what the publisher's cadence lets one expect; else a "
                "warning with the dates.",
            ),
        ],
    )
    def raw(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        outcomes = []
        with logged(context.run.run_id, DAGSTER):
            for outcome in fetch(raw_folder(), {source.id}, _Log(context.log), Settings()):
                outcomes.append(outcome)
                words = (f"{outcome.state.value}:", outcome.name, outcome.release, outcome.message)
                context.log.log(_level(outcome), " ".join(word for word in words if word))
        landed = [outcome.release for outcome in outcomes if outcome.state is State.LANDED and outcome.release]
        if landed:
            context.instance.add_run_tags(context.run.run_id, {landed_tag(source.id): ", ".join(landed)})
        checks = (_fetched(outcomes), _in_time(source))
        if all(outcome.state in (State.FAILED, State.SKIPPED) for outcome in outcomes):
            # The checks are recorded, the asset is not: nobody has seen in what state the publisher is.
            yield from checks
            raise dg.Failure(
                f"nothing could be fetched from {source.publisher}: {_sentence(outcomes)}",
                metadata={"outcomes": dg.MetadataValue.md(_table(outcomes))},
                allow_retries=False,
            )
        yield dg.MaterializeResult(metadata={"outcomes": dg.MetadataValue.md(_table(outcomes)), "landed": len(landed)})
        yield from checks

    return raw


def _level(outcome: Outcome) -> str:
    if outcome.state is State.FAILED:
        return "ERROR"
    return "WARNING" if outcome.state is State.SKIPPED or outcome.strange else "INFO"


def _table(outcomes: Sequence[Outcome]) -> str:
    rows = [
        {"download": one.download, "state": one.state.value, "release": one.release, "message": one.message} for one in outcomes
    ]
    return markdown_table(pl.DataFrame(rows))


def _sentence(outcomes: Sequence[Outcome]) -> str:
    return "; ".join(f"{one.download} {one.state.value}: {one.message}" for one in outcomes)


def _fetched(outcomes: Sequence[Outcome]) -> dg.AssetCheckResult:
    """An error for what failed, a warning for pieces that will not land; what was left out for want of a key is only told."""
    failed = [one for one in outcomes if one.state is State.FAILED]
    skipped = [one for one in outcomes if one.state is State.SKIPPED]
    strange = [line for one in outcomes for line in one.strange]
    told = [_sentence([*failed, *skipped]), *(f"will not land: {line}" for line in strange)]
    count = len(outcomes) - len(failed) - len(skipped)
    return dg.AssetCheckResult(
        check_name=FETCHED,
        passed=not failed and not strange,
        severity=dg.AssetCheckSeverity.ERROR if failed else dg.AssetCheckSeverity.WARN,
        description="; ".join(line for line in told if line) or "every download is as new as its publisher has it",
        metadata={"fetched_or_unchanged": count, "failed": len(failed), "left_out": len(skipped), "will_not_land": len(strange)},
    )


def _in_time(source: Source) -> dg.AssetCheckResult:
    """A warning with both dates for each download whose next release should have been here."""
    today = datetime.now(UTC).date()
    releases = Shelf(raw_folder(), source.id).releases()
    late = overdue(source.downloads, releases, today)
    newest = releases[-1] if releases else None
    told = f"the newest release is {newest.name}, of {newest.published}" if newest else "there is no release yet"
    return dg.AssetCheckResult(
        check_name=IN_TIME,
        passed=not late,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(late.values()) or f"{told}, and today is {today}",
    )


@dg.definitions
def defs() -> dg.Definitions:
    """One asset per publisher, those that nobody can fetch from included: every graph begins with a file."""
    return dg.Definitions(assets=[_asset(source) if source.downloads else _by_hand(source) for source in sources().values()])
