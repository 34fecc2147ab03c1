"""Two refreshes at once: one works, the other waits and says for whom; what a dead process left is no obstacle.

Here: the lock as a user meets it. Not here: the lock by itself (`tests/unit/test_warehouse.py`).
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.pipeline.conftest import ROOT, Place
from tests.reliability.states import put

HOLD = """
import sys
from pathlib import Path
from edumig_pipeline.warehouse import Warehouse
with Warehouse(Path(sys.argv[1])).locked():
    print("has it", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def held(warehouse: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has the lock, until the block ends."""
    command = [sys.executable, "-c", HOLD, str(warehouse)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "has it\n"
        yield process
        process.communicate("\n", timeout=60)


def waiting(place: Place) -> subprocess.Popen[str]:
    """`edumig refresh`, begun while somebody has the lock."""
    code = "import sys; from edumig_pipeline.cli import main; main(sys.argv[1:])"
    command = [sys.executable, "-c", code, "refresh", "--raw", str(place.raw), "--warehouse", str(place.warehouse)]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)


def test_who_waits_says_for_whom_and_since_when(place: Place) -> None:
    put(place.raw, 0)
    with held(place.warehouse) as holder:
        second = waiting(place)
        assert second.stderr is not None
        said = second.stderr.readline()
        assert re.fullmatch(
            rf"waiting for process {holder.pid} on \S+ \(-c {place.warehouse}\), since [-0-9]+ [:0-9]+ UTC, "
            rf"which writes to {place.warehouse}\n",
            said,
        )
        assert second.poll() is None
    assert second.wait(timeout=120) == 0
    assert "waiting" not in second.stderr.read()
    second.stderr.close()


def test_who_waited_publishes_what_lies_there_then(place: Place) -> None:
    put(place.raw, 0)
    with held(place.warehouse):
        second = waiting(place)
        assert second.stderr is not None
        assert second.stderr.readline().startswith("waiting for")
        put(place.raw, 1)
    assert second.wait(timeout=120) == 0
    second.stderr.close()
    assert place.ask("SELECT release FROM releases WHERE release LIKE '2025%'") == [("2025-02",)]


def test_what_a_killed_process_wrote_into_the_lock_is_neither_obstacle_nor_said(place: Place) -> None:
    put(place.raw, 0)
    with held(place.warehouse) as holder:
        holder.send_signal(signal.SIGKILL)
    assert f"process {holder.pid}" in (place.warehouse / ".lock").read_text()
    ran = place.refresh()
    assert (ran.code, ran.complaints) == (0, "")
    assert (place.warehouse / ".lock").read_text() == ""


def test_a_lock_that_names_a_living_process_that_does_not_have_it_is_no_obstacle(place: Place) -> None:
    put(place.raw, 0)
    place.warehouse.mkdir()
    (place.warehouse / ".lock").write_text(f"process {os.getpid()} on here (something else), since long ago\n")
    ran = place.refresh()
    assert (ran.code, ran.complaints) == (0, "")
