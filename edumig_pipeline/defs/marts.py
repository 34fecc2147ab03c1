"""One asset per mart, all derived in one step: a generation's Parquet is whole or is not there.

Belongs here: the derivation step as Dagster sees it. Does not belong here: what a mart means (its SQL file).
"""

from collections.abc import Iterator

import dagster as dg
import polars as pl

from edumig_pipeline.defs.columns import markdown_table, table_metadata
from edumig_pipeline.defs.folders import raw_folder, warehouse
from edumig_pipeline.defs.observations import asset_name
from edumig_pipeline.model.catalogue import table
from edumig_pipeline.publish.derivation import PART_TABLES, mart_sql, tables_read
from edumig_pipeline.refresh import derive_generation, inventory_of, land
from edumig_pipeline.sources.registry import sources

_REFERENCE = ("indicators", "areas", "release_coverage")
_PREVIEW = 8


def mart_names() -> list[str]:
    """Marts and derived reference tables, each after those it reads; views are part of the published file."""
    return [name for name in mart_sql() if not table(name).is_view]


def _spec(name: str) -> dg.AssetSpec:
    read = set(tables_read(mart_sql()[name]))
    for view in [name for name in read if table(name).is_view]:
        read |= set(tables_read(mart_sql()[view]))
    upstream = [other for other in mart_names() if other in read and other != name]
    landed = [asset_name(source) for source in sources()] if read & set(PART_TABLES) else []
    return dg.AssetSpec(
        name,
        deps=[*upstream, *landed],
        description=f"{table(name).description}\n\n```sql\n{mart_sql()[name]}\n```",
        group_name="reference" if name in _REFERENCE else "marts",
        kinds={"duckdb", "sql", "parquet"},
        metadata=table_metadata(table(name)),
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The derivation step."""

    @dg.multi_asset(name="marts", specs=[_spec(name) for name in mart_names()])
    def marts() -> Iterator[dg.MaterializeResult[None]]:
        inventory = inventory_of(raw_folder())
        with warehouse().locked():
            for release in inventory.releases:
                if release.source not in sources():  # files that no publisher's asset has refused
                    land(warehouse(), release)
            generation = derive_generation(warehouse(), inventory)
        for name in mart_names():
            frame = pl.read_parquet(generation.parquet(name) / "all.parquet", glob=False)
            yield dg.MaterializeResult(
                asset_key=name,
                metadata={
                    "dagster/row_count": frame.height,
                    "preview": dg.MetadataValue.md(markdown_table(frame.head(_PREVIEW))),
                },
            )

    return dg.Definitions(assets=[marts])
