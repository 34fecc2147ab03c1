"""What a person sees while files are downloaded or a refresh runs: bars on a terminal, plain lines elsewhere.

Both are on standard error. Downloads are measured in bytes, a refresh in pieces. Belongs here: showing. Does not belong here:
what is done meanwhile.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from edumig_pipeline import watch
from edumig_pipeline.wording.printable import on_one_line

if TYPE_CHECKING:
    from edumig_pipeline.retrieval.web import Watch


@contextmanager
def shown() -> Iterator["Watch"]:
    """Somebody to be told how downloads go on."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines()
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Bars(progress)


class _Lines:
    """A line for each file that begins to come."""

    def say(self, text: str) -> None:
        click.echo(on_one_line(text), file=sys.stderr)

    def begin(self, label: str, total: int | None) -> None:
        click.echo(f"downloading {on_one_line(label)}" + (f" ({total / 1e6:,.1f} MB)" if total else ""), file=sys.stderr)

    def advance(self, count: int) -> None:
        """A line for each block would be too many."""

    def end(self) -> None:
        """The outcome says it."""


class _Bars:
    """A bar for the file that is coming."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def say(self, text: str) -> None:
        self._progress.console.print(on_one_line(text), highlight=False, markup=False)

    def begin(self, label: str, total: int | None) -> None:
        self.end()
        self._task = self._progress.add_task(on_one_line(label), total=total)

    def advance(self, count: int) -> None:
        if self._task is not None:
            self._progress.advance(self._task, count)

    def end(self) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None


@contextmanager
def steps_shown() -> Iterator[watch.Watch]:
    """Somebody to be told how a refresh goes on."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _StepLines()
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield _StepBar(progress)


class _StepLines:
    """A line for each step that has anything to do, and for each piece that is named."""

    def begin(self, step: str, pieces: int) -> None:
        if pieces:
            click.echo(f"{step} ({pieces})", file=sys.stderr)

    def done(self, piece: str = "") -> None:
        if piece:
            self.say(piece)

    def say(self, text: str) -> None:
        click.echo(on_one_line(text), file=sys.stderr)


class _StepBar:
    """A bar for the step that is under way, and above it a line for each piece that is named."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", visible=False)

    def begin(self, step: str, pieces: int) -> None:
        self._progress.reset(self._task, description=step, total=pieces, visible=pieces > 0)

    def done(self, piece: str = "") -> None:
        self._progress.advance(self._task)
        if piece:
            self.say(piece)

    def say(self, text: str) -> None:
        self._progress.console.print(on_one_line(text), highlight=False, markup=False)
