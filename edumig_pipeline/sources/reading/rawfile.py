"""A raw file as layouts look at it: enough of its content to tell what it is, and its records.

Belongs here: opening a file, a member of an archive or a sheet of a workbook, and its first look. Does not belong here:
splitting text into records (`csv_records`), cells of a sheet (`workbook`), or any publisher's layout.
"""

import codecs
import csv
import io
import json
import re
import zipfile
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd
import python_calamine

from edumig_pipeline.sources.reading.csv_records import read_csv
from edumig_pipeline.sources.reading.records import Batch, RefusedError
from edumig_pipeline.sources.reading.workbook import read_sheets, sheet_header, sheet_records
from edumig_pipeline.sources.reading.zipped import BROKEN

_FIRST_LOOK = 1 << 20  # bytes; a header line longer than this is no header
_MOST_COLUMNS = 5_000  # of delimited text; the widest table, a matrix of countries, has some hundreds
_DELIMITERS = ",\t;"
_LAST_LOOK = 1 << 13  # bytes; footers are a few lines
_JSON_LIMIT = 1 << 28  # bytes; replies of the publishers' interfaces are a few megabytes at most
_JSON_TEXT = 1 << 20  # characters; footnotes have up to some thousands
_JSON_VALUES = 10_000_000  # each takes some 60 bytes of memory; replies have up to a million


@dataclass(frozen=True)
class RawFile:
    """A file under raw/, a member of an archive or a sheet of a workbook, and its path as `raw_file` names it.

    `sheet` holds the cells when it is a sheet. Bytes, text and JSON are then those of nothing.
    """

    path: Path
    raw_file: str
    sheet: pd.DataFrame | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """Name of the file, member or sheet itself, without folders."""
        return re.split(r"[/#]", self.raw_file)[-1]

    @cached_property
    def _head(self) -> bytes:
        if self.sheet is not None:
            return b""
        with self.path.open("rb") as stream:
            return stream.read(_FIRST_LOOK)

    @cached_property
    def is_zip_container(self) -> bool:
        """Whether the bytes are a zip, as .xlsx files are too."""
        return self._head.startswith((b"PK\x03\x04", b"PK\x05\x06"))

    @cached_property
    def is_archive(self) -> bool:
        """Whether it is a zip of files, and no workbook."""
        return self.is_zip_container and not self.is_workbook

    @cached_property
    def is_workbook(self) -> bool:
        """Whether it is a workbook, by the parts its zip has."""
        try:
            with zipfile.ZipFile(self.path) as members:
                return self.is_zip_container and "xl/workbook.xml" in members.namelist()
        except BROKEN:
            return False

    @cached_property
    def text_fault(self) -> str | None:
        """Why the file does not begin as UTF-8 text, or None when it does."""
        line, end, _ = self._head.partition(b"\n")
        if self.is_zip_container:
            return None
        try:
            # The first look may end within a character of a line that goes on.
            codecs.getincrementaldecoder("utf-8")().decode(line, final=bool(end) or len(self._head) < _FIRST_LOOK)
        except UnicodeDecodeError as error:
            return f"line 1 is not UTF-8: {error.reason} (byte 0x{line[error.start]:02x} at position {error.start + 1})"
        if b"\x00" in self._head:
            return f"line {self._head[: self._head.index(0)].count(10) + 1} holds a NUL byte: this is no text"
        return None

    @cached_property
    def _text(self) -> str:
        """The first look as text; empty when the file is not UTF-8."""
        if self.is_zip_container or self.text_fault:
            return ""
        return self._head.decode("utf-8-sig", errors="ignore")

    def first_records(self, count: int, delimiter: str = ",") -> list[tuple[str, ...]]:
        """Up to `count` first records of delimited text, blank lines as empty ones; none when it is no UTF-8 text.

        One of more fields than any table has columns is no record, and ends the look.
        """
        reader = csv.reader(io.StringIO(self._text, newline=""), delimiter=delimiter)
        found: list[tuple[str, ...]] = []
        try:
            for record in reader:
                if len(record) > _MOST_COLUMNS:
                    break
                found.append(tuple(record))
                if len(found) == count:
                    break
        except csv.Error:
            return []
        return found

    @cached_property
    def last_lines(self) -> tuple[str, ...]:
        """The last lines of the text, or what the first column says in the last rows of the sheet."""
        if self.sheet is not None:
            return tuple(str(cell) for cell in self.sheet.iloc[-10:, 0])
        if self.is_zip_container or self.text_fault:
            return ()
        with self.path.open("rb") as stream:
            stream.seek(max(0, self.path.stat().st_size - _LAST_LOOK))
            return tuple(stream.read().decode("utf-8", errors="ignore").splitlines()[1:])

    @cached_property
    def delimiter(self) -> str:
        """What separates the fields of the first record: a comma, a tab or a semicolon, whichever it has most of."""
        return max(_DELIMITERS, key=lambda mark: len(next(iter(self.first_records(1, mark)), ())))

    @cached_property
    def header(self) -> tuple[str, ...]:
        """Fields of the first record, BOM removed; empty when there is none, it is too wide, or the text is not UTF-8."""
        if self.sheet is not None:
            return sheet_header(self.sheet)
        return next(iter(self.first_records(1, self.delimiter)), ())

    def records(
        self, *, footer: re.Pattern[str] | None = None, lines_before: int = 0, coded: Collection[str] = ()
    ) -> Iterator[Batch]:
        """The records below the header, numbered from 1, or by the sheet's rows; every field is text as read.

        Columns of delimited text are named as `header`, or by `unique_names` where a heading is blank or repeated. A line
        that does not split into the header's columns but matches `footer` is excluded as such. `lines_before` says how many
        lines stand before the header. Of delimited text the columns in `coded` come as Categorical. Raises RefusedError when
        the text cannot be split into records.
        """
        if self.sheet is not None:
            return sheet_records(self.sheet)
        header = self.header
        if lines_before:
            header = self.first_records(lines_before + 1, self.delimiter)[lines_before]
        return read_csv(self.path, header, delimiter=self.delimiter, footer=footer, lines_before=lines_before, coded=coded)

    @cached_property
    def sheets(self) -> dict[str, pd.DataFrame]:
        """The cells of every sheet by name when the file is a workbook, else empty.

        Raises RefusedError when the workbook cannot be read.
        """
        return read_sheets(self.path) if self.is_workbook else {}

    @cached_property
    def json(self) -> object:
        """The JSON value the file holds, numbers as text exactly as written; None when it is no JSON.

        Raises RefusedError for JSON that is broken, says a member of an object twice, or is larger than an interface's reply
        can be.
        """
        if not self._text.lstrip().startswith(("{", "[")):
            return None
        if self.path.stat().st_size > _JSON_LIMIT:
            raise RefusedError("json_syntax", f"the file has more than {_JSON_LIMIT:,} bytes; split the download")
        try:
            text = self.path.read_text(encoding="utf-8-sig")
            if sum(map(text.count, ",[{")) > _JSON_VALUES:
                raise RefusedError("json_syntax", f"the file has more than {_JSON_VALUES:,} values; split the download")
            value = json.loads(text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_without_twins)
            if r"\ud" in text or r"\uD" in text:  # half a character, perhaps, which no text can hold
                json.dumps(value, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise RefusedError("json_syntax", f"this is no whole JSON: {error}") from error
        return value

    @property
    def sheet_names(self) -> tuple[str, ...]:
        """Names of the sheets when the file is a workbook, else empty."""
        try:
            return tuple(python_calamine.CalamineWorkbook.from_path(self.path).sheet_names) if self.is_workbook else ()
        except (python_calamine.CalamineError, OSError):
            return ()

    @property
    def begins_with(self) -> str:
        """What the file begins with, short enough for a message."""
        if self.is_workbook:
            return f"a workbook with sheets {', '.join(self.sheet_names)}"
        if self.is_zip_container:
            return "a zip archive"
        if self._text.lstrip().startswith(("{", "[")):
            return f"JSON {' '.join(self._text[:200].split())}"
        if self.header:
            return f"columns {', '.join(self.header)[:200]}"
        return f"bytes {self._head[:24]!r}" if self._head else "nothing (it is empty)"


def _without_twins(members: list[tuple[str, object]]) -> dict[str, object]:
    """An object of JSON; ValueError when a name stands twice in it, for which is meant is not said, or a text is too long."""
    found = dict(members)
    if len(found) != len(members):
        twice = next(name for name, count in Counter(name for name, _ in members).items() if count > 1)
        raise ValueError(f"'{twice[:80]}' stands twice in one object")
    for name, value in members:
        texts = value if isinstance(value, list) else (value,)
        if len(name) > _JSON_TEXT or any(isinstance(text, str) and len(text) > _JSON_TEXT for text in texts):
            raise ValueError(f"'{name[:80]}' has a text of more than {_JSON_TEXT:,} characters")
    return found
