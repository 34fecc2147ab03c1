"""Answers as CSV, JSON and Parquet, in pieces, so that an answer may be larger than memory.

Belongs here: those three forms. Does not belong here: what is shown on a terminal (`commands/showing`), which texts a
spreadsheet would run (`wording/formulas`), or the export of whole tables.
"""

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from edumig_pipeline.answers.errors import UnavailableError, WrongQuestionError
from edumig_pipeline.answers.querying import derived
from edumig_pipeline.wording.formulas import PATTERN

_ROWS = 50_000  # of a piece
# Types that a form has none for: they are written as DuckDB prints them.
_NOT_IN_PARQUET = frozenset({"interval", "union", "bit"})
_NOT_IN_CSV = _NOT_IN_PARQUET | {"list", "array", "struct", "map", "enum", "blob"}


def csv_pieces(answer: duckdb.DuckDBPyRelation) -> Iterator[str]:
    """The answer as CSV with a header: NULL is an empty cell, an empty text a quoted one, figures have all their digits.

    Texts that a spreadsheet would take for a formula have an apostrophe before them; numbers are written as they are.
    """
    with _plain(answer, _NOT_IN_CSV).to_arrow_reader(_ROWS) as reader:
        batches = _batches(reader)
        first = next(batches, None)  # before the header, since nothing is to be written of a query that fails at once
        yield _csv(reader.schema.empty_table(), with_header=True)
        for batch in chain([] if first is None else [first], batches):
            yield _csv(_safe(batch), with_header=False)


def _csv(rows: pa.Table | pa.RecordBatch, *, with_header: bool) -> str:
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(rows, sink, pyarrow.csv.WriteOptions(include_header=with_header))
    return str(sink.getvalue().to_pybytes().decode())


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """The pieces of an answer; what DuckDB says when it cannot compute one comes out of Arrow as an error of files."""
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except (OSError, pa.ArrowException) as error:
            kind = UnavailableError if "Corrupt" in str(error) or "IO Error" in str(error) else WrongQuestionError
            raise kind(str(error)) from error
        yield batch


def _plain(answer: duckdb.DuckDBPyRelation, kinds: frozenset[str]) -> duckdb.DuckDBPyRelation:
    """The answer with columns of these types as text."""
    named = [(duckdb.ColumnExpression(name), name, kind.id) for name, kind in zip(answer.columns, answer.types, strict=True)]
    text = duckdb.sqltypes.VARCHAR
    return answer.select(*(column.cast(text).alias(name) if kind in kinds else column for column, name, kind in named))


def _safe(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Texts that look like a formula, with an apostrophe before them."""
    # By Arrow's means: this runs beside the main thread, and there the import of polars would take Ctrl-C away from it.
    columns = [
        pc.if_else(pc.match_substring_regex(column, PATTERN), pc.binary_join_element_wise("'", column, ""), column)
        if pa.types.is_string(column.type)
        else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def json_pieces(answer: duckdb.DuckDBPyRelation) -> Iterator[str]:
    """The answer as a JSON array of objects, a row a line: dates as ISO 8601 has them, NaN and infinities as null."""
    rows = derived(answer, "SELECT CAST(to_json(answer) AS VARCHAR) AS line FROM answer")
    between = "["
    with rows.to_arrow_reader(_ROWS) as reader:
        for batch in _batches(reader):
            lines = batch.column(0)
            odd = pc.any(pc.match_substring_regex(lines, "NaN|Infinity")).as_py()
            yield between + ",\n".join(map(_valid, lines.to_pylist()) if odd else lines.to_pylist())
            between = ",\n"
    yield "[]\n" if between == "[" else "]\n"


def _valid(line: str) -> str:
    """The object with null for what JSON has no number for; texts that hold such words stay as they are."""
    if "NaN" not in line and "Infinity" not in line:
        return line
    return json.dumps(json.loads(line, parse_constant=lambda _: None), ensure_ascii=False, separators=(",", ":"))


def write_parquet(answer: duckdb.DuckDBPyRelation, target: Path) -> None:
    """Write the answer to a Parquet file, with DuckDB's types."""
    answer = _plain(answer, _NOT_IN_PARQUET)
    with answer.to_arrow_reader(_ROWS) as reader, pq.ParquetWriter(target, reader.schema, compression="zstd") as writer:
        for batch in _batches(reader):
            writer.write_batch(batch)
