"""Academic years are dated by what a release says of them, and nothing else changes by it.

Here: first and last day of UIS's figures, through the main job. Not here: periods that are no academic years.
"""

import datetime as dt
from collections.abc import Mapping

import pytest

from tests.pipeline.conftest import Place, uis

START_MONTH, END_MONTH, START_YEAR, END_YEAR = "10403", "10404", "10405", "10406"
CALENDAR_YEAR = (dt.date(2019, 1, 1), dt.date(2019, 12, 31))
# Host's total, students from Kazakhstan there, enrolment there, and the share of the two.
HOSTS = ("26637", "26540", "25053", "MSEP.5T8")
# Students abroad go by no single country's academic year, nor do balances and codes without meaning of their own.
OTHERS = ("OE.5T8.40510", "MOR.5T8.40510", "MENF.5T8", "26420", "CR.1")


def figures(area: str = "DEU", year: int = 2019) -> list[str]:
    return [f"{code},{area},{year},7,," for code in (*HOSTS, *OTHERS)]


def calendar(said: Mapping[str, str], area: str = "DEU", year: int = 2019) -> list[str]:
    return [f"{code},{area},{year},{value},," for code, value in said.items()]


def dated(place: Place, *rows: str) -> dict[str, tuple[dt.date, dt.date]]:
    """First and last day of the figures by source_indicator, the calendar itself left out."""
    place.put("unesco_uis/2026-02/data.csv", uis(rows))
    assert place.refresh().code == 0
    found = place.ask(f"""
        SELECT source_indicator, period_start, period_end FROM observations
        WHERE source_indicator NOT IN ('{START_MONTH}', '{END_MONTH}', '{START_YEAR}', '{END_YEAR}')
    """)
    return {code: (start, end) for code, start, end in found}


CALENDARS = {
    "begins in autumn": (
        {START_MONTH: "9", END_MONTH: "6", START_YEAR: "2018", END_YEAR: "2019"},
        (dt.date(2018, 9, 1), dt.date(2019, 6, 30)),
    ),
    "within one year": (
        {START_MONTH: "3", END_MONTH: "12", START_YEAR: "2019", END_YEAR: "2019"},
        (dt.date(2019, 3, 1), dt.date(2019, 12, 31)),
    ),
    "ends in February": (
        {START_MONTH: "3", END_MONTH: "2", START_YEAR: "2018", END_YEAR: "2019"},
        (dt.date(2018, 3, 1), dt.date(2019, 2, 28)),
    ),
    "only months, over the turn of the year": ({START_MONTH: "10", END_MONTH: "9"}, (dt.date(2018, 10, 1), dt.date(2019, 9, 30))),
    "only months, within one year": ({START_MONTH: "2", END_MONTH: "11"}, (dt.date(2019, 2, 1), dt.date(2019, 11, 30))),
    "months and the start": (
        {START_MONTH: "8", END_MONTH: "7", START_YEAR: "2018"},
        (dt.date(2018, 8, 1), dt.date(2019, 7, 31)),
    ),
    "labelled by the year it begins in": (
        {START_MONTH: "9", END_MONTH: "6", START_YEAR: "2019", END_YEAR: "2020"},
        (dt.date(2019, 9, 1), dt.date(2020, 6, 30)),
    ),
    "month 13": ({START_MONTH: "9", END_MONTH: "13"}, CALENDAR_YEAR),
    "month 0": ({START_MONTH: "0", END_MONTH: "6"}, CALENDAR_YEAR),
    "month 8.6": ({START_MONTH: "8.6", END_MONTH: "6"}, CALENDAR_YEAR),
    "ends before it begins": ({START_MONTH: "9", END_MONTH: "6", START_YEAR: "2019", END_YEAR: "2019"}, CALENDAR_YEAR),
    "years away": ({START_MONTH: "9", END_MONTH: "6", START_YEAR: "2008", END_YEAR: "2009"}, CALENDAR_YEAR),
    "lasts three years": ({START_MONTH: "9", END_MONTH: "6", START_YEAR: "2016", END_YEAR: "2019"}, CALENDAR_YEAR),
    "no end": ({START_MONTH: "9", START_YEAR: "2018"}, CALENDAR_YEAR),
    "only years": ({START_YEAR: "2018", END_YEAR: "2019"}, CALENDAR_YEAR),
    "nothing": ({}, CALENDAR_YEAR),
}


@pytest.mark.parametrize(("said", "expected"), CALENDARS.values(), ids=CALENDARS)
def test_figures_of_a_host_are_dated_by_its_academic_year(
    place: Place, said: Mapping[str, str], expected: tuple[dt.date, dt.date]
) -> None:
    found = dated(place, *figures(), *calendar(said))
    assert {code: found[code] for code in HOSTS} == dict.fromkeys(HOSTS, expected)
    assert {code: found[code] for code in OTHERS} == dict.fromkeys(OTHERS, CALENDAR_YEAR)


def test_a_year_and_a_country_without_a_calendar_keep_the_calendar_year(place: Place) -> None:
    said = {START_MONTH: "9", END_MONTH: "6"}
    rows = ["26637,FRA,2019,1,,", "26638,DEU,2018,1,,", "43188,DEU,2019,1,,"]
    assert dated(place, *rows, *calendar(said)) == {
        "26637": CALENDAR_YEAR,
        "26638": (dt.date(2018, 1, 1), dt.date(2018, 12, 31)),
        "43188": (dt.date(2018, 9, 1), dt.date(2019, 6, 30)),
    }


def test_a_month_that_does_not_apply_is_no_month(place: Place) -> None:
    rows = ["26637,DEU,2019,1,,", f"{START_MONTH},DEU,2019,0,,NA", f"{END_MONTH},DEU,2019,6,,"]
    assert dated(place, *rows) == {"26637": CALENDAR_YEAR}


def test_two_datasets_of_a_release_that_contradict_each_other_are_not_followed(place: Place) -> None:
    header = "INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER"
    said = {START_MONTH: "9", END_MONTH: "6"}
    place.put("unesco_uis/2026-02/OPRI_DATA_NATIONAL.csv", uis(calendar({**said, START_MONTH: "10"}), header))
    assert dated(place, "26637,DEU,2019,1,,", *calendar(said)) == {"26637": CALENDAR_YEAR}
    place.put("unesco_uis/2026-02/OPRI_DATA_NATIONAL.csv", uis(calendar(said), header))
    assert dated(place, "26637,DEU,2019,1,,", *calendar(said)) == {"26637": (dt.date(2018, 9, 1), dt.date(2019, 6, 30))}


@pytest.mark.parametrize("end_year", [0, 1])
def test_dates_change_neither_years_nor_what_is_known(place: Place, end_year: int) -> None:
    def known() -> list[list[tuple[object, ...]]]:
        assert place.refresh().code == 0
        key = "release, indicator, ref_area, counterpart_area, time_period, obs_value"
        mine = f"WHERE source_indicator NOT IN ('{START_MONTH}', '{END_MONTH}', '{START_YEAR}', '{END_YEAR}') ORDER BY ALL"
        return [
            place.ask(f"SELECT {key} FROM observations {mine}"),
            place.ask("SELECT * FROM student_mobility ORDER BY ALL"),
            place.ask("SELECT * FROM student_flows ORDER BY ALL"),
            *(place.ask(f"SELECT {key} FROM observations_as_of(DATE '{day}') {mine}") for day in ("2025-06-01", "2026-06-01")),
        ]

    years = range(2016, 2020)
    old = [row for year in years for row in figures(year=year)]
    new = [row.replace(",7,,", ",8,,") for row in old]
    place.put("unesco_uis/2025-02/data.csv", uis(old))
    place.put("unesco_uis/2026-02/data.csv", uis(new))
    without = known()
    said = [
        row
        for year in years
        for row in calendar(
            {START_MONTH: "9", END_MONTH: "6", START_YEAR: str(year - 1 + end_year), END_YEAR: str(year + end_year)}, year=year
        )
    ]
    place.put("unesco_uis/2026-02/data.csv", uis([*new, *said]))
    assert known() == without
    starts = "SELECT DISTINCT month(period_start) FROM observations WHERE release = '2026-02' AND indicator = 'inbound_students'"
    assert place.ask(starts) == [(9,)]
