"""One asset per publisher: its releases read, validated and landed, with the outcome of validation as a check.

Belongs here: the landing step as Dagster sees it. Does not belong here: how a row is read or checked (`ingest/`).
"""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import polars as pl

from edumig_pipeline.defs.columns import table_metadata
from edumig_pipeline.defs.folders import raw_folder, warehouse
from edumig_pipeline.ingest.inventory import FoundRelease, take_inventory
from edumig_pipeline.ingest.ledger import LedgerError
from edumig_pipeline.model.observations import OBSERVATIONS
from edumig_pipeline.refresh import land
from edumig_pipeline.sources.layout import Source
from edumig_pipeline.sources.registry import sources

GROUP = "observations"
CHECK = "every_row_obeys_every_rule"
_SAMPLE = 10


def asset_name(source_id: str) -> str:
    """Key of a publisher's asset."""
    return f"{source_id}_observations"


def _asset(source: Source) -> dg.AssetsDefinition:
    name = asset_name(source.id)

    @dg.asset(
        name=name,
        group_name=GROUP,
        description=f"{source.publisher}: {source.description} Read from raw/{source.id}/, every row validated with pandera.",
        kinds={"pandera", "polars", "parquet"},
        metadata=table_metadata(OBSERVATIONS),
        check_specs=[
            dg.AssetCheckSpec(
                CHECK,
                asset=name,
                blocking=True,
                description="Quarantined rows and refused files: a warning. Rows unaccounted for: an error.",
            )
        ],
    )
    def observations() -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        releases = take_inventory(raw_folder(), {source.id}).releases
        try:
            parts = [land(warehouse(), release) for release in releases]
        except LedgerError as error:
            # The check is recorded, the asset is not: nothing downstream may build on it.
            yield dg.AssetCheckResult(passed=False, check_name=CHECK, metadata={"error": str(error)})
            raise dg.Failure(str(error), allow_retries=False) from error
        yield dg.MaterializeResult(metadata=_counts(releases, parts))
        yield _outcome(parts)

    return observations


def _counts(releases: tuple[FoundRelease, ...], parts: list[Path]) -> dict[str, dg.MetadataValue]:
    by_release = [
        f"| {release.release} | {release.released()[0]} | {len(release.files)} | {_read(part, 'observations').height:,} |"
        for release, part in zip(releases, parts, strict=True)
    ]
    table = "\n".join(["| release | date | files | rows |", "|---|---|---|---|", *by_release])
    rows = sum(_read(part, "observations").height for part in parts)
    return {"dagster/row_count": dg.MetadataValue.int(rows), "releases": dg.MetadataValue.md(table)}


def _outcome(parts: list[Path]) -> dg.AssetCheckResult:
    ledger = pl.concat([_read(part, "row_ledger") for part in parts]) if parts else pl.DataFrame()
    refused = pl.concat([_read(part, "quarantine") for part in parts]) if parts else pl.DataFrame()
    totals = {name: int(ledger[name].sum()) for name in ledger.columns if name.startswith("rows_")}
    sample = "\n".join(
        f"| {row['raw_file']} | {row['raw_row'] or ''} | {row['reason']} |" for row in refused.head(_SAMPLE).to_dicts()
    )
    return dg.AssetCheckResult(
        check_name=CHECK,
        passed=refused.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        metadata={
            **totals,
            "files_refused": refused["raw_row"].null_count() if parts else 0,
            **({"sample": dg.MetadataValue.md(f"| file | row | reason |\n|---|---|---|\n{sample}")} if sample else {}),
        },
    )


def _read(part: Path, table: str) -> pl.DataFrame:
    return pl.read_parquet(part / f"{table}.parquet")


@dg.definitions
def defs() -> dg.Definitions:
    """One asset per declared source."""
    return dg.Definitions(assets=[_asset(source) for source in sources().values()])
