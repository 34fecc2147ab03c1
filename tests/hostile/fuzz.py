"""A longer run by hand: `python -m tests.hostile.fuzz ROUNDS [FIRST]`, a sample of each layout in a round; or `… extremes`.

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
from tests.hostile.tally import by_layout, faults, of_costs
from tests.hostile.worker import Run, run

_PIECE = 5  # rounds that one process tries


def _rounds(first: int, end: int) -> Run:
    done = Run([])
    pieces = [(begin, min(begin + _PIECE, end)) for begin in range(first, end, _PIECE)]
    with ThreadPoolExecutor(os.cpu_count()) as processors:
        for part in processors.map(lambda piece: run(*piece), pieces):
            done.tried += part.tried
            done.seconds, done.peak = max(done.seconds, part.seconds), max(done.peak, part.peak)
            sys.stderr.write("".join(f"{fault}\n" for fault in faults(part.tried)) + f"{len(done.tried):,} files\n")
    return done


def _extreme(extreme: Extreme) -> str:
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        extreme.write(raw / "unesco_uis/2025-01")
        (raw / "unesco_uis/2026-02").mkdir()
        (raw / "unesco_uis/2026-02/data.csv").write_text(GOOD, encoding="utf-8")
        ended = edumig_within_bounds("refresh", "--raw", str(raw), "--warehouse", str(Path(folder) / "warehouse"))
    return f"{extreme.becomes} | {ended.code} | {ended.seconds:.1f} | {ended.peak / (1 << 20):,.0f} |"


def spoilt(rounds: int, first: int = 1) -> None:
    """Try rounds of mutations and print what came of them."""
    begun = time.monotonic()
    done = _rounds(first, first + rounds)
    minutes = (time.monotonic() - begun) / 60
    say = sys.stdout.write
    say(f"Rounds {first} to {first + rounds - 1}, {len(done.tried):,} files, in {minutes:.0f} minutes.\n\n")
    say(f"{by_layout(done.tried)}\n\n{of_costs(done)}\n\n")
    say("".join(f"- {fault}\n" for fault in faults(done.tried)) or "No fault.\n")


def extremes() -> None:
    """Try each extreme by itself and print what it cost."""
    sys.stdout.write("| file | becomes | exit code | seconds | MiB |\n|---|---|---:|---:|---:|\n")
    for name, extreme in (SMALL | {f"100 MB: {name}": extreme for name, extreme in LARGE_FILES.items()}).items():
        sys.stdout.write(f"| {name} | {_extreme(extreme)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1:] == ["extremes"]:
        extremes()
    else:
        spoilt(*map(int, sys.argv[1:]))
