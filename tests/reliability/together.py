"""Readers that ask without pause while refreshes run: `python -m tests.reliability.together 10 200` prints figures.

Here: starting both, and what readers saw. Not here: how a reader reads (`reading`).
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

from edumig_pipeline.refresh import refresh
from tests.pipeline.conftest import ROOT
from tests.reliability.reading import WAYS, by_file, by_parquet
from tests.reliability.states import put
from tests.reliability.victim import in_haste

# With three, none is there any more when its turn comes again: the published one and the one before are kept.
_STATES = 3


@dataclass
class Tally:
    """What came of it: answers by state and by reader, what went wrong."""

    states: Counter[int] = field(default_factory=Counter)
    readers: list[int] = field(default_factory=list)
    overtaken: int = 0
    faults: list[str] = field(default_factory=list)


def read_together(folder: Path, readers: int, refreshes: int, *, niceness: int = 0) -> Tally:
    """So many readers, of all kinds, while so many refreshes change what is published each time.

    Readers leave the processor to refreshes as far as `niceness` says, so that these do not take ten times as long.
    """
    raw, warehouse = folder / "raw", folder / "warehouse"
    known = {}
    for state in range(_STATES):
        put(raw, state)
        refresh(raw, warehouse)
        known[by_file(warehouse)] = state
        if by_parquet(warehouse) not in known or len(known) != state + 1:
            raise RuntimeError("states are not told apart")
    reader = ["nice", "-n", str(niceness), sys.executable, "-m", "tests.reliability.reading"]
    commands = [[*reader, way, str(warehouse)] for way in islice(cycle(WAYS), readers)]
    running = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for command in commands
    ]
    for process in running:
        assert process.stdout is not None
        assert process.stdout.readline() == "reads\n"
    for number in range(refreshes):
        put(raw, number % _STATES)
        refresh(raw, warehouse)
    tally = Tally()
    for process in running:
        seen = json.loads(process.communicate(timeout=120)[0])
        tally.readers.append(sum(seen["answers"].values()))
        tally.overtaken += seen["overtaken"]
        tally.faults += seen["faults"]
        for answer, times in seen["answers"].items():
            if answer in known:
                tally.states[known[answer]] += times
            else:
                tally.faults.append(f"a mixture: {answer}")
    return tally


def _main() -> None:
    readers, refreshes = map(int, sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder, in_haste():
        tally = read_together(Path(folder), readers, refreshes)
    print(f"{readers} readers, {refreshes} refreshes: {sum(tally.readers):,} readings, at least {min(tally.readers):,} each")  # noqa: T201
    print(f"by state: {dict(sorted(tally.states.items()))}; overtaken by two refreshes: {tally.overtaken}")  # noqa: T201
    print("\n".join(tally.faults) or "no error, no mixture")  # noqa: T201
    sys.exit(bool(tally.faults))


if __name__ == "__main__":
    _main()
