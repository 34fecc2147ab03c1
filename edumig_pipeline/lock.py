"""The right to write to a warehouse: one process has it, the others wait and are told who that is.

The operating system holds the lock, and gives it back when a process ends, however it ends. What the file says is for people
alone: nothing is concluded from it, so that what a killed process left there is no obstacle.

Belongs here: taking the lock and saying who has it. Does not belong here: what is done meanwhile.
"""

import fcntl
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from edumig_pipeline.watch import NOBODY, Watch

_PATIENCE = 0.5  # seconds; who has just got the lock has long written who they are
_STEP = 0.05
_LONGEST = 200  # characters of a command


@contextmanager
def held(file: Path, watch: Watch = NOBODY) -> Iterator[None]:
    """The lock on `file`, until the block ends; whoever waits for it longer than a moment is told who has it.

    Raises OSError when the file cannot be written to.
    """
    with file.open("a+", encoding="utf-8", errors="replace") as stream:  # not emptied: it may say who has the lock
        if not _soon(stream.fileno()):
            stream.seek(0)
            watch.say(f"waiting for {stream.read().strip() or 'another process'}, which writes to {file.parent}")
            fcntl.flock(stream, fcntl.LOCK_EX)
        _write(stream.fileno(), _me())
        try:
            yield
        finally:
            _write(stream.fileno(), "")


def _soon(descriptor: int) -> bool:
    """Whether the lock was got within a moment."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                return False
            time.sleep(_STEP)
        else:
            return True


def _me() -> str:
    command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:]])[:_LONGEST]
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return f"process {os.getpid()} on {socket.gethostname()} ({command}), since {since}\n"


def _write(descriptor: int, text: str) -> None:
    """Make this the file's text. On a full disk there may be no room for it, which is no reason to do nothing."""
    with suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.write(descriptor, text.encode(errors="backslashreplace"))
