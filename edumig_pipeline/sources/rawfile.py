"""A raw file as layouts look at it: enough of its content to tell what it is.

Belongs here: opening a file and its first look. Does not belong here: reading its rows (`csv_records`, `workbook`) or
any publisher's layout.
"""

import csv
import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import python_calamine

_FIRST_LOOK = 1 << 20  # bytes; a header line longer than this is no header


@dataclass(frozen=True)
class RawFile:
    """A file under raw/: where it is, and its path as `raw_file` names it."""

    path: Path
    raw_file: str

    @cached_property
    def _head(self) -> bytes:
        with self.path.open("rb") as stream:
            return stream.read(_FIRST_LOOK)

    @cached_property
    def is_zip_container(self) -> bool:
        """Whether the bytes are a zip, as .xlsx files are too."""
        return self._head.startswith(b"PK\x03\x04")

    @cached_property
    def text_fault(self) -> str | None:
        """Why the file does not begin as UTF-8 text, or None when it does."""
        line = self._head.split(b"\n", 1)[0]
        if self.is_zip_container:
            return None
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            return f"line 1 is not UTF-8: {error.reason} (byte 0x{line[error.start]:02x} at position {error.start + 1})"
        if b"\x00" in self._head:
            return f"line {self._head[: self._head.index(0)].count(10) + 1} holds a NUL byte: this is no text"
        return None

    @cached_property
    def header(self) -> tuple[str, ...]:
        """Fields of the first CSV record, BOM removed; empty when the file does not begin with one in UTF-8."""
        if self.is_zip_container or self.text_fault:
            return ()
        text = self._head.decode("utf-8-sig", errors="ignore")
        try:
            return tuple(next(csv.reader(io.StringIO(text, newline="")), ()))
        except csv.Error:
            return ()

    @cached_property
    def sheet_names(self) -> tuple[str, ...]:
        """Names of the sheets when the file is a workbook, else empty."""
        if not self.is_zip_container:
            return ()
        try:
            return tuple(python_calamine.CalamineWorkbook.from_path(self.path).sheet_names)
        except (python_calamine.CalamineError, OSError):
            return ()

    @property
    def begins_with(self) -> str:
        """What the file begins with, short enough for a message."""
        if self.sheet_names:
            return f"a workbook with sheets {', '.join(self.sheet_names)}"
        if self.header:
            return f"columns {', '.join(self.header)[:200]}"
        if self.is_zip_container:
            return "a zip archive"
        return f"bytes {self._head[:24]!r}" if self._head else "nothing (it is empty)"
