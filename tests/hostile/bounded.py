"""`edumig` run in a process of its own that may take so much memory and so long, as a user would run it.

Here: the process, its bounds, and what it took. Not here: what it is run on (`extremes`). By hand, for one that failed:
`python -m tests.hostile.bounded refresh --raw …`.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.bounds import MEMORY_PER_FILE, SECONDS_PER_RUN
from tests.hostile.samples import ROOT


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, what it said, how long it took (seconds) and its peak memory (bytes)."""

    code: int
    out: str
    err: str
    seconds: float
    peak: int


def bound_memory() -> None:
    """Let this process take so much address space more than it has, and write no core when it dies of it."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * os.sysconf("SC_PAGE_SIZE") + MEMORY_PER_FILE
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def edumig_within_bounds(*arguments: str) -> Ended:
    """Run a command; one that hangs is killed, and its code is that of the signal."""
    command = [sys.executable, "-m", "tests.hostile.bounded", *arguments]
    begun = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with subprocess.Popen(command, stdout=out, stderr=err, cwd=ROOT) as process:
            try:
                process.wait(SECONDS_PER_RUN)
            except subprocess.TimeoutExpired:
                process.kill()
        said = [_all_of(stream.fileno()) for stream in (out, err)]
    peak = max((int(line.split()[1]) for line in said[1].splitlines() if line.startswith(_PEAK)), default=0)
    plain = "".join(line for line in said[1].splitlines(keepends=True) if not line.startswith(_PEAK))
    return Ended(process.returncode, said[0], plain, time.monotonic() - begun, peak)


_PEAK = "peak-memory: "


def _all_of(stream: int) -> str:
    os.lseek(stream, 0, os.SEEK_SET)
    with os.fdopen(os.dup(stream), "rb") as content:
        return content.read().decode(errors="backslashreplace")


def _main() -> None:
    from edumig_pipeline import refresh
    from edumig_pipeline.cli import main

    del refresh  # imported before the memory is bounded, as much address space goes to libraries
    bound_memory()
    try:
        main(sys.argv[1:])
    finally:
        sys.stderr.write(f"{_PEAK}{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10}\n")


if __name__ == "__main__":
    _main()
