"""How long a command takes and how much memory it and everything it starts hold at once.

Belongs here: the stopwatch. Does not belong here: what is measured (`run`). Linux only: it reads /proc.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.05  # seconds between two looks
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Measured:
    """Wall time in seconds, processor time of all threads in seconds, peak memory in bytes, and what was printed."""

    wall: float
    processor: float
    peak: int
    output: str


def measure(command: Sequence[str], env: Mapping[str, str] | None = None, accepted: Sequence[int] = (0,)) -> Measured:
    """Run a command to its end; raises RuntimeError when its exit code is none of those `accepted`.

    The peak is the larger of the sum of resident memory over the process tree, sampled, and the largest single process as
    the kernel counts it; memory that two processes share counts twice.
    """
    start = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **(env or {})}
    ) as process:
        peak = [0]
        watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
        watcher.start()
        output = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in accepted:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{output[-2000:]}")
    return Measured(wall, usage.ru_utime + usage.ru_stime, max(peak[0], usage.ru_maxrss * 1024), output)


def python(*arguments: str) -> list[str]:
    """A command that this Python runs."""
    return [sys.executable, *arguments]


def _watch(pid: int, peak: list[int]) -> None:
    while (held := sum(map(_resident, _tree(pid)))) or Path(f"/proc/{pid}").exists():
        peak[0] = max(peak[0], held)
        time.sleep(_EVERY)


def _tree(pid: int) -> list[int]:
    found = [pid]
    for parent in found:
        try:
            for task in Path(f"/proc/{parent}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except (OSError, ValueError):
            continue  # it ended meanwhile
    return found


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0
