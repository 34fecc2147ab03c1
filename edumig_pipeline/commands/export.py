"""`edumig export`: the warehouse in a format for others, and what it says of it.

Belongs here: arguments, messages and exit codes of this command. Does not belong here: any format.
"""

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from edumig_pipeline.commands.exit_codes import FAILED, FLAWED
from edumig_pipeline.commands.folders import WAREHOUSE
from edumig_pipeline.exports.formats import FORMATS
from edumig_pipeline.wording.printable import in_json, on_one_line, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress, TaskID

    from edumig_pipeline.exports.extract import Watch
    from edumig_pipeline.exports.report import Report

# Where there is no terminal, a line for every table would be too many: one for those that take a while.
_MANY_ROWS = 200_000
# Lines that click leaves as they are.
_FORMATS = "\b\nFormats:\n" + "\n".join(f"  {name:<12} {what}" for name, what in FORMATS.items())


@click.command(epilog=_FORMATS)
@click.argument("format_", metavar="FORMAT", type=click.Choice(list(FORMATS)))
@WAREHOUSE
@click.option("--output", type=click.Path(path_type=Path), metavar="DIR", help="Folder to write.  [default: exports/FORMAT]")
@click.option("--table", "tables", multiple=True, help="This table; may be given several times.  [default: all but views]")
@click.option("--indicator", multiple=True, help="Only rows of this indicator; may be given several times.")
@click.option("--ref-area", multiple=True, help="Only rows about this area (KAZ); may be given several times.")
@click.option("--source", multiple=True, help="Only rows of this source; may be given several times.")
@click.option("--json", "as_json", is_flag=True, help="Say as JSON what was written.")
def export(  # noqa: PLR0913 - as many as there are options
    *,
    format_: str,
    warehouse: Path,
    output: Path | None,
    tables: tuple[str, ...],
    indicator: tuple[str, ...],
    ref_area: tuple[str, ...],
    source: tuple[str, ...],
    as_json: bool,
) -> None:
    """Write figures, licences and citations for others.

    The folder appears whole or not at all, in the place of an earlier export; a folder that holds anything else is left
    alone. Ends with 0 when all is well, 1 when it was written but a release states no licence, 2 when nothing was written,
    64 for wrong usage.
    """
    from edumig_pipeline.exports.errors import ExportError, UnknownNameError
    from edumig_pipeline.exports.exporting import export as run
    from edumig_pipeline.exports.extract import Wanted

    wanted = Wanted(tables, indicator, ref_area, source)
    try:
        with _shown() as watch:
            report = run(warehouse, format_, wanted, output or Path("exports") / format_, watch)
    except UnknownNameError as error:
        raise click.UsageError(str(error)) from error
    except ExportError as error:
        click.echo(f"edumig: nothing was exported: {visible(str(error))}", err=True)
        sys.exit(FAILED)
    click.echo(in_json(json.dumps(_as_json(report), indent=2, ensure_ascii=False)) if as_json else _as_text(report))
    if report.whole:
        click.echo(f"whole, since they have no such column: {', '.join(report.whole)}", err=True)
    for warning in report.warnings:
        click.echo(f"warning: {on_one_line(warning)}", err=True)
    if report.warnings:
        sys.exit(FLAWED)


def _as_text(report: "Report") -> str:
    size = sum(found.bytes for found in report.files.values())
    lines = [f"Exported {report.folder} ({report.format}, {len(report.files)} files, {size / 1e6:,.1f} MB)"]
    lines += [f"  {table:<28}{rows:>12,} rows" for table, rows in report.rows.items()]
    return "\n".join(
        [*lines, f"README.txt there says how to read it, LICENCES.txt whom to cite. Generation {report.generation}."]
    )


def _as_json(report: "Report") -> dict[str, object]:
    return {
        "format": report.format,
        "folder": str(report.folder),
        "generation": report.generation,
        "rows": report.rows,
        "files": {name: {"bytes": found.bytes, "sha256": found.sha256} for name, found in report.files.items()},
        "whole": list(report.whole),
        "warnings": list(report.warnings),
    }


@contextmanager
def _shown() -> "Iterator[Watch]":
    """A bar on a terminal, a line for each large table elsewhere, both on standard error."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        yield _Bar(progress)


class _Lines:
    """A line for each table that takes a while."""

    def begin(self, table: str, rows: int) -> None:
        if rows >= _MANY_ROWS:
            click.echo(f"writing {table} ({rows:,} rows)", err=True)

    def advance(self, rows: int) -> None:
        """A line for each batch would be too many."""


class _Bar:
    """A bar for the table that is being written."""

    def __init__(self, progress: "Progress") -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def begin(self, table: str, rows: int) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
        self._task = self._progress.add_task(table, total=rows)

    def advance(self, rows: int) -> None:
        if self._task is not None:
            self._progress.advance(self._task, rows)
