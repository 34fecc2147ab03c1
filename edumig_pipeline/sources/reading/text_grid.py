"""A sheet saved as delimited text, read back as the grid of cells it was.

Belongs here: encodings, delimiters and the ways spreadsheets write numbers into text. Does not belong here: tables that
begin with their header (`csv_records`), or what a grid's rows and columns mean.
"""

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pandas as pd
import polars as pl

from edumig_pipeline.sources.reading.records import RefusedError

DELIMITERS = ",;\t"

_FIRST_LOOK = 1 << 20  # bytes
_MOST_CELLS = 20_000_000  # blank ones too; real sheets have up to some hundred thousand
_WIDEST = 16_384  # columns of a sheet
_LARGEST = 1 << 29  # bytes; a sheet has no more than a million rows

# Spaces that set off thousands: the ordinary one, the unbreakable and the narrow unbreakable one.
_BLANK = "[ \u00a0\u202f]"
_PLAIN = "[0-9]+"


def _grouped(mark: str) -> str:
    return f"[1-9][0-9]{{0,2}}(?:{mark}[0-9]{{3}})+"


_POINT = f"^[+-]?(?:{_PLAIN}|{_grouped(',')}|{_grouped(_BLANK)})(?:\\.[0-9]+)?$"
_COMMA = f"^[+-]?(?:{_PLAIN}|{_grouped('[.]')}|{_grouped(_BLANK)})(?:,[0-9]+)?$"


@dataclass(frozen=True)
class TextGrid:
    """Records as rows of a grid, short ones filled up with blank cells, and how many fields each has. Blank lines are none."""

    cells: pd.DataFrame
    widths: tuple[int, ...]


def first_grid(path: Path, delimiter: str, fallback: str, records: int) -> pd.DataFrame:
    """The first records of a text as a grid, for a look at what it is; empty when it is no text."""
    with path.open("rb") as stream:
        head = stream.read(_FIRST_LOOK)
    if b"\x00" in head:
        return pd.DataFrame()
    try:
        text = codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        text = head.decode(fallback, errors="replace")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        found = list(islice(filter(None, reader), records))
        return pd.DataFrame() if max(map(len, found), default=0) > _WIDEST else _padded(found)
    except csv.Error:
        return pd.DataFrame()


def read_text_grid(path: Path, delimiter: str, fallback: str) -> TextGrid:
    """All records of a text in UTF-8 or, when its bytes are none, in the encoding `fallback`.

    Raises RefusedError when the bytes are a mixture of both or of neither, or cannot be split into records.
    """
    if path.stat().st_size > _LARGEST:
        raise RefusedError("readable", f"the text has more than {_LARGEST:,} bytes: no sheet is that large")
    reader = csv.reader(io.StringIO(_decoded(path.read_bytes(), fallback), newline=""), delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    try:
        records.extend(filter(None, reader))
    except csv.Error as error:
        said = f"record {len(records) + 1}: a quote is not closed, or text follows it ({error})"
        raise RefusedError("csv_syntax", said) from error
    return TextGrid(_padded(records), tuple(len(record) for record in records))


def _decoded(data: bytes, fallback: str) -> str:
    if b"\x00" in data:
        raise RefusedError("encoding", f"line {data[: data.index(0)].count(10) + 1} holds a NUL byte: this is no text")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        where = f"line {line} is not UTF-8 (byte 0x{data[error.start]:02x})"
    # What does decode as UTF-8 beyond ASCII would be read as two wrong letters each.
    as_utf8 = data.decode("utf-8-sig", errors="replace").replace("\ufffd", "")
    if not as_utf8.isascii():
        raise RefusedError("encoding", f"{where}, but other lines are: save the sheet anew in one encoding")
    try:
        return data.decode(fallback)
    except UnicodeDecodeError as error:
        raise RefusedError("encoding", f"{where}, and byte 0x{data[error.start]:02x} is not {fallback} either") from error


def _padded(records: Sequence[Sequence[str]]) -> pd.DataFrame:
    width = max(map(len, records), default=0)
    if width * len(records) > _MOST_CELLS:
        raise RefusedError("readable", f"its {len(records):,} records have up to {width:,} fields: no sheet is that large")
    return pd.DataFrame([[*record, *[""] * (width - len(record))] for record in records], dtype=object)


def numerals(cells: pl.Series, delimiter: str) -> pl.Series:
    """The cells with their numbers written plainly: no thousands separators, a decimal point.

    `152,542,373`, `152 542 373` and, in a text that has decimal commas, `152.542.373` are the same. Which mark is
    which must follow from the numbers themselves; only where fields are separated by commas is a comma never decimal.
    Cells that are no numbers stay as they are. Raises RefusedError where `3,123` could be either, or both are used.
    """
    distinct = cells.unique().to_frame("cell").with_columns(pl.col("cell").str.strip_chars().alias("said"))
    said = pl.col("said")
    marked = distinct.filter(said.str.contains("[.,]")).with_columns(
        said.str.contains(_POINT).alias("point"), said.str.contains(_COMMA).alias("comma")
    )
    only_point = marked.filter(pl.col("point") & ~pl.col("comma"))["said"].sort()
    only_comma = marked.filter(pl.col("comma") & ~pl.col("point"))["said"].sort()
    either = marked.filter(pl.col("comma") & pl.col("point"))["said"].sort()
    if len(only_point) and len(only_comma):
        raise RefusedError("number_format", f"'{only_point[0]}' has a decimal point and '{only_comma[0]}' a decimal comma")
    if len(either) and not len(only_point) and not len(only_comma) and delimiter != ",":
        reason = f"'{either[0]}' may have thousands or decimals behind its mark, and no other figure shows which"
        raise RefusedError("number_format", reason)
    has_comma = len(only_comma) > 0
    is_number = said.str.contains(_COMMA if has_comma else _POINT)
    plain = said.str.replace_all(f"{_BLANK}|{'[.]' if has_comma else ','}", "").str.replace(",", ".", literal=True)
    found = distinct.select("cell", pl.when(is_number).then(plain).otherwise("cell").alias("plain"))
    return cells.to_frame("cell").join(found, on="cell", how="left", maintain_order="left")["plain"]
