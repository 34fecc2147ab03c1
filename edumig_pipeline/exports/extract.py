"""What an export holds: tables of one published generation, narrowed to what was asked for, as streams of rows.

Belongs here: opening the Parquet of a generation, narrowing it, counting, and handing rows out in batches. Does not belong
here: any format, or where an export lies.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa

from edumig_pipeline.exports.errors import ExportError, UnknownNameError, first_line
from edumig_pipeline.model.catalogue import TABLES, table
from edumig_pipeline.model.evidence import CLAIM_ARITHMETIC, CLAIM_CHECKS, CLAIM_EVIDENCE, CLAIM_INTERVALS
from edumig_pipeline.model.table import Table
from edumig_pipeline.publish.derivation import mart_sql, parquet_files
from edumig_pipeline.warehouse import Generation, Warehouse
from edumig_pipeline.wording.spelling import did_you_mean

BATCH_ROWS = 65_536
_MEMORY = "1GiB"  # sorting a view of more rows goes by way of a temporary folder

# What is said about a claim goes where the claim goes: the source it names is that of the evidence, not that of the claim.
_OF_A_CLAIM = {declared.name for declared in (CLAIM_INTERVALS, CLAIM_EVIDENCE, CLAIM_ARITHMETIC, CLAIM_CHECKS)}

# The columns rows can be chosen by, and where their codes and labels stand.
_LABELS: Mapping[str, tuple[str, str]] = {
    "indicator": ("indicator", "SELECT indicator, name FROM indicators ORDER BY indicator"),
    "ref_area": ("area", "SELECT code, name FROM areas ORDER BY code"),
    "source": ("source", "SELECT source, publisher FROM sources ORDER BY source"),
}


@dataclass(frozen=True)
class Wanted:
    """What was asked for; nothing named means everything. Names of tables and codes as users write them."""

    tables: tuple[str, ...] = ()
    indicator: tuple[str, ...] = ()
    ref_area: tuple[str, ...] = ()
    source: tuple[str, ...] = ()

    @property
    def codes(self) -> dict[str, tuple[str, ...]]:
        """The codes that rows are chosen by, by column; columns by which nothing is chosen are left out."""
        every = {"indicator": self.indicator, "ref_area": self.ref_area, "source": self.source}
        return {column: codes for column, codes in every.items() if codes}


class Watch(Protocol):
    """Somebody who is told how an export goes on."""

    def begin(self, table: str, rows: int) -> None:
        """The rows of a table begin to be written."""

    def advance(self, rows: int) -> None:
        """So many more were written."""


class Extract:
    """An opened generation, narrowed: `exported.<table>` in its database has the rows that belong to the export."""

    def __init__(self, db: duckdb.DuckDBPyConnection, generation: Generation, wanted: Wanted, watch: Watch) -> None:
        self.db = db
        self.generation = generation.path.name
        self.wanted = wanted
        self.tables = tuple(table(name) for name in wanted.tables)
        self._watch = watch
        self._rows: dict[str, int] = {}

    def rows(self, declared: Table) -> int:
        """How many rows of a table belong to the export."""
        if declared.name not in self._rows:
            ((count,),) = self.db.execute(f"SELECT count(*) FROM exported.{declared.name}").fetchall()
            self._rows[declared.name] = int(count)
        return self._rows[declared.name]

    def batches(self, declared: Table, size: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """The rows of a table in its columns and the warehouse's order, the same every time, a batch at a time."""
        # Parquet is read in its order; what a view joins comes in any.
        ordered = f" ORDER BY {', '.join(declared.key)}" if declared.is_view else ""
        yield from self.watched(declared, f"SELECT * FROM exported.{declared.name}{ordered}", size)

    def watched(self, declared: Table, query: str, size: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """What a query over a table's rows gives, a batch at a time; whoever watches is told."""
        self._watch.begin(declared.name, self.rows(declared))
        for batch in self.db.sql(query).to_arrow_reader(size):
            yield batch
            self._watch.advance(batch.num_rows)

    @property
    def whole(self) -> tuple[str, ...]:
        """Tables that stay whole although rows are chosen, since they have none of the columns rows are chosen by."""
        return tuple(declared.name for declared in self.tables if self.wanted.codes and not self._conditions(declared))

    def narrow(self) -> None:
        """Make `exported.<table>` for every table; raises ExportError when rows are chosen and none is left."""
        self.db.execute("CREATE SCHEMA exported")
        for column, codes in self.wanted.codes.items():
            what, query = _LABELS[column]
            _require_known(what, codes, dict(self.db.execute(query).fetchall()))
            self.db.execute(f"CREATE TABLE wanted_{column} AS SELECT unnest($1::VARCHAR[]) AS code", [list(codes)])
            self.db.execute(f"SET VARIABLE wanted_{column} = (SELECT list(code) FROM wanted_{column})")
        for declared in TABLES:
            condition = " AND ".join(self._conditions(declared)) or "true"
            columns = ", ".join(f'"{name}"' for name in declared.names)
            self.db.execute(
                f"CREATE VIEW exported.{declared.name} AS SELECT {columns} FROM main.{declared.name} WHERE {condition}"
            )
        narrowed = [declared for declared in self.tables if self._conditions(declared)]
        if narrowed and not any(map(self.rows, narrowed)):
            chosen = "; ".join(f"{column} {', '.join(codes)}" for column, codes in self.wanted.codes.items())
            raise ExportError(f"no row of {', '.join(t.name for t in narrowed)} is of {chosen}")

    def _conditions(self, declared: Table) -> list[str]:
        codes = self.wanted.codes
        if declared.name in _OF_A_CLAIM and codes:
            return ["claim_id IN (SELECT claims.claim_id FROM exported.claims AS claims)"]
        return [f"list_contains(getvariable('wanted_{c}'), \"{c}\")" for c in codes if c in declared.names]


def chosen_tables(named: tuple[str, ...], offered: tuple[str, ...], always: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The tables that an export has, in the catalogue's order: those named, else all that are offered and no view.

    `always` come along in any case. Raises UnknownNameError for a name that is no table, or not one of those offered.
    """
    _require_known("table", named, {declared.name: declared.name for declared in TABLES})
    if unfit := [name for name in named if name not in offered]:
        raise UnknownNameError(f"{unfit[0]} does not fit into this format: it takes {' or '.join(offered)}")
    chosen = {*named, *always} if named else {declared.name for declared in TABLES if not declared.is_view} & {*offered}
    return tuple(declared.name for declared in TABLES if declared.name in chosen)


def _require_known(what: str, named: Sequence[str], labels: Mapping[str, str]) -> None:
    for name in named:
        if name not in labels:
            raise UnknownNameError(f"there is no {what} {name}: {did_you_mean(name, labels)}")


@contextmanager
def opened(warehouse: Warehouse, wanted: Wanted, watch: Watch) -> Iterator[Extract]:
    """The published generation, narrowed to what is wanted (its tables named, every one).

    Raises ExportError when there is none or it is not of this version, UnknownNameError when it lacks a code that is wanted.
    """
    generation = warehouse.current()
    if generation is None:
        raise ExportError(
            f"there is no warehouse in {warehouse.path}: build one with `edumig refresh`, or name its folder with --warehouse"
        )
    with (
        tempfile.TemporaryDirectory() as spill,
        duckdb.connect(config={"temp_directory": spill, "memory_limit": _MEMORY}) as db,
    ):
        db.execute("SET enable_progress_bar = false")
        _attach(db, generation.path / "parquet")
        extract = Extract(db, generation, wanted, watch)
        extract.narrow()
        yield extract


def _attach(db: duckdb.DuckDBPyConnection, parquet: Path) -> None:
    """Make every declared table and view of the generation."""
    for declared in sorted(TABLES, key=lambda one: one.is_view):
        try:
            db.execute(
                mart_sql()[declared.name]
                if declared.is_view
                else f"CREATE VIEW {declared.name} AS SELECT * FROM {parquet_files(parquet, declared.name)}"
            )
            found = {row[0] for row in db.execute(f"DESCRIBE {declared.name}").fetchall()}
        except duckdb.Error as error:
            raise ExportError(
                f"{parquet / declared.name} cannot be read; run `edumig refresh` again ({first_line(error)})"
            ) from error
        if missing := [name for name in declared.names if name not in found]:
            raise ExportError(
                f"the warehouse was built by another version: {declared.name} has no column {missing[0]}; "
                "run `edumig refresh` first"
            )
