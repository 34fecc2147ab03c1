"""`edumig query`: SQL that a user writes, asked of the published file.

Belongs here: arguments, formats and where an answer goes. Does not belong here: what SQL may do (`answers/querying`), or how
a format is written (`answers/writing`).
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edumig_pipeline.commands.exit_codes import CommandError
from edumig_pipeline.commands.folders import WAREHOUSE
from edumig_pipeline.commands.showing import note, show_table

if TYPE_CHECKING:
    import duckdb

_FORMATS = ("table", "csv", "json", "parquet")
_MOST = 500  # rows of a table on a screen


@click.command()
@click.argument("sql")
@WAREHOUSE
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="How the answer is written; table, unless the name of the output file says otherwise.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json: an array with an object for each row.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the answer to this file instead.")
def query(sql: str, warehouse: Path, form: str | None, output: Path | None, *, as_json: bool) -> None:
    """Ask the warehouse in SQL.

    SQL is one SELECT of DuckDB's; with - it is read from standard input. The file is opened for reading, shut off from the
    rest of the machine: no other file, setting or extension can be reached, and what does not fit into memory fails. CSV and
    JSON hold every row and digit and are written as they are computed; a table shows the first 500 rows. In CSV, NULL is an
    empty cell and an empty text a quoted one, and texts that a spreadsheet would take for a formula get an apostrophe.

    Ends with 0; 2 when there is no warehouse or it cannot be read; 64 when the SQL is wrong, with the place, or more than a
    SELECT.
    """
    from edumig_pipeline.answers.opening import opened
    from edumig_pipeline.answers.querying import asked, interruptible

    form = "json" if as_json else form or _by_ending(output)
    if form == "parquet" and output is None:
        raise click.UsageError("Parquet is no text: name a file with --output")
    if form == "table" and output is not None:
        raise click.UsageError("a table is for the screen: write csv, json or parquet to a file")
    sql = sys.stdin.read() if sql == "-" else sql

    with opened(warehouse, sealed=True) as published:

        def answer() -> None:
            with asked(published, sql) as found:
                if output is None:
                    _write(form, found)
                else:
                    _write_file(form, found, output)

        interruptible(published, answer)


def _by_ending(output: Path | None) -> str:
    ending = output.suffix.removeprefix(".").lower() if output else ""
    return ending if ending in _FORMATS else "csv" if output else "table"


def _write(form: str, found: "duckdb.DuckDBPyRelation") -> None:
    if form == "table":
        rows = found.limit(_MOST + 1).fetchall()
        show_table(found.columns, rows[:_MOST], absent="NULL")
        if len(rows) > _MOST:
            note(f"the first {_MOST} rows; --format csv or json has all")
    else:
        for piece in _pieces(form, found):
            sys.stdout.write(piece)


def _pieces(form: str, found: "duckdb.DuckDBPyRelation") -> Iterable[str]:
    from edumig_pipeline.answers.writing import csv_pieces, json_pieces

    return csv_pieces(found) if form == "csv" else json_pieces(found)


def _write_file(form: str, found: "duckdb.DuckDBPyRelation", output: Path) -> None:
    """The whole answer or nothing: what was in the file stays until the answer is there."""
    from edumig_pipeline.answers.writing import write_parquet

    fresh = output.with_name(f".{output.name}.part")
    try:
        if form == "parquet":
            write_parquet(found, fresh)
        else:
            with fresh.open("w", encoding="utf-8", newline="") as stream:
                stream.writelines(_pieces(form, found))
        fresh.replace(output)
    except OSError as error:
        raise CommandError(f"{output} cannot be written: {error.strerror or error}") from error
    finally:
        fresh.unlink(missing_ok=True)
    note(f"written: {output}")
