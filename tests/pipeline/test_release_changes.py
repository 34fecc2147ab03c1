"""How far a release parts from the one before it: counted case by case, on small files of the UIS Data Browser."""

import polars as pl
import pytest

from edumig_pipeline.publish.release_bounds import departures, newest_changes
from edumig_pipeline.sources.downloads import Bounds
from tests.pipeline.conftest import Place, uis

STUDENTS, ENROLMENT = "26637", "OE.5T8.40510"
YEARS = range(2010, 2020)


def release(place: Place, name: str, rows: list[str], *, coverage: str | None = None) -> None:
    place.put(f"unesco_uis/{name}/data.csv", uis(rows))
    if coverage:
        place.put(f"unesco_uis/{name}/release.toml", f'coverage = "{coverage}"\n')


def row(year: int, value: int | str = 1, *, indicator: str = STUDENTS, flags: str = ",") -> str:
    return f"{indicator},KAZ,{year},{value},{flags}"


def counts(place: Place) -> dict[tuple[str, str], tuple[int, ...]]:
    """By pair of releases: rows before, now, compared, added, retracted, revised, of other status, dropped."""
    assert place.refresh().code == 0
    rows = place.ask(
        "SELECT from_release, to_release, rows_before, rows_now, rows_compared, rows_added, rows_retracted, rows_revised, "
        "rows_of_other_status, rows_dropped FROM release_changes"
    )
    return {(old, new): tuple(rest) for old, new, *rest in rows}


def shares(place: Place) -> list[tuple[float | None, ...]]:
    return place.ask("SELECT share_gained, share_lost, share_revised FROM release_changes ORDER BY to_released")


def test_each_kind_of_change_is_counted_and_shared_by_what_both_cover(place: Place) -> None:
    release(place, "2025-02", [row(year) for year in YEARS])
    kept = [row(year) for year in YEARS if year not in {2012, 2013, 2014, 2015}]
    release(place, "2026-02", [*kept, row(2013, 2), row(2014, 3), row(2015, flags="UIS_EST,"), row(2020), row(2021), row(2022)])
    place.refresh()
    assert counts(place) == {("2025-02", "2026-02"): (10, 12, 10, 3, 1, 2, 1, 0)}
    assert shares(place) == [(0.3, 0.1, 0.2)]
    dates = place.ask("SELECT from_released::VARCHAR, to_released::VARCHAR FROM release_changes")
    assert dates == [("2025-02-01", "2026-02-01")]


def test_a_pair_in_which_nothing_changed_has_its_row(place: Place) -> None:
    for name in ("2025-02", "2026-02"):
        release(place, name, [row(2018)])
    assert counts(place) == {("2025-02", "2026-02"): (1, 1, 1, 0, 0, 0, 0, 0)}
    assert shares(place) == [(0.0, 0.0, 0.0)]


def test_a_single_release_is_compared_with_nothing(place: Place) -> None:
    release(place, "2025-02", [row(2018)])
    assert counts(place) == {}


@pytest.mark.parametrize(
    ("coverage", "dropped", "lost"),
    # Of the rows that the newer should have, 2 of enrolment and the year 2010: 3 of 5.
    [("extract", 0, 0.0), (None, 0, 0.0), ("full", 3, 3 / 5)],
)
def test_what_the_newer_does_not_cover_is_lost_only_where_both_are_full(
    place: Place, coverage: str | None, dropped: int, lost: float
) -> None:
    enrolment = [row(year, 100, indicator=ENROLMENT) for year in (2018, 2019)]
    release(place, "2025-02", [row(2010), row(2018), row(2019), *enrolment], coverage=coverage)
    release(place, "2026-02", [row(2018), row(2019)], coverage=coverage)
    assert counts(place) == {("2025-02", "2026-02"): (5, 2, 2, 0, 0, 0, 0, dropped)}
    assert shares(place) == [(0.0, lost, 0.0)]


def test_releases_with_nothing_in_common_are_a_pair_without_shares(place: Place) -> None:
    release(place, "2025-02", [row(2018, 100, indicator=ENROLMENT)])
    release(place, "2026-02", [row(2018)])
    assert counts(place) == {("2025-02", "2026-02"): (1, 1, 0, 0, 0, 0, 0, 0)}
    assert shares(place) == [(None, None, None)]


def test_a_release_is_compared_with_the_last_that_has_the_indicator(place: Place) -> None:
    release(place, "2024-02", [row(2018), row(2019)])
    release(place, "2025-02", [row(2018, 100, indicator=ENROLMENT)])
    release(place, "2026-02", [row(2018, 2), row(2019), row(2018, 100, indicator=ENROLMENT)])
    assert counts(place) == {
        ("2024-02", "2025-02"): (2, 1, 0, 0, 0, 0, 0, 0),
        ("2024-02", "2026-02"): (2, 3, 2, 0, 0, 1, 0, 0),
        ("2025-02", "2026-02"): (1, 3, 1, 0, 0, 0, 0, 0),
    }


def test_the_counts_are_those_of_revisions(place: Place) -> None:
    release(place, "2025-02", ["26637,KAZ,2018,0,,NA", "26637,RUS,2018,5,,", "26637,ABW,2018,0,,NIL"])
    release(place, "2026-02", ["26637,KAZ,2018,0,,NIL", "26637,RUS,2018,6,,", "26637,ABW,2018,0,,NA"])
    assert counts(place) == {("2025-02", "2026-02"): (3, 3, 3, 1, 1, 1, 0, 0)}, "a cell without a number gains or loses one"


# Against the bounds of a source


def test_only_the_newest_release_of_a_dataset_is_looked_at(place: Place) -> None:
    for name, value in (("2024-02", 1), ("2025-02", 2), ("2026-02", 2)):
        release(place, name, [row(2018, value)])
    place.refresh()
    changes = newest_changes(pl.read_parquet(place.warehouse / "parquet/release_changes/all.parquet"), "unesco_uis")
    assert changes.select("from_release", "to_release").rows() == [("2025-02", "2026-02")]
    assert newest_changes(changes, "iom").is_empty()


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        # Within: as many gained, lost and revised as is allowed, to the row.
        ([*map(row, range(2010, 2017)), row(2018, 2), row(2019, 2), *map(row, range(2020, 2025))], None),
        ([*map(row, YEARS), *map(row, range(2020, 2026))], "gained 60% of the rows of 2025-02 (6), where up to 50% is expected"),
        ([row(2010), *map(row, range(2013, 2020))], "lost 20% of the rows of 2025-02 (2), where up to 10% is expected"),
        ([row(2010, 2), row(2011, 2), row(2012, 2), *map(row, range(2013, 2020))],
         "revised 30% of the rows of 2025-02 (3), where up to 20% is expected"),
    ],
)  # fmt: skip
def test_a_share_past_its_bound_is_named_with_both(place: Place, new: list[str], sentence: str | None) -> None:
    release(place, "2025-02", [row(year) for year in YEARS])
    release(place, "2026-02", new)
    place.refresh()
    changes = pl.read_parquet(place.warehouse / "parquet/release_changes/all.parquet")
    found = departures(changes, Bounds(gained=0.5, lost=0.1, revised=0.2))
    assert found == ([f"data_browser: 2026-02 {sentence}"] if sentence else [])
