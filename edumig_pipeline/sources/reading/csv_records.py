"""Reading delimited text as records: a stream of batches, every field as text, every record with its number.

Belongs here: CSV itself (quoting, widths, encoding). Does not belong here: what the columns mean.
"""

import codecs
import csv
import io
import re
import sys
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pc

from edumig_pipeline.sources.reading.records import Batch, Malformed, RefusedError, excluded, numbered, unique_names

# Records that do not split into the header's columns; where there are more of them, and more than others, the file is another
# table, or none.
_MOST_MALFORMED = 100_000
_BLOCK = 16 << 20  # bytes per batch; about 500,000 records of a UIS file


def read_csv(  # noqa: PLR0913 - a table can differ in as many ways
    path: Path,
    header: tuple[str, ...],
    *,
    delimiter: str = ",",
    footer: re.Pattern[str] | None = None,
    lines_before: int = 0,
    coded: Collection[str] = (),
) -> Iterator[Batch]:
    """The records of a UTF-8 delimited file in file order, numbered from 1 after the header; blank lines are no records.

    Every field is text exactly as read: nothing is taken for missing, so Namibia's code and UIS's magnitude NA stay
    the letters NA. Columns are named as in `header`, which must be the file's, or by `unique_names` where it is blank or
    says a name twice. A record with too many or too few fields comes as malformed, but for one that `footer` matches,
    which is excluded; so is one that repeats the header or holds the #tags of the Humanitarian Exchange Language. Lines
    before the header, `lines_before` of them, are no records. The columns in `coded`, which say few things many times, come as
    Categorical. Raises RefusedError when the file is not UTF-8 or cannot be
    parsed.
    """
    has_quotes = _require_whole_text(path, delimiter)
    if _is_header_only(path, delimiter, lines_before):
        return
    malformed: list[Malformed] = []
    is_another = False

    def keep_malformed(row: pc.InvalidRow) -> str:
        nonlocal is_another
        number = row.number - 1 - lines_before
        if is_another := len(malformed) >= _MOST_MALFORMED and 2 * len(malformed) > number:
            return "error"
        reason = f"{row.actual_columns} fields where the header has {row.expected_columns}"
        malformed.append(Malformed(number, "record_width", reason, row.text))
        return "skip"

    options = {
        # Records are numbered for the malformed ones only when they are parsed in order by one thread.
        "read_options": pc.ReadOptions(use_threads=False, block_size=_BLOCK, skip_rows=lines_before),
        "parse_options": pc.ParseOptions(delimiter=delimiter, newlines_in_values=has_quotes, invalid_row_handler=keep_malformed),
        "convert_options": _conversion(header, coded),
    }
    try:
        with _UncutLineEnds(path) as stream:
            reader = pc.open_csv(stream, **options)
            for batch in _batches(_ahead(reader), reader.schema, header, malformed):
                yield _without_footer(batch, footer) if footer else batch
    except pa.ArrowInvalid as error:
        if is_another:
            count = f"more than {_MOST_MALFORMED:,} records, and most that were read,"
            reason = f"{count} do not split into the {len(header)} columns of the header: {error}"
            raise RefusedError("csv_syntax", reason) from error
        if "straddl" in str(error):
            reason = f"a record has more than {_BLOCK:,} bytes: a quote or line ends may be missing before it, or within"
            raise RefusedError("csv_syntax", reason) from error
        raise RefusedError("csv_syntax", str(error)) from error


def _conversion(header: tuple[str, ...], coded: Collection[str]) -> pc.ConvertOptions:
    types = {name: pa.dictionary(pa.int32(), pa.string()) if name in coded else pa.string() for name in header}
    return pc.ConvertOptions(column_types=types, strings_can_be_null=False, check_utf8=False)


def _ahead(reader: pc.CSVStreamingReader) -> Iterator[pa.RecordBatch]:
    """The reader's batches, the next one being parsed while the one before is looked at."""
    with ThreadPoolExecutor(max_workers=1) as parser:
        coming = parser.submit(next, reader, None)
        while (batch := coming.result()) is not None:
            coming = parser.submit(next, reader, None)
            yield batch


def _batches(
    batches: Iterator[pa.RecordBatch], schema: pa.Schema, header: tuple[str, ...], malformed: list[Malformed]
) -> Iterator[Batch]:
    """Numbered batches; `malformed` fills up while the reader reads, ahead of the batch it gives."""
    last, seen = 0, 0
    for batch in batches:
        skipped = np.array([bad.raw_row for bad in malformed[seen:]], dtype=np.int64)
        numbers = np.arange(last + 1, last + 1 + batch.num_rows + len(skipped), dtype=np.int64)
        numbers = numbers[~np.isin(numbers, skipped)][: batch.num_rows]
        last = int(numbers[-1]) if len(numbers) else last
        # Malformed records behind the last of this batch belong to a later one.
        passed = [bad for bad in malformed[seen:] if bad.raw_row < last]
        seen += len(passed)
        yield Batch(numbered(_named(batch, header), numbers, header), tuple(passed))
    if malformed[seen:]:
        none = pa.RecordBatch.from_pylist([], schema=schema)
        yield Batch(numbered(_named(none, header), [], header), tuple(malformed[seen:]))


def _named(batch: pa.RecordBatch, header: tuple[str, ...]) -> pl.DataFrame:
    return pl.DataFrame(pl.from_arrow(pa.RecordBatch.from_arrays(batch.columns, names=list(unique_names(header)))))


def _without_footer(batch: Batch, footer: re.Pattern[str]) -> Batch:
    """The batch with malformed lines that are the file's footer as excluded records instead."""
    lines = [bad for bad in batch.malformed if footer.match(bad.text.strip().strip('"'))]
    if not lines:
        return batch
    left_out = excluded([bad.raw_row for bad in lines], "footer line")
    records = pl.concat([batch.records, left_out], how="diagonal").sort("raw_row")
    return Batch(records, tuple(bad for bad in batch.malformed if bad not in lines))


class _UncutLineEnds(io.FileIO):
    """A file whose reads never end between the two characters of a line end.

    pyarrow loses the second one when a block ends there within a quoted field.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path, "rb")

    def read(self, size: int | None = -1, /) -> bytes:
        """Up to `size` bytes, fewer where they would end in a carriage return."""
        data = super().read(size)
        if len(data) > 1 and data.endswith(b"\r"):
            self.seek(-1, io.SEEK_CUR)
            return data[:-1]
        return data


def _is_header_only(path: Path, delimiter: str, lines_before: int) -> bool:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for _ in range(lines_before):
            stream.readline()
        records = csv.reader(stream, delimiter=delimiter)
        try:
            return next(records, None) is not None and not any(records)
        except csv.Error:  # a field too long for this reader is a record all the same
            return False


def _require_whole_text(path: Path, delimiter: str) -> bool:
    """Refuse text that is not UTF-8, or in which a quote is opened and never closed: what follows it is unknown.

    True when there are quotes at all; without them every line is a record.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, has_quotes = 0, False
    with path.open("rb") as stream:
        while block := stream.read(1 << 22):
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                line = lines + error.object[: error.start].count(b"\n") + 1
                raise RefusedError(
                    "encoding", f"line {line} is not UTF-8: {error.reason} (byte 0x{error.object[error.start]:02x})"
                ) from error
            if b"\x00" in block:
                line = lines + block[: block.index(b"\x00")].count(b"\n") + 1
                raise RefusedError("encoding", f"line {line} holds a NUL byte: this is no text")
            lines += block.count(b"\n")
            has_quotes = has_quotes or b'"' in block
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise RefusedError("encoding", f"line {lines + 1} is not UTF-8: it ends within a character") from error
    if has_quotes:
        _require_closed_quotes(path, delimiter)
    return has_quotes


def _require_closed_quotes(path: Path, delimiter: str) -> None:
    """Walk a file with quotes strictly: a quote left open, or text after a closing one, may have swallowed records."""
    limit = csv.field_size_limit(sys.maxsize)
    number = -1
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            # Blank lines are no records, and record 0 is the header.
            for number, _ in enumerate(filter(None, csv.reader(stream, delimiter=delimiter, strict=True))):  # noqa: B007
                pass
    except csv.Error as error:
        raise RefusedError("csv_syntax", f"record {number + 1}: a quote is not closed, or text follows it ({error})") from error
    finally:
        csv.field_size_limit(limit)
