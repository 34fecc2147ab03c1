"""The table in docs/performance.md, between its markers; the prose around it is written by hand.

Belongs here: ratios and rows. Does not belong here: measuring.
"""

import os
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path

from benchmarks.bench import Bench

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
_LIBRARIES = ("duckdb", "polars", "pandera", "pyarrow", "pandas", "dagster", "numpy")


def write_page(page: Path, bench: Bench, rows: int, rounds: int) -> None:
    """Put the results of a run where the page has its table."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = [_machine(rounds), "", "| measured | result | target | met |", "|---|---|---|---|"]
    lines += [f"| {what} | {result} | {target} | {_met(met)} |" for what, result, target, met in _rows(bench, rows)]
    page.write_text("\n".join([f"{before}{BEGIN}", *lines, f"{END}{after}"]), encoding="utf-8")


def _met(met: bool | None) -> str:  # noqa: FBT001 - a cell of a table
    return "" if met is None else ("yes" if met else "**no**")


def _machine(rounds: int) -> str:
    cores = len(os.sched_getaffinity(0))
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), "")
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    load = os.getloadavg()[2]
    return (
        f"{cores} cores ({model or platform.machine()}), Python {platform.python_version()}, {libraries}; "
        f"medians of {rounds} rounds; "
        f"load average over the last 15 minutes {load:.1f}."
    )


def _rows(bench: Bench, rows: int) -> list[tuple[str, str, str, bool | None]]:
    floor, full, peer = bench.wall("F"), bench.wall("refresh"), bench.wall("peer")
    sizes = ((" small", rows / 10), ("", rows), (" large", 3 * rows))
    per_row = {name: 1e6 * bench.wall(f"refresh{name}") / size for name, size in sizes}
    floor_per_row = {name: 1e6 * bench.wall(f"F{name}") / size for name, size in sizes}
    bad, size, large = bench.wall("every row bad"), bench.sizes, bench.peak("refresh large")
    millions = f"{rows / 1e6:g} million rows"
    overhead = bench.wall("dagster") - bench.wall("command line")
    found: list[tuple[str, str, str, bool | None]] = [
        (f"F, {millions}", f"{floor:.1f} s, {bench.processor('F'):.1f} s of processor, {bench.peak('F'):.2f} GiB", "", None),
        (
            f"refresh, {millions}, 1 in 10,000 bad",
            f"{full:.1f} s = {full / floor:.1f} F; {bench.processor('refresh'):.1f} s of processor",
            "4 F",
            full <= 4 * floor,
        ),
        ("the same, peak memory", f"{bench.peak('refresh'):.2f} GiB", "2 GiB", bench.peak("refresh") <= 2),
        (
            "pandas + pandera, the same rows, without marts",
            f"{peer:.1f} s = {peer / full:.1f} × the refresh; {bench.peak('peer'):.1f} GiB",
            "3 ×",
            peer >= 3 * full,
        ),
        (
            f"time per row at {rows / 1e7:g}, {rows / 1e6:g} and {3 * rows / 1e6:g} million",
            f"{_listed(per_row.values())} µs (F: {_listed(floor_per_row.values())} µs)",
            "+ 25%",
            per_row[" large"] <= 1.25 * per_row[""] and per_row[""] <= 1.25 * per_row[" small"],
        ),
        (
            f"peak memory at {3 * rows / 1e6:g} million",
            f"{large:.2f} GiB",
            "3 GiB",
            large < 3,
        ),
        (f"every row bad, {millions}", f"{bad:.1f} s = {bad / full:.2f} × clean", "1.5 ×", bad <= 1.5 * full),
        ("the same, peak memory", f"{bench.peak('every row bad'):.2f} GiB", "2 GiB", bench.peak("every row bad") <= 2),
        (
            f"two releases of {millions} and what was revised",
            f"{bench.wall('two releases'):.1f} s, {bench.peak('two releases'):.2f} GiB",
            "",
            None,
        ),
        ("no file changed", f"{bench.wall('nothing changed'):.1f} s", "3 s", bench.wall("nothing changed") <= 3),
        (
            f"one of ten releases of {rows / 1e7:g} million rows changed",
            f"{bench.wall('one of ten changed'):.1f} s (all ten anew: {bench.wall('ten files'):.1f} s)",
            "",
            None,
        ),
        (
            "observations as Parquet",
            f"{size['Parquet'] / 1e6:.0f} MB = {size['Parquet'] / size['F Parquet']:.2f} × F's {size['F Parquet'] / 1e6:.0f} MB",
            "1.5 ×",
            size["Parquet"] <= 1.5 * size["F Parquet"],
        ),
        (
            "the DuckDB file",
            f"{size['DuckDB'] / 1e6:.0f} MB = {size['DuckDB'] / size['F Parquet']:.2f} ×",
            "2 ×",
            size["DuckDB"] <= 2 * size["F Parquet"],
        ),
    ]
    found += [
        (
            f"observations alone in a DuckDB file, {way}",
            f"{processor:.1f} s of processor, {held / 1e6:.0f} MB = {held / size['F Parquet']:.2f} ×",
            "",
            None,
        )
        for way, (processor, held) in bench.storage.items()
    ]
    found += [(name, f"{median:.0f} ms", "50 ms", median <= 50) for name, median in bench.queries.items()]
    found += [
        (
            f"workbook by destination and origin, {size['cells']:,} cells",
            f"{bench.wall('workbook'):.1f} s, {bench.peak('workbook'):.2f} GiB",
            "15 s",
            bench.wall("workbook") <= 15,
        ),
        (f"Dagster above the command line, {rows / 1e7:g} million rows", f"{overhead:.1f} s", "3 s", overhead <= 3),
    ]
    return found


def _listed(times: Iterable[float]) -> str:
    return ", ".join(f"{one:.2f}" for one in times)
