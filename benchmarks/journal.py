"""What ten years of runs cost: `python -m benchmarks.journal [RUNS]`, by default 3,650 that each published 100 files.

Belongs here: a made-up journal, and what refreshes take with and without it. Does not belong here: other measurements (`run`).
"""

import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import process_time

import duckdb

from edumig_pipeline.journal import Counts, Input, Journal, Outcome, Run, State
from edumig_pipeline.refresh import refresh

_HEADER = "indicatorId,geoUnit,year,value,qualifier,magnitude"
_ROUNDS = 5
_FILES = 100


def measure(runs: int) -> str:
    """Processor time of refreshes of a small raw folder, without and with so many runs behind its warehouse, in sentences."""
    with tempfile.TemporaryDirectory() as folder:
        raw, warehouse = Path(folder, "raw"), Path(folder, "warehouse")
        published_before = median(_published(raw, warehouse, value) for value in range(_ROUNDS))
        unchanged_before = median(_seconds(lambda: refresh(raw, warehouse)) for _ in range(_ROUNDS))
        _write_journal(Journal(warehouse / ".runs"), runs)
        unchanged = median(_seconds(lambda: refresh(raw, warehouse)) for _ in range(_ROUNDS))
        published = median(_published(raw, warehouse, value) for value in range(_ROUNDS, 2 * _ROUNDS))
        kept = list((warehouse / ".runs").iterdir())
        size = sum(path.stat().st_size for path in kept)
        parquet = sum(path.stat().st_size for name in ("runs", "run_inputs") for path in (warehouse / "parquet" / name).iterdir())
        with duckdb.connect(str((warehouse / "edumig.duckdb").resolve()), read_only=True) as db:
            ((rows, inputs),) = db.execute("SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM run_inputs)").fetchall()
    return (
        f"{len(kept):,} files of {size / 1e6:.1f} MB; {rows:,} rows in runs, {inputs:,} in run_inputs: {parquet / 1e6:.1f} MB\n"
        f"a refresh that publishes: {published_before:.2f} s of processor without them, {published:.2f} s with\n"
        f"one with nothing to do: {unchanged_before:.3f} s without them, {unchanged:.3f} s with\n"
    )


def _published(raw: Path, warehouse: Path, value: int) -> float:
    file = raw / "unesco_uis/2026-02/data.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{_HEADER}\n26637,KAZ,2018,{value + 1},,\n", encoding="utf-8")
    return _seconds(lambda: refresh(raw, warehouse))


def _seconds(do: Callable[[], object]) -> float:
    began = process_time()
    do()
    return process_time() - began


def _write_journal(journal: Journal, runs: int) -> None:
    counts = Counts(40, _FILES, 10**9, 10**7, 10**7 - 1_000, 1_000, 0, 0)
    for number in range(runs):
        day = datetime(2016, 1, 1, 6, tzinfo=UTC) + timedelta(days=number)
        inputs = tuple(
            Input(f"unesco_uis/2026-{file:03}/figures.zip", f"{number * _FILES + file:064x}", 10**7) for file in range(_FILES)
        )
        journal.keep(Run(f"{number:032x}", day).ended(Outcome.PUBLISHED, State(f"{number:032x}", counts, inputs)))


if __name__ == "__main__":
    sys.stdout.write(measure(int(sys.argv[1]) if len(sys.argv) > 1 else 3_650))
