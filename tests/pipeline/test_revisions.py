"""What changed between releases: against a plain comparison of the publisher's two files, and case by case."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from tests.pipeline.conftest import ROOT, Place, uis

DATA = ROOT.parent / "shared/data/unesco_uis"
OLD, NEW = "unesco_uis/2025-02/data.csv", "unesco_uis/2026-02/data.csv"

Cell = tuple[str, str]


# The publisher's own files


def national(path: Path) -> dict[Cell, tuple[str, str]]:
    """Value and magnitude|qualifier of every national cell of 26637, as text."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["indicatorId"] == "26637" and len(row["geoUnit"]) == 3]
    return {(row["geoUnit"], row["year"]): (row["value"], f"{row['magnitude']}|{row['qualifier']}") for row in rows}


def number(cell: tuple[str, str]) -> Decimal | None:
    """The figure; UIS writes 0 where the magnitude NA says that there can be none."""
    return None if cell[1].startswith("NA|") else Decimal(cell[0])


def changes(old: dict[Cell, tuple[str, str]], new: dict[Cell, tuple[str, str]]) -> dict[Cell, tuple[str, object, object]]:
    """What a person comparing the two files line by line would write down."""
    first, last = min(year for _, year in new), max(year for _, year in new)
    found: dict[Cell, tuple[str, object, object]] = {}
    for cell in old.keys() | new.keys():
        before, after = old.get(cell), new.get(cell)
        a, b = number(before) if before else None, number(after) if after else None
        shown = (float(a) if a is not None else None, float(b) if b is not None else None)
        if after is None:
            if first <= cell[1] <= last:
                found[cell] = ("retracted", *shown)
        elif before is None or (a is None and b is not None):
            found[cell] = ("added", *shown)
        elif a is not None and b is None:
            found[cell] = ("retracted", *shown)
        elif a is not None and b is not None and differ(a, b):
            found[cell] = ("revised", *shown)
        elif before[1] != after[1]:
            found[cell] = ("status", *shown)
    return found


def differ(a: Decimal, b: Decimal) -> bool:
    """At the coarser printed precision of the two."""
    coarser = max(int(a.as_tuple().exponent), int(b.as_tuple().exponent))
    return abs(a - b) > Decimal(5).scaleb(coarser - 1)


@pytest.mark.skipif(not DATA.is_dir(), reason="publishers' files are not kept in this repository")
def test_revisions_are_what_a_plain_comparison_of_the_two_files_shows(place: Place) -> None:
    old, new = DATA / "data_browser_2025-02/data.csv", DATA / "data_browser_2026-02/data.csv"
    place.put(OLD, old.read_bytes())
    place.put(NEW, new.read_bytes())
    assert place.refresh().code == 0
    expected = changes(national(old), national(new))
    found = place.ask(
        "SELECT r.ref_area, r.time_period, change, old_value, new_value "
        "FROM revisions AS r JOIN areas AS a ON a.code = r.ref_area "
        "WHERE indicator = 'inbound_students' AND a.kind IN ('country', 'historic_country')"
    )
    assert {(area, period): tuple(rest) for area, period, *rest in found} == expected
    assert {change for change, _, _ in expected.values()} == {"added", "revised", "retracted"}
    pairs = place.ask("SELECT DISTINCT from_release, to_release FROM revisions")
    assert pairs == [("2025-02", "2026-02")]


# Case by case


def revisions(place: Place, old: list[str], new: list[str]) -> dict[tuple[str, str], tuple[object, ...]]:
    place.put(OLD, uis(old))
    place.put(NEW, uis(new))
    place.refresh()
    rows = place.ask("SELECT ref_area, time_period, change, old_value, new_value, old_status, new_status FROM revisions")
    return {(area, period): tuple(rest) for area, period, *rest in rows}


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("7", "7", None),
        ("7", "8", "revised"),
        ("7", "7.3", None),  # equal at the coarser printed precision
        ("7", "7.6", "revised"),
        ("3.66124", "3.661239814758301", None),
        (".9823399782180786", "0.98234", None),
        ("0.30000000000000004", "0.3", None),
        ("329030.28125", "329030.28126", "revised"),
    ],
)
def test_figures_are_compared_as_printed(place: Place, old: str, new: str, change: str | None) -> None:
    found = revisions(place, [f"26637,KAZ,2018,{old},,"], [f"26637,KAZ,2018,{new},,"])
    assert [row[0] for row in found.values()] == ([change] if change else [])


@pytest.mark.parametrize(
    ("old", "new", "row"),
    [
        ("7,,", "7,UIS_EST,", ("status", 7.0, 7.0, "A", "E")),
        ("0,,NA", "0,,NIL", ("added", None, 0.0, "M", "N")),
        ("0,,NIL", "0,,NA", ("retracted", 0.0, None, "N", "M")),
        ("0,,NA", ",,SUPP", ("status", None, None, "M", "Q")),
        ("7,,", "8,UIS_EST,", ("revised", 7.0, 8.0, "A", "E")),
    ],
)
def test_a_cell_that_gains_loses_or_keeps_its_figure(place: Place, old: str, new: str, row: tuple[object, ...]) -> None:
    assert revisions(place, [f"26637,KAZ,2018,{old}"], [f"26637,KAZ,2018,{new}"]) == {("KAZ", "2018"): row}


def test_a_row_that_vanishes_is_retracted_and_one_that_appears_is_added(place: Place) -> None:
    years = [f"26637,KAZ,{year},1,," for year in (2010, 2012, 2020)]
    found = revisions(place, years, [years[0], years[2], "26637,KAZ,2015,1,,"])
    assert found == {("KAZ", "2012"): ("retracted", 1.0, None, "A", None), ("KAZ", "2015"): ("added", None, 1.0, None, "A")}


def test_what_the_newer_download_does_not_cover_is_not_retracted(place: Place) -> None:
    old = ["26637,KAZ,2010,1,,", "26637,RUS,2018,1,,", "OE.5T8.40510,KAZ,2018,1,,", "26637,KAZ,2018,1,,"]
    assert revisions(place, old, ["26637,KAZ,2018,1,,"]) == {}, "an extract: one country, one year, one indicator"


def test_what_the_older_download_did_not_cover_is_no_news(place: Place) -> None:
    new = ["26637,KAZ,2018,1,,", "26637,RUS,2018,1,,", "OE.5T8.40510,KAZ,2018,1,,"]
    assert revisions(place, ["26637,KAZ,2018,1,,"], new) == {}


def test_a_release_is_compared_with_the_last_that_covers_the_same(place: Place) -> None:
    place.put("unesco_uis/2025-06/data.csv", uis(["OE.5T8.40510,KAZ,2018,1,,"]))
    assert revisions(place, ["26637,KAZ,2018,1,,"], ["26637,KAZ,2018,2,,"]) == {("KAZ", "2018"): ("revised", 1.0, 2.0, "A", "A")}


# What was known on a day


def as_of(place: Place, day: str) -> list[tuple[object, ...]]:
    return place.ask(f"SELECT time_period, obs_value FROM observations_as_of(DATE '{day}') ORDER BY ALL")


def test_knowledge_of_a_day_before_between_and_after_the_releases(place: Place) -> None:
    years = [f"26637,KAZ,{year},1,," for year in (2010, 2012, 2020)]
    revisions(place, years, ["26637,KAZ,2010,2,,", years[2]])
    assert as_of(place, "2025-01-31") == []
    assert as_of(place, "2025-02-01") == as_of(place, "2026-01-31") == [("2010", 1.0), ("2012", 1.0), ("2020", 1.0)]
    assert as_of(place, "2026-02-01") == [("2010", 2.0), ("2020", 1.0)], "the retracted cell is gone"
    latest = place.ask("SELECT time_period, obs_value FROM latest_observations ORDER BY ALL")
    assert latest == as_of(place, "2026-02-01")


def test_a_mart_can_be_had_for_any_release(place: Place) -> None:
    revisions(place, ["26637,KAZ,2018,1,,"], ["26637,KAZ,2018,2,,"])
    query = "SELECT release, inbound_students FROM student_mobility_by_release WHERE ref_area = 'KAZ' ORDER BY release"
    assert place.ask(query) == [("2025-02", 1.0), ("2026-02", 2.0)]
    assert place.ask("SELECT release, inbound_students FROM student_mobility") == [("2026-02", 2.0)]
