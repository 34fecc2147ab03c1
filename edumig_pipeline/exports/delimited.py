"""Comma-separated text by RFC 4180: UTF-8, records ending in CR LF, fields quoted only where they must be.

Belongs here: writing and counting records. Does not belong here: what the columns of a format are.
"""

from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.csv as pc

_END = "\r\n"
# Bytes read at a time; several of them are in memory.
_BLOCKS = (1 << 22, 1 << 28)


def write_csv(frames: Iterable[pl.DataFrame], header: pl.Schema, target: Path, *, null: str = "", bom: bool = False) -> None:
    """Write frames of one schema as one file; NULL is written as `null` without quotes, an empty text as two quotes.

    Figures are as short as they can be without losing a bit; days are ISO 8601.
    """
    with target.open("wb") as file:
        file.write(pl.DataFrame(schema=header).write_csv(line_terminator=_END, include_bom=bom).encode())
        for frame in frames:
            file.write(frame.write_csv(line_terminator=_END, null_value=null, include_header=False).encode())


def records_in(target: Path) -> int:
    """Records behind the header of a file, counted by another reader than its writer; raises when one is not whole."""
    for block in _BLOCKS[:-1]:
        try:
            return _counted(target, block)
        except pa.ArrowInvalid:  # a record may be longer than a block
            continue
    return _counted(target, _BLOCKS[-1])


def _counted(target: Path, block: int) -> int:
    names = _first_record(target)
    reader = pc.open_csv(
        target,
        read_options=pc.ReadOptions(use_threads=False, column_names=names, skip_rows_after_names=1, block_size=block),
        parse_options=pc.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=pc.ConvertOptions(include_columns=names[:1], column_types={names[0]: pa.string()}, check_utf8=False),
    )
    return sum(batch.num_rows for batch in reader)


def _first_record(target: Path) -> list[str]:
    """The headings of our own files hold no comma, quote or line feed."""
    with target.open("rb") as file:
        return file.readline().decode("utf-8-sig").strip().split(",")
