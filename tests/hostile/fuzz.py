"""A longer run by hand, `python -m tests.hostile.fuzz ROUNDS [FIRST]`: every sample once in a round; prints what came of it.

Here: sharing rounds among processors, and the extremes beside them. Not here: what is counted (`tally`). The suite tries the
first rounds; FIRST may begin behind them.
"""

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.hostile.bounded import edumig_within_bounds
from tests.hostile.extremes import GOOD, LARGE_FILES, SMALL, Extreme
from tests.hostile.samples import samples
from tests.hostile.tally import by_layout, faults, of_costs
from tests.hostile.worker import Run, run

_PIECE = 10  # rounds that one process tries


def _rounds(first: int, end: int) -> Run:
    done = Run([])
    pieces = [(begin, min(begin + _PIECE, end)) for begin in range(first, end, _PIECE)]
    with ThreadPoolExecutor(os.cpu_count()) as processors:
        for part in processors.map(lambda piece: run(*piece), pieces):
            done.tried += part.tried
            done.seconds, done.peak = max(done.seconds, part.seconds), max(done.peak, part.peak)
            sys.stderr.write(f"{len(done.tried):,} files, {len(faults(done.tried))} with faults\n")
    return done


def _extreme(extreme: Extreme) -> str:
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        extreme.write(raw / "unesco_uis/2025-01")
        (raw / "unesco_uis/2026-02").mkdir()
        (raw / "unesco_uis/2026-02/data.csv").write_text(GOOD, encoding="utf-8")
        ended = edumig_within_bounds("refresh", "--raw", str(raw), "--warehouse", str(Path(folder) / "warehouse"))
    return f"{extreme.becomes} | {ended.code} | {ended.seconds:.1f} | {ended.peak / (1 << 20):,.0f} |"


def main(rounds: int, first: int = 1) -> None:
    """Try them and print what came of it."""
    begun = time.monotonic()
    done = _rounds(first, first + rounds)
    minutes = (time.monotonic() - begun) / 60
    say = sys.stdout.write
    say(f"Rounds {first} to {first + rounds - 1} of {len(samples())} files each, in {minutes:.0f} minutes.\n\n")
    say(f"{by_layout(done.tried)}\n\n{of_costs(done)}\n\n")
    say("".join(f"- {fault}\n" for fault in faults(done.tried)) or "No fault.\n")
    say("\n| extreme | becomes | exit code | seconds | MiB |\n|---|---|---:|---:|---:|\n")
    for name, extreme in (SMALL | {f"100 MB: {name}": extreme for name, extreme in LARGE_FILES.items()}).items():
        say(f"| {name} | {_extreme(extreme)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
