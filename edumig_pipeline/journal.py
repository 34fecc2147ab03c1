"""The journal of a warehouse: how each of its runs ended, those that failed included.

    warehouse/.runs/<when it began>-<run id>.json     a run, written in one step when it ended

A run that ends as another one did since the last publication (nothing to do again, or failed for the same reason) is counted with
that one. So the folder grows with what is published, however often somebody looks.

Belongs here: what is known of a run, and keeping it. Does not belong here: the tables made of it (`publish/run_tables`), or what
happened within a run (`log`).
"""

import fcntl
import json
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

from edumig_pipeline.log import WARNING, plain, tell
from edumig_pipeline.own_code import code_digest

_LONGEST_MESSAGE = 4_000  # characters


class Outcome(StrEnum):
    """How a run ended."""

    PUBLISHED = "published"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True)
class Input:
    """A raw file that a published state was made from."""

    raw_file: str
    sha256: str | None
    bytes: int | None


@dataclass(frozen=True)
class Counts:
    """What is in a published state."""

    releases: int
    files: int
    bytes: int
    rows_read: int
    rows_published: int
    rows_quarantined: int
    rows_excluded: int
    files_refused: int


@dataclass(frozen=True)
class State:
    """What a run left published: the generation's id, what is in it, and the raw files it is made from."""

    generation: str
    counts: Counts
    inputs: tuple[Input, ...]


@dataclass(frozen=True)
class EndedRun:
    """A run that ended; times are UTC. `repeated` counts later ones that ended alike, the last of them at `last_repeated`."""

    run_id: str
    started: datetime
    finished: datetime
    outcome: Outcome
    started_by: str
    code_version: str
    code_digest: str
    message: str | None = None
    generation: str | None = None
    counts: Counts | None = None
    inputs: tuple[Input, ...] = ()
    repeated: int = 0
    last_repeated: datetime | None = None

    @property
    def duration_seconds(self) -> float:
        """From its beginning to its end; a clock that was set back meanwhile makes no negative one."""
        return max(0.0, round((self.finished - self.started).total_seconds(), 3))

    @property
    def last_ended(self) -> datetime:
        """When it, or the last one that is counted with it, ended."""
        return self.last_repeated or self.finished

    @cached_property
    def file_name(self) -> str:
        """Sorts by when the run began."""
        return f"{self.started:%Y%m%dT%H%M%S.%f}-{re.sub('[^A-Za-z0-9-]', '_', self.run_id)[:64]}.json"


@dataclass(frozen=True)
class Run:
    """A run under way."""

    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    started_by: str = "edumig refresh"

    def ended(self, outcome: Outcome, state: State | None = None, message: str | None = None) -> EndedRun:
        """The run as it ended now."""
        if message is not None and len(message := plain(message)) > _LONGEST_MESSAGE:
            message = f"{message[:_LONGEST_MESSAGE]}…"
        return EndedRun(
            run_id=self.id,
            started=_to_milliseconds(self.started),
            finished=_to_milliseconds(datetime.now(UTC)),
            outcome=outcome,
            started_by=self.started_by,
            code_version=version("edumig-pipeline"),
            code_digest=code_digest(),
            message=message,
            generation=state.generation if state else None,
            counts=state.counts if state else None,
            inputs=state.inputs if state and outcome is Outcome.PUBLISHED else (),
        )


@dataclass(frozen=True)
class Journal:
    """The runs of a warehouse that ended."""

    folder: Path

    def runs(self) -> list[EndedRun]:
        """All of them, the oldest first."""
        return list(reversed(list(self._newest_first())))

    def recent(self) -> list[EndedRun]:
        """The last that published and those that ended after it; in order of when they, or the last counted with them, did."""
        return sorted(self._since_published(), key=lambda run: run.last_ended)

    def keep(self, ended: EndedRun) -> None:
        """Keep how a run ended, in one step; raises OSError when that cannot be written.

        What fails in several steps of one run is one failure. Without a warehouse there is no journal either.
        """
        if not self.folder.parent.is_dir():
            return
        self.folder.mkdir(exist_ok=True)
        with self._alone():
            own = _read(self.folder / ended.file_name) if (self.folder / ended.file_name).exists() else None
            if own and own.outcome is ended.outcome is Outcome.FAILED and own.message != ended.message:
                ended = replace(ended, message=f"{own.message}\n{ended.message}")
            elif not own and ended.outcome is not Outcome.PUBLISHED:
                alike = next((run for run in self._since_published() if _alike(run, ended)), None)
                if alike:
                    ended = replace(alike, repeated=alike.repeated + 1, last_repeated=ended.finished)
            self._write(ended)

    def _write(self, ended: EndedRun) -> None:
        for left in self.folder.glob(".*.new"):  # by a process that was killed
            left.unlink(missing_ok=True)
        target = self.folder / ended.file_name
        fresh = self.folder / f".{target.stem}.new"
        fresh.write_text(json.dumps(asdict(ended), default=_as_text) + "\n", encoding="utf-8")
        fresh.replace(target)

    def _since_published(self) -> list[EndedRun]:
        found = []
        for run in self._newest_first():
            found.append(run)
            if run.outcome is Outcome.PUBLISHED:
                break
        return found

    def _newest_first(self) -> Iterator[EndedRun]:
        """The runs as far as they can be read: a damaged file is told of, and is no obstacle."""
        for file in sorted(self.folder.glob("[!.]*.json"), reverse=True):
            if run := _read(file):
                yield run

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """The right to write here, until the block ends. A run that fails has no right to the warehouse yet, or no more."""
        place = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(place, fcntl.LOCK_EX)
            yield
        finally:
            os.close(place)


def _alike(one: EndedRun, other: EndedRun) -> bool:
    """Whether two runs ended alike; messages may differ in numbers and in names that are drawn anew each time."""
    return _ending(one) == _ending(other)


def _ending(run: EndedRun) -> tuple[str | None, ...]:
    said = re.sub(r"[0-9a-f]{8,}|[0-9]+", "#", run.message or "")
    return run.outcome, run.started_by, run.code_digest, run.generation, said


def _read(file: Path) -> EndedRun | None:
    """The run that a file tells of, or None when it cannot be read."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
        run = EndedRun(
            **{name: _typed(said[name], str) for name in ("run_id", "started_by", "code_version", "code_digest")},
            **{name: _typed(said[name], str, optional=True) for name in ("message", "generation")},
            started=_moment(said["started"]),
            finished=_moment(said["finished"]),
            outcome=Outcome(said["outcome"]),
            counts=said["counts"] and Counts(**{name: _typed(count, int) for name, count in said["counts"].items()}),
            inputs=tuple(
                Input(
                    _typed(one["raw_file"], str),
                    _typed(one["sha256"], str, optional=True),
                    _typed(one["bytes"], int, optional=True),
                )
                for one in said["inputs"]
            ),
            repeated=_typed(said["repeated"], int),
            last_repeated=said["last_repeated"] and _moment(said["last_repeated"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        tell("journal_damaged", WARNING, file=file.name, reason=f"{type(error).__name__}: {error}")
        return None
    return run


def _typed(value: Any, kind: type, *, optional: bool = False) -> Any:  # noqa: ANN401
    if type(value) is kind or (optional and value is None):
        return value
    raise TypeError(f"{value!r} is no {kind.__name__}")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _to_milliseconds(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=moment.microsecond // 1000 * 1000)


def _as_text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
