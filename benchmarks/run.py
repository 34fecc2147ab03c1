"""Everything the project says about its speed, measured in one run: `make benchmark`, or python -m benchmarks.run --help.

Belongs here: what is measured, in which order. Does not belong here: how (`measuring`) or the page (`page`). What is compared is
measured in turns, so that a busy machine slows all of it.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.generator import Wanted, write_zip
from benchmarks.measuring import measure, python
from benchmarks.page import write_page
from benchmarks.workbook import write_workbook

_PACKAGES = ("SDG", "OPRI", "NATMON", "DEM", "SCI", "FILM", "INNO", "CLTE", "EDUN", "EDUR")


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
    bench.storage = json.loads(measure(python("-m", "benchmarks.storage", str(published / "parquet"))).output)
    bench.queries = json.loads(measure(python("-m", "benchmarks.queries", str(warehouse / "edumig.duckdb"))).output)
    shutil.rmtree(bench.folder / "warehouse")
    _every_row_bad(bench, rows)
    _two_releases(bench, rows)
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


def _two_releases(bench: Bench, rows: int) -> None:
    raw = bench.raw("two", rows)
    write_zip(raw / "unesco_uis" / "2025-09" / "SDG.zip", Wanted(rows, older=True))
    bench.refresh("two releases", raw)
    shutil.rmtree(raw)
    shutil.rmtree(bench.folder / "warehouse" / "two")


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
