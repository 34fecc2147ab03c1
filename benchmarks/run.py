"""Everything the project says about its speed, measured in one run: `make benchmark`, or python -m benchmarks.run --help.

Belongs here: what is measured, in which order. Does not belong here: how (`measuring`) or the page (`page`). What is compared is
measured in turns, so that a busy machine slows all of it.
"""

import argparse
import json
import shutil
import statistics
import tempfile
import zipfile
from collections import defaultdict
from pathlib import Path

from benchmarks.floor import write_codes
from benchmarks.generator import Wanted, write_zip
from benchmarks.measuring import Measured, measure, python
from benchmarks.page import write_page
from benchmarks.workbook import write_workbook

_REFRESH = "from edumig_pipeline.cli import main; main()"
_DAGSTER = (
    "import dagster as dg; from edumig_pipeline.definitions import defs; "
    "instance = dg.DagsterInstance.ephemeral(); "
    "result = defs().resolve_job_def('refresh').execute_in_process(instance=instance); assert result.success"
)
_PACKAGES = ("SDG", "OPRI", "NATMON", "DEM", "SCI", "FILM", "INNO", "CLTE", "EDUN", "EDUR")


class Bench:
    """The measurements of one run, by what was measured."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.found: dict[str, list[Measured]] = defaultdict(list)
        self.sizes: dict[str, int] = {}
        self.queries: dict[str, float] = {}

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


def run(bench: Bench, rows: int, rounds: int) -> None:
    """All measurements; `rows` is the size that the targets speak of."""
    main, small = bench.raw("main", rows), bench.raw("small", rows // 10)
    for turn in range(rounds):
        bench.floor("F", main)
        warehouse = bench.refresh("refresh", main)
        if turn == 0:
            bench.peer("peer", main)
        bench.floor("F small", small)
        bench.refresh("refresh small", small)
    for _ in range(rounds):
        bench.refresh("nothing changed", main, fresh=False)
    published = warehouse / ".current"
    bench.sizes = {
        "F Parquet": bench.csv(main).with_suffix(".parquet").stat().st_size,
        "Parquet": sum(path.stat().st_size for path in (published / "parquet" / "observations").iterdir()),
        "DuckDB": (warehouse / "edumig.duckdb").stat().st_size,
    }
    bench.queries = json.loads(measure(python("-m", "benchmarks.queries", str(warehouse / "edumig.duckdb"))).output)
    shutil.rmtree(bench.folder / "warehouse")
    _every_row_bad(bench, rows)
    _one_of_ten(bench, rows // 10, rounds)
    _workbook(bench)
    for _ in range(rounds):
        bench.refresh("command line", small)
        bench.dagster("dagster", small)
    shutil.rmtree(bench.folder / "raw" / "main")
    large = bench.raw("large", 3 * rows)
    bench.floor("F large", large)
    bench.refresh("refresh large", large)


def _every_row_bad(bench: Bench, rows: int) -> None:
    raw = bench.raw("bad", rows, bad_every=1)
    # Something must land, or nothing is published.
    write_zip(raw / "unesco_uis" / "2025-09" / "OPRI.zip", Wanted(1000), "OPRI")
    bench.refresh("every row bad", raw)
    shutil.rmtree(raw)


def _one_of_ten(bench: Bench, rows: int, rounds: int) -> None:
    raw = bench.folder / "raw" / "ten"
    archives = [raw / "unesco_uis" / f"{package.lower()}-2026-02" / f"{package}.zip" for package in _PACKAGES]
    for seed, (archive, package) in enumerate(zip(archives, _PACKAGES, strict=True)):
        write_zip(archive, Wanted(rows, seed=seed), package)
    bench.refresh("ten files", raw)
    for turn in range(rounds):
        write_zip(archives[0], Wanted(rows, seed=100 + turn), _PACKAGES[0])
        bench.refresh("one of ten changed", raw, fresh=False)
    shutil.rmtree(raw)
    shutil.rmtree(bench.folder / "warehouse" / "ten")


def _workbook(bench: Bench) -> None:
    raw = bench.folder / "raw" / "workbook"
    bench.sizes["cells"] = write_workbook(raw / "un_desa" / "rev2024" / "stock.xlsx")
    bench.refresh("workbook", raw)


def main() -> None:
    """Measure and write docs/performance.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000, help="rows of the release the targets speak of")
    parser.add_argument("--rounds", type=int, default=3, help="times everything is measured that is given as a median")
    parser.add_argument("--folder", type=Path, help="where the generated files go; some 8 GB for 10 million rows")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=chosen.folder) as folder:
        bench = Bench(Path(folder))
        run(bench, chosen.rows, chosen.rounds)
        write_page(Path("docs/performance.md"), bench, chosen.rows, chosen.rounds)


if __name__ == "__main__":
    main()
