"""One asset per mart, all derived in one step: a generation's Parquet is whole or is not there. And on what changed, a check.

Belongs here: the derivation step as Dagster sees it. Does not belong here: what a mart means (its SQL file), or when a new
release parts too far from the last (`publish/release_bounds`).
"""

from collections.abc import Iterator

import dagster as dg
import polars as pl
import polars.selectors as cs

from edumig_pipeline.defs.columns import markdown_table, table_metadata
from edumig_pipeline.defs.folders import raw_folder, warehouse
from edumig_pipeline.defs.observations import asset_name
from edumig_pipeline.model.catalogue import table
from edumig_pipeline.model.evidence import RELEASE_CHANGES
from edumig_pipeline.publish.derivation import PART_TABLES, mart_sql, tables_read
from edumig_pipeline.publish.release_bounds import departures, newest_changes
from edumig_pipeline.refresh import derive_generation, inventory_of
from edumig_pipeline.sources.layout import Source
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


def bounds_check_name(source_id: str) -> str:
    """Name of the check, on `release_changes`, of a publisher's newest releases."""
    return f"{source_id}_changed_within_bounds"


def _bounds_check(source: Source) -> dg.AssetCheckSpec:
    bounds = source.bounds
    return dg.AssetCheckSpec(
        bounds_check_name(source.id),
        asset=RELEASE_CHANGES.name,
        description=f"Of {source.publisher}, the newest release of each dataset against the one before it: up to "
        f"{bounds.gained:.0%} of its rows gained, {bounds.lost:.0%} lost, {bounds.revised:.0%} revised; beyond that, a warning.",
    )


def _within_bounds(source: Source, changes: pl.DataFrame) -> dg.AssetCheckResult:
    newest = newest_changes(changes, source.id)
    past = departures(newest, source.bounds)
    shown = newest.select("dataset", "from_release", "to_release", cs.starts_with("rows_"), cs.starts_with("share_").round(4))
    told = f"{newest.height} {'pair' if newest.height == 1 else 'pairs'} of releases compared, all within bounds"
    return dg.AssetCheckResult(
        asset_key=RELEASE_CHANGES.name,
        check_name=bounds_check_name(source.id),
        passed=not past,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(past) or (told if newest.height else "no dataset has a second release to compare"),
        metadata={
            **{f"bound_{name}": bound for name, bound in vars(source.bounds).items()},
            **({"changes": dg.MetadataValue.md(markdown_table(shown))} if newest.height else {}),
        },
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The derivation step."""

    @dg.multi_asset(
        name="marts",
        specs=[_spec(name) for name in mart_names()],
        check_specs=[_bounds_check(source) for source in sources().values()],
    )
    def marts() -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
        inventory = inventory_of(raw_folder())
        with warehouse().locked():
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
        changes = pl.read_parquet(generation.parquet(RELEASE_CHANGES.name) / "all.parquet", glob=False)
        yield from (_within_bounds(source, changes) for source in sources().values())

    return dg.Definitions(assets=[marts])
