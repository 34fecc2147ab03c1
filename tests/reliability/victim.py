"""Refreshes to be killed: a process that has everything imported, and forks for each refresh it is asked for.

A refresh kills itself with SIGKILL just before its n-th change of the file system, or is killed from outside at any moment.
What DuckDB, polars and Arrow change is seen by no hook: for that, moments are told in time.

Here: the process that is killed, and the one that asks for it. Not here: when, or what must hold afterwards (`crashing`).
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from unittest.mock import patch

from pandera.backends.polars import builtin_checks  # noqa: F401  else each process imports it, in a tenth of a second
from pycountry import subdivisions

from edumig_pipeline.model.areas import iso_countries
from edumig_pipeline.model.checks import Validation
from edumig_pipeline.own_code import code_digest
from edumig_pipeline.refresh import refresh
from edumig_pipeline.report.labels import number_signs
from tests.pipeline.conftest import ROOT

_MOVES = ("os.rename", "os.symlink")  # os.replace among them: what makes something appear
_CHANGES = (*_MOVES, "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate", "shutil.rmtree")


@dataclass(frozen=True)
class Moment:
    """When a refresh is killed: just before its so-many-th change of the file system, or so many seconds after that."""

    change: int
    seconds: float | None = None


@dataclass(frozen=True)
class Refreshed:
    """How a refresh ended: whether it was killed, the second of each change of the file system, and which of them were moves."""

    was_killed: bool
    changes: tuple[float, ...]
    moves: tuple[int, ...]


@contextmanager
def in_haste() -> Iterator[None]:
    """Refreshes leave out what takes half of their time and keeps nothing on disk: checking derived rows, drawing the page.

    The page is a file all the same.
    """
    with (
        patch("edumig_pipeline.publish.derivation.validate", lambda *_: Validation({})),
        patch("edumig_pipeline.refresh.write_report", _write_page),
    ):
        yield


def _write_page(_: Path, target: Path) -> None:
    target.parent.mkdir()
    target.write_text("a page", encoding="utf-8")


class Victims:
    """Refreshes of `place`/raw to `place`/warehouse, in the empty folder `place`/cwd, temporary files in `place`/tmp."""

    def __init__(self, *, haste: bool) -> None:
        self._haste = haste

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.reliability.victim", *(["in haste"] if self._haste else [])]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.communicate(timeout=60)

    def refresh(self, place: Path, moment: Moment | None = None) -> Refreshed:
        """Run one to its end or to that moment."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"place": str(place), **(asdict(moment) if moment else {"change": None, "seconds": None})}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        status, changes, moves = json.loads(self._process.stdout.readline())
        if status not in (0, -signal.SIGKILL):
            raise RuntimeError(f"the refresh to be killed at {moment} ended with {status}")
        return Refreshed(status != 0, tuple(changes), tuple(moves))


def _serve() -> None:
    # Once for all, for time; and of the code that is running, since somebody may edit it meanwhile.
    code_digest()
    number_signs()
    iso_countries()
    len(subdivisions)
    for line in sys.stdin:
        order = json.loads(line)
        heard, telling = os.pipe()
        pid = os.fork()
        if pid == 0:
            _refresh(Path(order["place"]), None if order["seconds"] else order["change"], telling)
        os.close(telling)
        changes, moves = [], []
        with os.fdopen(heard, "rb", buffering=0) as told:
            while kind := told.read(1):  # until it is dead
                changes.append(time.monotonic())
                if kind == b"m":
                    moves.append(len(changes))
                if order["seconds"] and len(changes) == order["change"]:
                    time.sleep(order["seconds"])
                    os.kill(pid, signal.SIGKILL)  # nobody waited for it: it is this process, dead or alive
        _, status = os.waitpid(pid, 0)
        since = [at - changes[0] for at in changes]
        print(json.dumps([os.waitstatus_to_exitcode(status), since, moves]), flush=True)  # noqa: T201


def _refresh(place: Path, last: int | None, telling: int) -> None:
    """Refresh in this process, which ends with it; a byte goes to `telling` for each change of the file system."""
    os.chdir(place / "cwd")
    os.environ["TMPDIR"] = str(place / "tmp")
    changes = 0

    def note(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal changes
        if event in _CHANGES or (event == "open" and str(arguments[0]).startswith(str(place / "warehouse"))):
            changes += 1
            os.write(telling, b"m" if event in _MOVES else b".")
            if changes == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(note)
    refresh(place / "raw", place / "warehouse")
    os._exit(0)


if __name__ == "__main__":
    with in_haste() if sys.argv[1:] else nullcontext():
        _serve()
