"""One asset per published table, all made in one step: a generation's Parquet is whole or is not there. And checks on them.

Belongs here: the derivation step as Dagster sees it. Does not belong here: what a mart means (its SQL file), what is shown of
a table (`previews`, `provenance`), or the checks (`table_checks`).
"""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from edumig_pipeline.defs.columns import table_metadata
from edumig_pipeline.defs.folders import raw_folder, warehouse
from edumig_pipeline.defs.groups import OWNERS, group_of, observations_key, table_key
from edumig_pipeline.defs.previews import preview
from edumig_pipeline.defs.provenance import provenance
from edumig_pipeline.defs.runs import ends_the_run_if_it_fails
from edumig_pipeline.defs.table_checks import check_specs, checks
from edumig_pipeline.model.catalogue import TABLES, table
from edumig_pipeline.publish.derivation import PART_TABLES, mart_sql, tables_read
from edumig_pipeline.publish.run_tables import RUN_TABLES
from edumig_pipeline.publish.summary import row_count
from edumig_pipeline.refresh import derive_generation, inventory_of
from edumig_pipeline.sources.registry import sources
from edumig_pipeline.warehouse import Generation


def table_names() -> list[str]:
    """The tables derived from raw files, each after those it reads; views are part of the published file."""
    names = [declared.name for declared in TABLES if not declared.is_view and declared not in RUN_TABLES]
    return [*(name for name in names if name not in mart_sql()), *(name for name in mart_sql() if name in names)]


def _upstream(name: str) -> list[dg.AssetKey]:
    """What a mart reads, also through views; of a landed table every publisher's observations, of declarations nothing."""
    if name in PART_TABLES:
        return [observations_key(source) for source in sources()]
    read = set(tables_read(mart_sql()[name])) if name in mart_sql() else set()
    for view in [other for other in read if table(other).is_view]:
        read |= set(tables_read(mart_sql()[view]))
    return [table_key(other) for other in table_names() if other in read and other != name]


def _description(name: str) -> str:
    """What the table is, then what its SQL says of it, then the SQL."""
    said = table(name).description
    if name not in mart_sql():
        return said
    lines = mart_sql()[name].splitlines()
    header = next(number for number, line in enumerate(lines) if not line.startswith("--"))
    prose = "\n".join(line.removeprefix("--").strip() for line in lines[:header])
    code = "\n".join(lines[header:])
    return f"{said}\n\n{prose}\n\n```sql\n{code}\n```"


def table_spec(name: str, upstream: list[dg.AssetKey]) -> dg.AssetSpec:
    """The asset of a table that is made of those `upstream`."""
    group = group_of(table(name))
    return dg.AssetSpec(
        table_key(name),
        deps=upstream,
        description=_description(name),
        group_name=group,
        owners=OWNERS[group],
        kinds={"duckdb", "sql", "parquet"} if name in mart_sql() else {"parquet"},
        metadata=table_metadata(table(name)),
    )


def made(name: str, generation: Generation, releases: pl.DataFrame) -> dg.MaterializeResult[None]:
    """What is shown of a table of the generation: rows, some of them, and the `releases` they are from."""
    files = sorted(generation.parquet(name).iterdir())
    shown = {**preview(table(name), files), "releases": provenance(name, files, releases)}
    return dg.MaterializeResult(
        asset_key=table_key(name),
        metadata={
            "dagster/row_count": sum(map(row_count, files)),
            **{title: dg.MetadataValue.md(text) for title, text in shown.items() if text},
        },
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The derivation step."""

    @dg.multi_asset(name="tables", specs=[table_spec(name, _upstream(name)) for name in table_names()], check_specs=check_specs())
    def tables(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        with ends_the_run_if_it_fails(context), warehouse().locked():
            generation = derive_generation(warehouse(), inventory_of(raw_folder()))
        releases = pl.concat(pl.read_parquet(file, glob=False) for file in sorted(generation.parquet("releases").iterdir()))
        for name in table_names():
            yield made(name, generation, releases)
        yield from checks(generation)

    return dg.Definitions(assets=[tables])
