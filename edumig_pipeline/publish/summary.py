"""What a refresh ended with: what the published warehouse holds and what it had to refuse.

Belongs here: counting and telling, from Parquet alone, since a client may hold the DuckDB file open. Does not belong
here: printing (`cli`, `defs/`).
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from edumig_pipeline.ingest.quarantine import rows_accounted_for
from edumig_pipeline.model.catalogue import TABLES
from edumig_pipeline.warehouse import Generation, Warehouse
from edumig_pipeline.wording.printable import on_one_line


@dataclass(frozen=True)
class Refusal:
    """A file, member or sheet that was refused."""

    raw_file: str
    rule: str
    reason: str


@dataclass(frozen=True)
class Summary:
    """What a refresh ended with."""

    database: Path
    report: Path
    rebuilt: bool
    rows: dict[str, int]
    quarantined: dict[tuple[str, str], int] = field(default_factory=dict)  # raw_file and rule -> rows
    examples: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def clean(self) -> bool:
        """Whether every row and every file landed."""
        return not self.quarantined and not self.refusals


def summarise(warehouse: Warehouse, generation: Generation, *, rebuilt: bool) -> Summary:
    """What the published warehouse holds and what it had to refuse, from its Parquet: a client may hold the file open."""
    names = [table.name for table in TABLES if not table.is_view]
    rows = {name: sum(map(row_count, sorted(generation.parquet(name).iterdir()))) for name in names}
    refused = pl.concat([pl.read_parquet(path, glob=False) for path in sorted(generation.parquet("quarantine").iterdir())])
    counts = refused.group_by("raw_file", "rule").agg(rows_accounted_for().sum().alias("rows")).sort(pl.all())
    listed = refused.filter(pl.col("raw_row").is_not_null()).sort("raw_file", "raw_row", "reason")
    return Summary(
        database=warehouse.database,
        report=warehouse.report,
        rebuilt=rebuilt,
        rows=rows,
        quarantined={(file, rule): rows for file, rule, rows in counts.filter(pl.col("rows") > 0).iter_rows()},
        examples=tuple(_examples(listed)),
        refusals=_refusals(refused),
    )


def _examples(of_rows: pl.DataFrame) -> list[str]:
    """A line for each of the first three rows that broke a rule in a file: file, row, column of a matrix, reason."""
    first = of_rows.group_by("raw_file", "rule", maintain_order=True).head(3).sort("raw_file", "raw_row", "reason")
    column = pl.col("raw_row_json").str.json_path_match("$.raw_column")
    place = pl.concat_str(
        "raw_file",
        pl.lit(", row "),
        "raw_row",
        pl.when(column.is_not_null()).then(pl.lit(", column ") + column).otherwise(pl.lit("")),
    )
    return first.select(pl.concat_str(place, pl.lit(": "), "reason")).to_series().to_list()


def _refusals(refused: pl.DataFrame) -> tuple[Refusal, ...]:
    of_files = refused.filter(rows_accounted_for() == 0).sort("raw_file", "rule", "reason")
    return tuple(Refusal(*row) for row in of_files.select("raw_file", "rule", "reason").iter_rows())


def why_nothing_landed(parts: Collection[Path]) -> str:
    """Why nothing can be published: the first refusals and bad rows of the parts."""
    refused = pl.concat([pl.read_parquet(part / "quarantine.parquet", glob=False) for part in parts])
    lines = [f"{r.raw_file}: {r.rule}: {r.reason}" for r in _refusals(refused)]
    lines += _examples(refused.filter(pl.col("raw_row").is_not_null()).sort("raw_file", "raw_row", "reason"))
    return "\n  ".join(
        [
            "no value of any file landed",
            *map(on_one_line, lines[:20]),
            *([f"and {len(lines) - 20} more"] if len(lines) > 20 else []),
        ]
    )


def row_count(path: Path) -> int:
    """Rows of a Parquet file."""
    return int(pq.read_metadata(path).num_rows)
