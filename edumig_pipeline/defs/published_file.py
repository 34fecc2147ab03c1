"""The assets for what is published, built last and together: the DuckDB file and the report.

Belongs here: the publishing step as Dagster sees it. Does not belong here: how the file is built (`publish/`).
"""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from edumig_pipeline.defs.folders import raw_folder, warehouse
from edumig_pipeline.defs.groups import OWNERS, table_key
from edumig_pipeline.defs.groups import WAREHOUSE as GROUP
from edumig_pipeline.defs.markdown import markdown_table
from edumig_pipeline.defs.runs import ends_the_run_if_it_fails
from edumig_pipeline.defs.tables import made, table_names, table_spec
from edumig_pipeline.publish.database import PublicationError
from edumig_pipeline.publish.run_tables import RUN_TABLES
from edumig_pipeline.publish.summary import summarise
from edumig_pipeline.refresh import derive_generation, inventory_of, publish

NAME = "edumig_duckdb"
REPORT = "report"
CHECK = "file_holds_the_contract"
LANDED = "everything_landed"
_RUN_NAMES = [declared.name for declared in RUN_TABLES]  # written here, last of all


@dg.multi_asset(
    name="publication",
    specs=[
        *(table_spec(name, [table_key("raw_files"), table_key("row_ledger")]) for name in _RUN_NAMES),
        dg.AssetSpec(
            NAME,
            group_name=GROUP,
            owners=OWNERS[GROUP],
            deps=[table_key(name) for name in (*table_names(), *_RUN_NAMES)],
            description="warehouse/edumig.duckdb: every table and view of the contract, built beside the old file from the "
            "Parquet, checked, and moved into place in one step.",
            kinds={"duckdb"},
        ),
        dg.AssetSpec(
            REPORT,
            group_name=GROUP,
            owners=OWNERS[GROUP],
            deps=[NAME],
            description="warehouse/report/index.html: the same to look at, one file for any browser: charts and tables for any "
            "country, the article checked, where sources part, data quality.",
            kinds={"html"},
        ),
    ],
    check_specs=[
        dg.AssetCheckSpec(
            CHECK,
            asset=NAME,
            blocking=True,
            description="Every table, view and column is there, and each table has as many rows as its Parquet.",
        ),
        dg.AssetCheckSpec(
            LANDED,
            asset=NAME,
            description="No row is quarantined and no file refused, those of no publisher included; else a warning.",
        ),
    ],
)
def publication(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Publish what the marts were derived from."""
    folder = warehouse()
    try:
        with ends_the_run_if_it_fails(context) as run, folder.locked():
            generation = derive_generation(folder, inventory_of(raw_folder()))
            publish(folder, generation, run)
    except PublicationError as error:
        yield dg.AssetCheckResult(passed=False, asset_key=NAME, check_name=CHECK, metadata={"error": str(error)})
        raise dg.Failure(str(error), allow_retries=False) from error
    published = summarise(folder, generation, rebuilt=True)
    rows = "\n".join(f"| {name} | {count:,} |" for name, count in published.rows.items())
    for name in _RUN_NAMES:
        yield made(name, generation, pl.DataFrame())
    yield dg.MaterializeResult(
        asset_key=NAME,
        metadata={
            "dagster/row_count": published.rows["observations"],
            "path": dg.MetadataValue.path(published.database),
            "findings": dg.MetadataValue.path(folder.path / "findings.md"),
            "bytes": published.database.stat().st_size,
            "tables": dg.MetadataValue.md(f"| table | rows |\n|---|---|\n{rows}"),
        },
    )
    yield dg.AssetCheckResult(passed=True, asset_key=NAME, check_name=CHECK, metadata={"tables": len(published.rows)})
    refused = pl.DataFrame([vars(refusal) for refusal in published.refusals])
    quarantined = sum(published.quarantined.values())
    yield dg.AssetCheckResult(
        passed=published.clean,
        asset_key=NAME,
        check_name=LANDED,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{quarantined:,} rows quarantined, {refused.height} files or sheets refused",
        metadata={
            "rows_quarantined": quarantined,
            "files_refused": refused.height,
            **({"refused": dg.MetadataValue.md(markdown_table(refused))} if refused.height else {}),
        },
    )
    yield dg.MaterializeResult(
        asset_key=REPORT,
        metadata={"path": dg.MetadataValue.path(published.report), "bytes": published.report.stat().st_size},
    )
