"""Reading the sheets of a workbook as grids of cells, at the rows and columns a person sees.

Belongs here: spreadsheets themselves. Does not belong here: what a sheet's rows and columns mean.
"""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import pandas as pd
import polars as pl
import python_calamine

from edumig_pipeline.sources.records import Batch, RefusedError, numbered

Cell: TypeAlias = str | int | float | bool | dt.date | None

_ERROR_CELL = re.compile(rb'<c (?=[^>]*\bt="e")[^>]*\br="(?P<cell>[A-Z]+[0-9]+)"')


def read_sheets(path: Path) -> dict[str, pd.DataFrame]:
    """Every sheet by name, cells as stored (blank cells as ''), row i of the frame being row i + 1 of the sheet.

    Raises RefusedError when the workbook cannot be read, or holds error cells, which would come as blank ones.
    """
    try:
        if place := _error_cell(path):
            raise RefusedError("readable", f"cell {place} holds an error such as #N/A; put there what the publisher has")
        # na_filter off: a cell that says NA says NA.
        return pd.read_excel(path, sheet_name=None, header=None, na_filter=False, dtype=object, engine="calamine")
    except (python_calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        raise RefusedError("readable", f"the workbook cannot be read: {error}") from error


def _error_cell(path: Path) -> str | None:
    """The first cell with an error, as member and reference, in the workbook's own XML."""
    with zipfile.ZipFile(path) as members:
        for name in members.namelist():
            if name.startswith("xl/worksheets/") and (found := _ERROR_CELL.search(members.read(name))):
                return f"{found['cell'].decode()} of {name.rpartition('/')[2]}"
    return None


def column_letter(index: int) -> str:
    """The letters of the 0-based column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def sheet_header(grid: pd.DataFrame) -> tuple[str, ...]:
    """The cells of a sheet's first row as text, without the blank ones at its end; empty for an empty sheet."""
    if grid.empty:
        return ()
    found = [text(cell).strip() for cell in grid.iloc[0]]
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def sheet_records(grid: pd.DataFrame) -> Iterator[Batch]:
    """The rows below the first of a sheet laid out as one table; raw_row is the row of the sheet. Blank rows are none.

    Raises RefusedError when cells stand beside the columns that have a heading: what they mean is not said.
    """
    header = sheet_header(grid)
    lines = [[text(cell) for cell in row] for row in grid.iloc[1:].to_numpy().tolist()]
    rows = [(number, line) for number, line in enumerate(lines, start=2) if any(line)]
    if beside := next((number for number, line in rows if any(line[len(header) :])), None):
        raise RefusedError("known_layout", f"row {beside} has cells to the right of the last heading, {header[-1]}")
    columns = {name: pl.Series([line[i] for _, line in rows], dtype=pl.String) for i, name in enumerate(header)}
    yield Batch(numbered(pl.DataFrame(columns), [number for number, _ in rows]))


def text(cell: Cell) -> str:
    """A cell as text: whole numbers without a decimal point, days as YYYY-MM-DD, blanks as ''."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return str(cell)


def cells(grid: pd.DataFrame, first_row: int, columns: list[int]) -> pl.DataFrame:
    """The cells of some columns from a row on (both 0-based), one row each: raw_row, raw_column, column, cell, all text.

    Cells come row by row, left to right.
    """
    block = grid.iloc[first_row:, columns]
    long = block.stack().reset_index()  # noqa: PD013 - melt would go column by column
    long.columns = pd.Index(["row", "column", "cell"])
    return pl.DataFrame(
        {
            "raw_row": pl.Series(long["row"].to_numpy() + 1, dtype=pl.Int32),
            "column": pl.Series(long["column"].to_numpy(), dtype=pl.Int32),
            "raw_column": [column_letter(index) for index in long["column"]],
            "cell": [text(cell) for cell in long["cell"]],
        }
    )
