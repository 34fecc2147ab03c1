"""Reading the sheets of a workbook as grids of cells, at the rows and columns a person sees.

Belongs here: spreadsheets themselves. Does not belong here: what a sheet's rows and columns mean.
"""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pandas as pd
import polars as pl
import python_calamine

from edumig_pipeline.sources.reading.records import Batch, RefusedError, numbered
from edumig_pipeline.sources.reading.sheet_xml import require_plain_cells, require_plain_xml
from edumig_pipeline.sources.reading.zipped import blocks, opened

Cell: TypeAlias = str | int | float | bool | dt.date | None

_CONTENTS = "[Content_Types].xml"  # without it no spreadsheet program opens the workbook
_LARGEST_PART = 1 << 30  # bytes of one sheet; the largest real ones have about a tenth of it


def read_sheets(path: Path) -> dict[str, pd.DataFrame]:
    """Every sheet by name, cells as stored (blank cells as ''), row i of the frame being row i + 1 of the sheet.

    Cells with a formula have the value it had when the workbook was saved. Raises RefusedError when the workbook cannot
    be read, would fill the memory, or holds cells that would come as blank ones: errors, or formulas without a value.
    """
    _require_plain(path)
    try:
        book = python_calamine.CalamineWorkbook.from_path(path)
        # Sheets of nothing but a chart have no cells.
        names = [sheet.name for sheet in book.sheets_metadata if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise RefusedError("readable", f"the workbook has two sheets called '{twice}'")
        return {name: pd.DataFrame(book.get_sheet_by_name(name).to_python(skip_empty_area=False), dtype=object) for name in names}
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise RefusedError("readable", f"the workbook cannot be read: {error}") from error


def _require_plain(path: Path) -> None:
    """Refuse a workbook by what its own XML says, all of it, before anything else reads it."""
    with opened(path, "workbook") as parts:
        if _CONTENTS not in parts.namelist():
            raise RefusedError("readable", f"the workbook lacks its part {_CONTENTS}: it is damaged")
        for part in parts.infolist():
            if part.is_dir():
                continue
            name = part.filename.rpartition("/")[2]
            if part.file_size > _LARGEST_PART:
                raise RefusedError("readable", f"{name} unpacks to {part.file_size:,} bytes: no sheet of figures is that large")
            try:
                data = b"".join(blocks(parts, part))
            except RefusedError as refused:
                raise RefusedError("readable", f"{name} within the workbook: {refused.reason}") from refused
            # A sheet may have any name: another part says where it is.
            is_sheet = b"sheetData" in data
            if is_sheet or name.lower().endswith((".xml", ".rels")) or b"<sst" in data:
                require_plain_xml(data, name)
            if is_sheet:
                require_plain_cells(data, name)


def column_number(letters: str) -> int:
    """The 1-based number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


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
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(sep=" ")
    return str(cell)


def cells(grid: pd.DataFrame, first_row: int, columns: list[int]) -> pl.DataFrame:
    """The cells of some columns from a row on (both 0-based), one row each: raw_row, raw_column, column, cell, all text.

    Cells come row by row, left to right.
    """
    block = grid.iloc[first_row:, columns]
    letters = {index: column_letter(index) for index in columns}
    return pl.DataFrame(
        {
            "raw_row": pl.Series(np.repeat(block.index.to_numpy() + 1, len(columns)), dtype=pl.Int32),
            "column": pl.Series(np.tile(columns, len(block)), dtype=pl.Int32),
            "cell": pl.Series([text(cell) for cell in block.to_numpy().ravel().tolist()], dtype=pl.String),
        }
    ).select("raw_row", "column", pl.col("column").replace_strict(letters, return_dtype=pl.String).alias("raw_column"), "cell")
