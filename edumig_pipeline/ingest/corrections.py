"""Declared fixes to published figures: read from release.toml, applied to candidates, expected to find what they mend.

Belongs here: what a declaration is and where it bites. Does not belong here: the rule that fires when the publisher's file
no longer holds the value (declared with `observations`).
"""

import sys
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from edumig_pipeline.model.accounting import CORRECTIONS

_LAST_ROW = (1 << 31) - 1
_NEEDED = frozenset({"file", "row", "published", "corrected", "reason", "said_by", "status"})


@dataclass(frozen=True)
class Correction:
    """A fix of one cell: `file` is its raw_file below the release folder, with #member or #sheet.

    `published` and `corrected` are in the base unit, as observations has them. A retired one is kept for the record.
    """

    file: str
    row: int
    column: str | None
    published: float
    corrected: float
    reason: str
    said_by: str
    status: Literal["active", "retired"]


def read_correction(declared: Mapping[str, object]) -> Correction:
    """A table of `[[corrections]]` in release.toml; raises ValueError for one that lacks something or says too much."""
    if missing := _NEEDED - declared.keys():
        raise ValueError(f"a correction lacks {', '.join(sorted(missing))}")
    if unknown := declared.keys() - _NEEDED - {"column"}:
        raise ValueError(f"a correction has {', '.join(sorted(unknown))}, which nobody knows")
    if (status := declared["status"]) not in ("active", "retired"):
        raise ValueError(f"a correction says status = '{status}'; it is active or retired")
    row, published, corrected = declared["row"], declared["published"], declared["corrected"]
    if not _is_number(row) or not isinstance(row, int) or not 1 <= row <= _LAST_ROW:
        raise ValueError(f"row of a correction is a whole number from 1 to {_LAST_ROW:,}")
    if not _is_number(published) or not _is_number(corrected):
        raise ValueError("published and corrected of a correction are finite numbers")
    return Correction(
        file=str(declared["file"]),
        row=row,
        column=str(declared["column"]) if "column" in declared else None,
        published=float(str(published)),
        corrected=float(str(corrected)),
        reason=str(declared["reason"]),
        said_by=str(declared["said_by"]),
        status="active" if status == "active" else "retired",
    )


def _is_number(value: object) -> bool:
    """Whether a value is a number, and a double can hold it."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def corrected(candidate: pl.DataFrame, corrections: Collection[Correction]) -> pl.DataFrame:
    """Candidates for `observations` with the active corrections of their part applied.

    Beside them published_number and expected_value, by which the rule `correction_expected` sees whether the file still
    holds what the correction was declared for; and the correction's reason and author, NULL where there is none.
    """
    if not corrections:
        nothing = [pl.lit(None, dtype=pl.String).alias(name) for name in ("reason", "said_by")]
        nothing += [pl.lit(None, dtype=pl.Float64).alias(name) for name in ("expected_value", "corrected_value")]
        return candidate.with_columns(pl.col("obs_value").alias("published_number"), *nothing)
    fixes = pl.DataFrame(
        [(c.row, c.column, c.published, c.corrected, c.reason, c.said_by) for c in corrections],
        schema={
            "raw_row": pl.Int32,
            "raw_column": pl.String,
            "expected_value": pl.Float64,
            "corrected_value": pl.Float64,
            "reason": pl.String,
            "said_by": pl.String,
        },
        orient="row",
    )
    placed = candidate.with_columns(pl.col("raw_row").cast(pl.Int32), pl.col("raw_column").cast(pl.String))
    joined = placed.join(fixes, on=["raw_row", "raw_column"], how="left", nulls_equal=True, maintain_order="left")
    return joined.with_columns(
        pl.col("obs_value").alias("published_number"),
        pl.when(pl.col("obs_value") == pl.col("expected_value"))
        .then("corrected_value")
        .otherwise("obs_value")
        .alias("obs_value"),
    )


def applied(valid: pl.DataFrame) -> pl.DataFrame:
    """The rows of `corrections` that valid candidates stand for."""
    found = valid.filter(pl.col("expected_value").is_not_null())
    return found.with_columns(pl.col("published_number").alias("published_value")).select(CORRECTIONS.names)
