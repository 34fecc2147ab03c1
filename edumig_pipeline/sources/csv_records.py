"""Reading delimited text as records: a stream of batches, every field as text, every record with its number.

Belongs here: CSV itself (quoting, widths, encoding). Does not belong here: what the columns mean.
"""

import codecs
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pc

from edumig_pipeline.sources.layout import Batch, Malformed, RefusedError

_BLOCK = 32 << 20  # bytes per batch; about 700,000 records of a UIS file


def read_csv(path: Path, header: tuple[str, ...]) -> Iterator[Batch]:
    """The records of a UTF-8 CSV file in file order, numbered from 1 after the header; blank lines are no records.

    Every field is text exactly as read: nothing is taken for missing, so Namibia's code and UIS's magnitude NA stay
    the letters NA. A record with too many or too few fields comes as malformed; one that repeats the header comes with
    that exclusion. Raises RefusedError when the file is not UTF-8 or cannot be parsed at all.
    """
    _require_utf8(path)
    malformed: list[Malformed] = []

    def keep_malformed(row: pc.InvalidRow) -> str:
        reason = f"{row.actual_columns} fields where the header has {row.expected_columns}"
        malformed.append(Malformed(row.number - 1, "record_width", reason, row.text))
        return "skip"

    try:
        reader = pc.open_csv(
            path,
            # Records are numbered for the malformed ones only when they are parsed in order by one thread.
            read_options=pc.ReadOptions(use_threads=False, block_size=_BLOCK),
            parse_options=pc.ParseOptions(newlines_in_values=True, invalid_row_handler=keep_malformed),
            convert_options=pc.ConvertOptions(
                column_types=dict.fromkeys(header, pa.string()), strings_can_be_null=False, check_utf8=False
            ),
        )
        last, seen = 0, 0
        for batch in reader:
            new = np.array([bad.raw_row for bad in malformed[seen:]], dtype=np.int64)
            numbers = np.arange(last + 1, last + 1 + batch.num_rows + len(new), dtype=np.int64)
            numbers = numbers[~np.isin(numbers, new)][: batch.num_rows]
            # pyarrow reads ahead: malformed records behind this batch belong to a later one.
            last = int(numbers[-1]) if len(numbers) else last
            fresh = [bad for bad in malformed[seen:] if bad.raw_row < last] if len(numbers) else []
            seen += len(fresh)
            yield Batch(_records(batch, numbers, header), tuple(fresh))
        if malformed[seen:]:
            yield Batch(
                _records(pa.RecordBatch.from_pylist([], schema=reader.schema), np.array([]), header),
                tuple(malformed[seen:]),
            )
    except pa.ArrowInvalid as error:
        raise RefusedError("csv_syntax", str(error)) from error


def _records(batch: pa.RecordBatch, numbers: np.ndarray, header: tuple[str, ...]) -> pl.DataFrame:
    frame = pl.DataFrame(pl.from_arrow(batch))
    repeats_header = pl.all_horizontal(*(pl.col(name) == name for name in header))
    return frame.with_columns(
        pl.Series("raw_row", numbers, dtype=pl.Int32),
        pl.lit(None, dtype=pl.String).alias("raw_column"),
        pl.when(repeats_header).then(pl.lit("repeated header")).alias("exclusion"),
    )


def _require_utf8(path: Path) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = 0
    with path.open("rb") as stream:
        while block := stream.read(1 << 22):
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                line = lines + error.object[: error.start].count(b"\n") + 1
                raise RefusedError(
                    "encoding", f"line {line} is not UTF-8: {error.reason} (byte 0x{error.object[error.start]:02x})"
                ) from error
            lines += block.count(b"\n")
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise RefusedError("encoding", f"line {lines + 1} is not UTF-8: it ends within a character") from error
