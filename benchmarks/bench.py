"""The bench: its folder, what lies on it, and what was measured.

Belongs here: raw folders of any size, and one measurement of each kind. Does not belong here: which are made, in which order
(`run`), the stopwatch (`measuring`) or the page (`page`).
"""

import shutil
import statistics
import zipfile
from collections import defaultdict
from pathlib import Path

from benchmarks.floor import write_codes
from benchmarks.generator import Wanted, write_zip
from benchmarks.measuring import Measured, measure, python

_REFRESH = "from edumig_pipeline.cli import main; main()"
_DAGSTER = (
    "import dagster as dg; from edumig_pipeline.definitions import defs; "
    "instance = dg.DagsterInstance.ephemeral(); "
    "result = defs().resolve_job_def('refresh').execute_in_process(instance=instance); assert result.success"
)


class Bench:
    """The measurements of one run, by what was measured."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.found: dict[str, list[Measured]] = defaultdict(list)
        self.sizes: dict[str, int] = {}
        self.queries: dict[str, float] = {}
        self.storage: dict[str, tuple[float, int]] = {}

    def raw(self, name: str, rows: int, *, bad_every: int = 10_000) -> Path:
        """A raw folder with one release of `rows` rows; made once."""
        raw = self.folder / "raw" / name
        archive = raw / "unesco_uis" / "2026-02" / "SDG.zip"
        if not archive.exists():
            write_zip(archive, Wanted(rows, bad_every=bad_every))
        return raw

    def csv(self, raw: Path) -> Path:
        """The unzipped table of a raw folder, and beside it what the floor takes as known."""
        target = self.folder / "csv" / f"{raw.name}.csv"
        if not target.exists():
            target.parent.mkdir(exist_ok=True)
            with (
                zipfile.ZipFile(raw / "unesco_uis" / "2026-02" / "SDG.zip") as packed,
                packed.open(packed.namelist()[0]) as member,
                target.open("wb") as out,
            ):
                shutil.copyfileobj(member, out, 1 << 22)
            write_codes(target, target.with_suffix(".parquet"))
        return target

    def floor(self, name: str, raw: Path) -> None:
        """Measure F on the table of a raw folder."""
        csv = self.csv(raw)
        self.found[name].append(measure(python("-m", "benchmarks.floor", str(csv), str(csv.with_suffix(".parquet")))))

    def refresh(self, name: str, raw: Path, *, fresh: bool = True) -> Path:
        """Measure a refresh, from nothing or on top of what is there; the warehouse."""
        warehouse = self.folder / "warehouse" / raw.name
        if fresh:
            shutil.rmtree(warehouse, ignore_errors=True)
        command = python("-c", _REFRESH, "refresh", "--raw", str(raw), "--warehouse", str(warehouse))
        self.found[name].append(measure(command, accepted=(0, 1)))
        return warehouse

    def dagster(self, name: str, raw: Path) -> None:
        """Measure the same refresh as Dagster's job."""
        warehouse = self.folder / "warehouse" / "dagster"
        shutil.rmtree(warehouse, ignore_errors=True)
        env = {"EDUMIG_RAW": str(raw), "EDUMIG_WAREHOUSE": str(warehouse), "DAGSTER_HOME": ""}
        self.found[name].append(measure(python("-c", _DAGSTER), env=env))
        shutil.rmtree(warehouse, ignore_errors=True)

    def peer(self, name: str, raw: Path) -> None:
        """Measure the peer."""
        target = self.folder / "peer"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        archive = raw / "unesco_uis" / "2026-02" / "SDG.zip"
        self.found[name].append(measure(python("-m", "benchmarks.peer", str(archive), str(target))))
        shutil.rmtree(target)

    def wall(self, name: str) -> float:
        """Median wall time."""
        return statistics.median(one.wall for one in self.found[name])

    def peak(self, name: str) -> float:
        """Median peak memory in GiB."""
        return statistics.median(one.peak for one in self.found[name]) / (1 << 30)

    def processor(self, name: str) -> float:
        """Median processor time."""
        return statistics.median(one.processor for one in self.found[name])
