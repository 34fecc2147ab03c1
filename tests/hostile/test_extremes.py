"""Hostile files by name, of every kind: each becomes what it must, within bounds, and all that is good beside them lands.

Here: one refresh of all small ones, one of large ones. Not here: their content (`extremes`), mutations (`test_mutations`), or
what is no file (`test_odd_paths`).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.hostile.bounded import Ended, edumig_within_bounds
from tests.hostile.extremes import GOOD, LARGE_FILES, SMALL, Extreme
from tests.pipeline.conftest import Place, uis

# One for each way in which 100 MB can be too much; the others are tried by `fuzz`.
IN_SUITE = (
    "a quote that never closes",
    "a cell",
    "short records",
    "a text of JSON",
)

# What stands in a file of a layout that has plain numbers, and what is published of it: nothing where it is no number.
NUMBERS = {
    "1e400": None, "-1e400": None, "1e-400": None, "NaN": None, "nan": None, "Infinity": None, "-inf": None, "1_000": None,
    "0x1F": None, "0b11": None, "٣٤٥": None, "１２３": None, "१२३": None, "²": None, "½": None, "Ⅻ": None, "1 234": None,
    '"1,234"': None, "1'234": None, "1.234.567": None, "12٫5": None, '"12,5"': None, "−5": None, "--5": None, "5%": None,
    "=1+1": None, "TRUE": None, "1e": None, "1j": None, "(5)": None,
    "-0": 0.0, "-0.0": 0.0, "+5": 5.0, "1e3": 1000.0, "1E+3": 1000.0, "007": 7.0, " 5 ": 5.0, "5.": 5.0, ".5": 0.5,
}  # fmt: skip


def refreshed(folder: Path, extremes: Mapping[str, Extreme]) -> tuple[Place, Ended]:
    """A release for each extreme, in their order, and one that is good; and how the refresh of all of them ended."""
    place = Place(folder / "raw", folder / "warehouse")
    place.put("unesco_uis/good/data.csv", GOOD)
    for number, extreme in enumerate(extremes.values()):
        extreme.write(place.raw / f"unesco_uis/{number}")
    before = sorted(path.name for path in folder.iterdir())
    ended = edumig_within_bounds("refresh", "--raw", str(place.raw), "--warehouse", str(place.warehouse))
    assert sorted(path.name for path in folder.iterdir()) == [*before, "warehouse"]
    return place, ended


def require(extremes: Mapping[str, Extreme], name: str, place: Place, ended: Ended) -> None:
    """That a file became what it must, and that its name is said where it did not land."""
    extreme = extremes[name]
    raw_file = f"unesco_uis/{list(extremes).index(name)}/{extreme.name}"
    rows = place.ask(f"SELECT raw_row, reason, rule FROM quarantine WHERE split_part(raw_file, '#', 1) = '{raw_file}'")
    whole = [f"{rule}: {reason}" for row, reason, rule in rows if row is None]
    single = [str(reason) for row, reason, _ in rows if row is not None]
    assert ("refused" if whole else "quarantined" if single else "landed") == extreme.becomes
    assert any(extreme.says in why for why in whole + single) or not extreme.says
    assert (raw_file in ended.err) == (extreme.becomes != "landed")
    account = place.ask(f"""
        SELECT rows_read - rows_published - rows_quarantined - rows_excluded FROM row_ledger
        WHERE split_part(raw_file, '#', 1) = '{raw_file}'
    """)
    assert {left for (left,) in account} == {0}


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Ended]:
    return refreshed(tmp_path_factory.mktemp("small"), SMALL)


@pytest.mark.parametrize("name", SMALL)
def test_a_small_extreme_becomes_what_it_must(small: tuple[Place, Ended], name: str) -> None:
    require(SMALL, name, *small)


def test_the_refresh_of_small_extremes_ends_well(small: tuple[Place, Ended]) -> None:
    place, ended = small
    assert (ended.code, "Traceback" in ended.err) == (1, False)
    assert max(map(len, ended.err.splitlines())) < 20_000, "a line for a cell of 10 MB"
    assert place.ask("SELECT obs_value FROM observations WHERE release = 'good'") == [(5.0,)]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Place, Ended]]:
    folder = tmp_path_factory.mktemp("large")
    place, ended = refreshed(folder, {name: LARGE_FILES[name] for name in IN_SUITE})
    yield place, ended
    for path in place.raw.rglob("data.*"):
        path.unlink()  # pytest keeps folders for a while


@pytest.mark.parametrize("name", IN_SUITE)
def test_a_file_of_100_mb_becomes_what_it_must(large: tuple[Place, Ended], name: str) -> None:
    require({name: LARGE_FILES[name] for name in IN_SUITE}, name, *large)


def test_the_refresh_of_large_extremes_ends_well(large: tuple[Place, Ended]) -> None:
    place, ended = large
    assert (ended.code, "Traceback" in ended.err, "MemoryError" in ended.err) == (1, False, False)
    assert place.ask("SELECT obs_value FROM observations WHERE release = 'good'") == [(5.0,)]


def test_a_number_is_published_as_the_number_it_is_or_not_at_all(place: Place) -> None:
    rows = [f"26637,KAZ,{1970 + year},{said},," for year, said in enumerate(NUMBERS)]
    place.put("unesco_uis/2026-02/data.csv", uis(rows))
    assert place.refresh().code == 1
    published = dict(place.ask("SELECT raw_row, obs_value FROM observations"))
    assert {said: published.get(row) for row, said in enumerate(NUMBERS, start=1)} == NUMBERS
    assert {str(value) for value in published.values()} & {"-0.0", "nan", "inf"} == set()
    assert place.ask("SELECT DISTINCT rule FROM quarantine") == [("value_is_number",)]
    assert place.ask("SELECT count(*) FROM quarantine") == [(sum(value is None for value in NUMBERS.values()),)]
