"""Records as read: their place in the file, what is no record at all, and tables spread over columns.

Belongs here: what holds for records whatever they were read from. Does not belong here: reading (`csv_records`,
`workbook`, `rawfile`) or what the columns mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

# Columns every frame of records carries beside the publisher's own, which are text exactly as read:
# raw_row (Int32, NOT NULL), raw_column (String), exclusion (String: why the record is left out; NULL keeps it).
PLACE = ("raw_row", "raw_column")


class RefusedError(Exception):
    """A file, member or sheet that cannot be read at all: the rule it breaks and what was found, for a person to act on."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"{rule}: {reason}")
        self.rule = rule
        self.reason = reason


@dataclass(frozen=True)
class Malformed:
    """A record that has not even the shape of one; it goes to quarantine as it stands."""

    raw_row: int
    rule: str
    reason: str
    text: str


@dataclass(frozen=True)
class Batch:
    """Up to about a million records in file order, and those that could not be split into columns.

    Blank cells of a table spread over columns are so many that they are only counted: `blank_cells` says how many, and
    `rows_read` how many rows were read with them. Where rows_read is None, `records` are all that was read.
    """

    records: pl.DataFrame
    malformed: tuple[Malformed, ...] = ()
    rows_read: int | None = None
    blank_cells: int = 0


def unique_names(header: Sequence[str]) -> tuple[str, ...]:
    """Names for columns headed so: the heading, but `column 5` for a blank one and `heading (column 5)` where it came before.

    Publishers that put labels beside codes leave headings blank or repeat them.
    """
    names: dict[str, None] = {}
    for position, heading in enumerate(header, start=1):
        name = heading if heading.strip() else f"column {position}"
        while name in names:
            name = f"{name} (column {position})"
        names[name] = None
    return tuple(names)


def numbered(frame: pl.DataFrame, numbers: Sequence[int] | np.ndarray, header: Sequence[str] | None = None) -> pl.DataFrame:
    """The frame of a table's records with their place: raw_row from `numbers`, no raw_column; and `exclusion`.

    A record that repeats the `header` (the columns' names, unless given) is excluded, also one in other letters or with a
    byte order mark, as further downloads bring it; and so is a record of nothing but #tags of the Humanitarian Exchange
    Language below the header or its repetition, as the HDX puts them there.
    """
    repeats_header = _repeats_header(frame, frame.columns if header is None else header)
    return frame.with_columns(
        pl.Series("raw_row", numbers, dtype=pl.Int32),
        pl.lit(None, dtype=pl.String).alias("raw_column"),
        pl.when(repeats_header)
        .then(pl.lit("repeated header"))
        .when(_are_tags(frame, below=repeats_header.shift(1, fill_value=True)))
        .then(pl.lit("row of HXL tags"))
        .alias("exclusion"),
    )


def _repeats_header(frame: pl.DataFrame, header: Sequence[str]) -> pl.Series:
    """Which records say what the header says. All columns are looked at only where the first has its own name."""
    says = [
        pl.col(name).cast(pl.String).str.strip_chars_start("\ufeff").str.strip_chars().str.to_lowercase()
        == heading.strip().lower()
        for name, heading in zip(frame.columns, header, strict=True)
    ]
    if not frame.select(pl.first().unique()).select(says[0]).to_series().any():
        return pl.repeat(value=False, n=frame.height, dtype=pl.Boolean, eager=True)
    return frame.select(pl.all_horizontal(says)).to_series()


def _are_tags(frame: pl.DataFrame, *, below: pl.Series) -> pl.Series:
    """Which records hold nothing but #tags, of those that stand below a header."""
    fields = [pl.col(name).cast(pl.String).str.strip_chars() for name in frame.columns]
    nothing_else = pl.all_horizontal(*((field == "") | field.str.starts_with("#") for field in fields))
    found = frame.filter(below).select(nothing_else & pl.any_horizontal(*(field.str.starts_with("#") for field in fields)))
    are_tags = np.zeros(frame.height, dtype=bool)
    are_tags[below.to_numpy()] = found.to_series().fill_null(value=False).to_numpy()
    return pl.Series(are_tags)


def excluded(numbers: Sequence[int], reason: str) -> pl.DataFrame:
    """Records of which nothing but the place and the reason for leaving them out is of interest."""
    return pl.DataFrame(
        {"raw_row": numbers, "raw_column": [None] * len(numbers), "exclusion": [reason] * len(numbers)},
        schema={"raw_row": pl.Int32, "raw_column": pl.String, "exclusion": pl.String},
    )


def cells(batch: Batch, figures: Sequence[str], *, blank: str = "") -> Batch:
    """The batch of a table spread over columns with one record per cell, row by row: a matrix's cells count as rows.

    `figures` are the columns that hold figures; their heading becomes `heading` and raw_column, the cell `cell`. Cells
    that say `blank` are counted and are no records. A record that is excluded as a whole stays one record.
    """
    left_out = batch.records.filter(pl.col("exclusion").is_not_null())
    rows = batch.records.filter(pl.col("exclusion").is_null()).drop("raw_column")
    filled = rows.select(pl.col(figures).str.strip_chars().ne_missing(blank)).to_numpy()
    column, row = np.nonzero(filled.T)
    by_row = np.lexsort((column, row))
    cell = pl.concat([rows[name].filter(filled[:, position]).rename("cell") for position, name in enumerate(figures)])
    heading = pl.Series("heading", figures, dtype=pl.String)[column[by_row]]
    spread = rows.drop(figures)[row[by_row]].with_columns(heading, cell[by_row], heading.alias("raw_column"))
    kept = left_out.select("raw_row", "raw_column", "exclusion")
    return Batch(
        pl.concat([spread, kept], how="diagonal"),
        batch.malformed,
        rows_read=filled.size + left_out.height,
        blank_cells=int((~filled).sum()),
    )


def json_records(objects: Sequence[Mapping[str, object]], columns: Sequence[str]) -> pl.DataFrame:
    """Objects of a JSON list as records: raw_row is the place in the list from 1; numbers as written, null and absent as ''."""
    data = {name: pl.Series([_said(one.get(name)) for one in objects], dtype=pl.String) for name in columns}
    return numbered(pl.DataFrame(data), range(1, len(objects) + 1))


def _said(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
