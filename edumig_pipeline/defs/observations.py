"""One asset per publisher: its releases read, validated and landed, with the outcome of validation as a check.

Belongs here: the landing step as Dagster sees it. Does not belong here: how a row is read or checked (`ingest/`).
"""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import polars as pl
import pyarrow.parquet as pq

from edumig_pipeline.defs.columns import table_metadata
from edumig_pipeline.defs.folders import raw_folder, warehouse
from edumig_pipeline.defs.groups import OBSERVATIONS as GROUP
from edumig_pipeline.defs.groups import OWNERS, observations_key, raw_key
from edumig_pipeline.defs.markdown import markdown_table
from edumig_pipeline.defs.previews import preview
from edumig_pipeline.defs.provenance import release_table
from edumig_pipeline.defs.runs import ends_the_run_if_it_fails
from edumig_pipeline.ingest.inventory import FoundRelease, take_inventory
from edumig_pipeline.ingest.ledger import LedgerError
from edumig_pipeline.ingest.quarantine import rows_accounted_for
from edumig_pipeline.model.observations import OBSERVATIONS
from edumig_pipeline.refresh import land
from edumig_pipeline.sources.layout import Source
from edumig_pipeline.sources.registry import sources

CHECK = "every_row_obeys_every_rule"
_SAMPLE = 10


def newest_tag(source_id: str) -> str:
    """Tag of a run that lands: the newest release of the publisher."""
    return f"edumig/{source_id}"


def _asset(source: Source) -> dg.AssetsDefinition:
    key = observations_key(source.id)

    @dg.asset(
        key=key,
        group_name=GROUP,
        owners=OWNERS[GROUP],
        deps=[raw_key(source.id)],
        description=f"{source.publisher}: {source.description} Read from raw/{source.id}/, every row validated with pandera.",
        kinds={"pandera", "polars", "parquet"},
        metadata={**table_metadata(OBSERVATIONS), "publisher": source.publisher, "url": dg.MetadataValue.url(source.url)},
        check_specs=[
            dg.AssetCheckSpec(
                CHECK,
                asset=key,
                blocking=True,
                description="Quarantined rows and refused files: a warning. Rows unaccounted for: an error.",
            )
        ],
    )
    def observations(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        try:
            with ends_the_run_if_it_fails(context), warehouse().locked():
                releases = take_inventory(raw_folder(), {source.id}).releases
                parts = [land(warehouse(), release) for release in releases]
        except LedgerError as error:
            # The check is recorded, the asset is not: nothing downstream may build on it.
            yield dg.AssetCheckResult(passed=False, check_name=CHECK, metadata={"error": str(error)})
            raise dg.Failure(str(error), allow_retries=False) from error
        if releases:
            newest = max(releases, key=lambda found: (found.released()[0], found.release))
            context.instance.add_run_tags(context.run.run_id, {newest_tag(source.id): newest.release})
        yield dg.MaterializeResult(metadata=_counts(releases, parts))
        yield _outcome(parts)

    return observations


def _counts(releases: tuple[FoundRelease, ...], parts: list[Path]) -> dict[str, dg.MetadataValue]:
    by_release = [
        {"release": found.release, "files": len(found.files), "observations": _rows(part)}
        for found, part in zip(releases, parts, strict=True)
    ]
    shown = {
        "read": markdown_table(pl.DataFrame(by_release)) if parts else None,
        **(preview(OBSERVATIONS, [part / "observations.parquet" for part in parts]) if parts else {}),
        "releases": release_table(pl.concat(_read(part, "releases") for part in parts)) if parts else None,
    }
    return {
        "dagster/row_count": dg.MetadataValue.int(sum(map(_rows, parts))),
        **{title: dg.MetadataValue.md(text) for title, text in shown.items() if text},
    }


def _outcome(parts: list[Path]) -> dg.AssetCheckResult:
    """What validation found, over all releases: counts, and a sample of what was refused."""
    ledger = pl.concat([_read(part, "row_ledger") for part in parts]) if parts else pl.DataFrame()
    refused = pl.concat([_read(part, "quarantine") for part in parts]) if parts else pl.DataFrame()
    totals = {name: int(ledger[name].sum()) for name in ledger.columns if name.startswith("rows_")}
    files = refused.filter(rows_accounted_for() == 0).height if parts else 0
    sample = markdown_table(refused.head(_SAMPLE).select("raw_file", "raw_row", "reason")) if refused.height else ""
    return dg.AssetCheckResult(
        check_name=CHECK,
        passed=refused.is_empty(),
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{totals.get('rows_quarantined', 0):,} rows quarantined, {files} files or sheets refused",
        metadata={**totals, "files_refused": files, **({"sample": dg.MetadataValue.md(sample)} if sample else {})},
    )


def _rows(part: Path) -> int:
    return int(pq.read_metadata(part / "observations.parquet").num_rows)


def _read(part: Path, table: str) -> pl.DataFrame:
    return pl.read_parquet(part / f"{table}.parquet", glob=False)


@dg.definitions
def defs() -> dg.Definitions:
    """One asset per declared source."""
    return dg.Definitions(assets=[_asset(source) for source in sources().values()])
