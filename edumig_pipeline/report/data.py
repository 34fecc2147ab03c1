"""What the page is made of: the tables it embeds, and how many rows of each at most.

Belongs here: asking the published file, one SQL file under `sql/` for each table. Does not belong here: how tables are packed
(`packing`) or shown (`assets/`).
"""

from dataclasses import asdict, dataclass
from importlib.resources import files

import duckdb
import polars as pl

# Each in the order of the page. A table is named after its SQL file.
TABLES = (
    "areas",
    "mobility",
    "partners",
    "partner_totals",
    "programme",
    "stocks",
    "claims",
    "claim_checks",
    "reconciliation",
    "reconciliation_largest",
    "release_changes",
    "revision_counts",
    "revisions_largest",
    "ledger",
    "quarantine",
    "sources",
    "releases",
    "indicators",
    "asked",
)
# What several of them read; kept for the time of asking.
_SHARED = ("partner_figures", "reconciliation_cells", "revised_cells")


@dataclass(frozen=True)
class Limits:
    """The most that is embedded of what may be large; the page says so, and names the table that has the rest."""

    partners: int = 20  # partner countries of an area, year, source and direction
    differences: int = 40  # figures of an area in which sources part
    revisions: int = 40  # revised figures of an area
    refusals: int = 200  # rules and files that did not land


def page_tables(db: duckdb.DuckDBPyConnection, limits: Limits) -> dict[str, pl.DataFrame]:
    """The tables of the page by name, from a connection to the published file; the grain of each is in its SQL file."""
    db.register("limits", pl.DataFrame([asdict(limits)]).to_arrow())
    for name in _SHARED:
        db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {_sql(name)}")
    return {name: pl.DataFrame(pl.from_arrow(db.sql(_sql(name)).to_arrow_table())) for name in TABLES}


def _sql(name: str) -> str:
    return files("edumig_pipeline.report.sql").joinpath(f"{name}.sql").read_text(encoding="utf-8")
