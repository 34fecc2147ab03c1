"""Missing Migrants downloads of every generation: columns, days, totals, and what else a record says.

Here: what a record becomes, up to quarantine, in small files with the generation's columns. Not here: whole downloads.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from edumig_pipeline.sources.iom.records import as_object, day
from tests.unit.iom_files import Landed, landed, refusal, write

Record = Mapping[str, str]


@dataclass(frozen=True)
class Generation:
    """A generation's header, a record of it, and what the record is to become."""

    layout: str
    header: str
    record: Record
    expected: tuple[str, str, str, float, str]  # ref_area, breakdown, time_period, obs_value, source_indicator
    id: str
    total: str
    date: str
    dataset: str = "missing_migrants"

    @property
    def columns(self) -> list[str]:
        return self.header.split("|")

    def write(self, folder: Path, *changes: Record, header: list[str] | None = None) -> Path:
        """A file with a copy of the record for each of the changes."""
        columns = header or self.columns
        rows = [[{**self.record, **change}.get(name, "") for name in columns] for change in changes]
        return write(folder / "download.csv", columns, rows)

    def landed(self, folder: Path, *changes: Record, header: list[str] | None = None) -> Landed:
        return landed(self.write(folder, *changes, header=header))


PEOPLE = "Number of Survivors|Number of Females|Number of Males|Number of Children"
DEAD = "Number Dead|Minimum Estimated Number of Missing"
WEB = (
    f"Web ID|REGION|Reported Date|Reported Year|Reported Month|{DEAD}|Total Dead and Missing|{PEOPLE}|Cause of Death|"
    "Location Description|Information Source|Location Coordinates|Migration Route|URL|UNSD Geographical Grouping|Source Quality"
)
BEGIN = f"Main ID|Incident ID|Region|Incident Date|Year|Reported Month|{DEAD}|"
TOTAL = "Total Number of Dead and Missing"
END = "Information Source|Coordinates|Migration route|URL|UNSD Geographical Grouping|Source Quality"
SINCE_2023 = f"{PEOPLE}|Region of Origin|Cause of Death|Country of Origin|Location of death|{END}"

GENERATIONS = {
    "2015": Generation(
        layout="iom_missing_migrants_2015",
        header="#event+id|#cause+type|#region+origin|#affected+nationality|#affected+missing|#affected+dead|#region+incident|"
        "#date+reported|#meta+source+name|#meta+source+reliability|#geo+lat|#geo+lon",
        record={
            "#event+id": "3",
            "#cause+type": "Fell from train",
            "#affected+missing": "",
            "#affected+dead": "1",
            "#region+incident": "Central America incl. Mexico",
            "#date+reported": "03/11/2015",
        },
        expected=("iom:Central America incl. Mexico", "incident=3", "2015-11-03", 1, "#affected+dead + #affected+missing"),
        id="#event+id",
        total="#affected+dead",
        date="#date+reported",
    ),
    "2020": Generation(
        layout="iom_missing_migrants_2020",
        header=WEB.replace("REGION", "Region of Incident"),
        record={
            "Web ID": "40345",
            "Region of Incident": "Mediterranean",
            "Reported Date": "April 18, 2015",
            "Reported Year": "2015",
            "Reported Month": "Apr",
            "Number Dead": "750",
            "Minimum Estimated Number of Missing": "272",
            "Total Dead and Missing": "1,022",
            "Number of Survivors": "28",
            "Location Coordinates": "35.030000000000, 14.677700000000",
        },
        expected=("iom:Mediterranean", "incident=40345", "2015-04-18", 1022, "Total Dead and Missing"),
        id="Web ID",
        total="Total Dead and Missing",
        date="Reported Date",
    ),
    "2021": Generation(
        layout="iom_missing_migrants_2021",
        header=WEB.replace("REGION", "Region"),
        record={
            "Web ID": "54840",
            "Region": "Northern Africa",
            "Reported Date": "March 09, 2021",
            "Reported Year": "2021",
            "Reported Month": "Mar",
            "Number Dead": "39",
            "Total Dead and Missing": "39",
        },
        expected=("iom:Northern Africa", "incident=54840", "2021-03-09", 39, "Total Dead and Missing"),
        id="Web ID",
        total="Total Dead and Missing",
        date="Reported Date",
    ),
    "2022": Generation(
        layout="iom_missing_migrants_2022",
        header=f"{BEGIN}{TOTAL}|{PEOPLE}|Cause of Death|Location of death|{END}".replace("Migration route", "Migrantion route"),
        record={
            "Main ID": "2022.MMP00028",
            "Incident ID": "2022.MMP0002830",
            "Region": "Mediterranean",
            "Incident Date": "Fri, 01/21/2022 - 12:00",
            "Year": "2022",
            "Reported Month": "January",
            "Number Dead": "3",
            TOTAL: "3",
            "Migrantion route": "Central Mediterranean",
        },
        expected=("iom:Mediterranean", "incident=2022.MMP0002830", "2022-01-21", 3, TOTAL),
        id="Incident ID",
        total=TOTAL,
        date="Incident Date",
    ),
    "2024": Generation(
        layout="iom_missing_migrants_2024",
        header=f"{BEGIN}{TOTAL}|{SINCE_2023}",
        record={
            "Main ID": "2021.MMP00004",
            "Incident ID": "2021.MMP000045",
            "Region": "Mediterranean",
            "Incident Date": "Sun, 01/03/2021 - 12:00",
            "Year": "2021",
            "Reported Month": "January",
            "Minimum Estimated Number of Missing": "2",
            TOTAL: "2",
            "Country of Origin": "Nigeria",
        },
        expected=("iom:Mediterranean", "incident=2021.MMP000045", "2021-01-03", 2, TOTAL),
        id="Incident ID",
        total=TOTAL,
        date="Incident Date",
    ),
    "2026": Generation(
        layout="iom_missing_migrants_2026",
        header=f"{BEGIN}{SINCE_2023}",
        record={
            "Main ID": "2026.MMP0007",
            "Incident ID": "2026.MMP00078",
            "Region": "Western Africa",
            "Incident Date": "Wed, 01/07/2026 - 12:00",
            "Year": "2026",
            "Reported Month": "January",
            "Number Dead": "25",
            "Minimum Estimated Number of Missing": "66",
            "Number of Survivors": "111",
        },
        expected=(
            "iom:Western Africa",
            "incident=2026.MMP00078",
            "2026-01-07",
            91,
            "Number Dead + Minimum Estimated Number of Missing",
        ),
        id="Incident ID",
        total="Number Dead",
        date="Incident Date",
    ),
    "all data": Generation(
        layout="iom_missing_migrants_all_data",
        header="Main ID|Incident ID|Incident Type|Region of Incident|Incident Date|Incident Year|Month|Number of Dead|Minimum "
        f"Estimated Number of Missing|{TOTAL}|{PEOPLE}|Country of Origin|Region of Origin|Cause of Death|Country of Incident|"
        "Migration Route|Location of Incident|Coordinates|UNSD Geographical Grouping|Information Source|URL|Source Quality",
        record={
            "Main ID": "2025.MMP0212",
            "Incident ID": "2025.MMP0212234,2025.MMP0212235",
            "Incident Type": "Split Incident",
            "Region of Incident": "Mediterranean",
            "Incident Date": "2025-04-16",
            "Incident Year": "2025",
            "Month": "April",
            "Number of Dead": "11",
            TOTAL: "11",
        },
        expected=("iom:Mediterranean", "incident=2025.MMP0212", "2025-04-16", 11, TOTAL),
        id="Main ID",
        total=TOTAL,
        date="Incident Date",
        dataset="missing_migrants_all_data",
    ),
}
every_generation = pytest.mark.parametrize("generation", GENERATIONS.values(), ids=GENERATIONS)
KEY = ("ref_area", "breakdown", "time_period", "obs_value", "source_indicator")


@every_generation
def test_a_record_is_one_observation_of_the_day_and_region(tmp_path: Path, generation: Generation) -> None:
    found = generation.landed(tmp_path, {})
    assert (found.layout, found.dataset) == (generation.layout, generation.dataset)
    assert found.rows(*KEY) == [generation.expected]
    assert found.rows("indicator", "counterpart_area", "sex", "obs_status", "unit_measure", "raw_row", "raw_column") == [
        ("dead_and_missing_migrants", "_T", "_T", "A", "PS", 1, None)
    ]


@every_generation
def test_whatever_else_a_record_says_is_kept_as_published(tmp_path: Path, generation: Generation) -> None:
    said = {name: f' "{name}"; é\n' for name in generation.columns} | dict(generation.record)
    found = generation.landed(tmp_path, said)
    ((kind, note),) = found.remarks.select("footnote_type", "footnote").rows()
    single = not generation.expected[-1].count(" + ")
    region = next(name for name in generation.columns if name.lower().lstrip("#").startswith("region") and "rigin" not in name)
    landed_there = {generation.id, generation.date, region, *([generation.total] if single else [])}
    assert kind == "Incident"
    assert json.loads(note) == {name: text for name, text in said.items() if text and name not in landed_there}
    assert found.remarks.select(KEY[:3]).rows() == [generation.expected[:3]]


@every_generation
def test_columns_may_stand_in_any_order(tmp_path: Path, generation: Generation) -> None:
    assert generation.landed(tmp_path, {}, header=generation.columns[::-1]).rows(*KEY) == [generation.expected]


@every_generation
def test_a_missing_an_added_or_a_renamed_column_is_named(tmp_path: Path, generation: Generation) -> None:
    columns = generation.columns
    for drifted, said in (
        ([name for name in columns if name != generation.date], f"lacks {generation.date}"),
        ([*columns, "Incident Remark"], "has unexpected Incident Remark"),
        ([f"{name} (new)" if name == generation.id else name for name in columns], f"unexpected {generation.id} (new)"),
    ):
        reason = refusal(generation.write(tmp_path, {}, header=drifted))
        assert reason.startswith("known_layout: no layout of iom fits")
        assert said in reason
        assert f"{generation.layout} expects" in reason


@every_generation
@pytest.mark.parametrize("date", ["", "someday", "2021", "13", "44200", "31.01.2021"])
def test_a_day_that_cannot_be_read_is_not_guessed(tmp_path: Path, generation: Generation, date: str) -> None:
    found = generation.landed(tmp_path, {generation.date: date}, {generation.id: "9"})
    assert found.broken == [(1, "known_period")]
    assert date in found.failures["reason"][0]
    assert [row for row, _ in found.rows("raw_row", "breakdown")] == [2]


@every_generation
def test_numbers_that_are_none_or_negative_go_to_quarantine(tmp_path: Path, generation: Generation) -> None:
    figures = ["-1", "many", "1,02", "1.022.000"]
    found = generation.landed(tmp_path, *({generation.total: figure, generation.id: str(n)} for n, figure in enumerate(figures)))
    assert found.broken == [(1, "within_bounds"), *((row, "value_is_number") for row in (2, 3, 4))]


def test_figures_whose_sum_no_double_holds_go_to_quarantine(tmp_path: Path) -> None:
    generation = GENERATIONS["2026"]
    found = generation.landed(tmp_path, {"Number Dead": "1e308", "Minimum Estimated Number of Missing": "1e308"})
    assert found.broken == [(1, "value_is_number")]


@every_generation
def test_a_record_without_figures_is_a_missing_value(tmp_path: Path, generation: Generation) -> None:
    blank = dict.fromkeys(generation.expected[-1].split(" + "), "")
    found = generation.landed(tmp_path, blank)
    assert found.rows("obs_value", "obs_status") == [(None, "O")]


@every_generation
def test_a_record_without_an_id_or_a_region_goes_to_quarantine(tmp_path: Path, generation: Generation) -> None:
    region = next(name for name, text in generation.record.items() if f"iom:{text}" == generation.expected[0])
    found = generation.landed(tmp_path, {generation.id: " "}, {region: ""})
    assert found.broken == [(1, "breakdown_syntax"), (2, "known_area")]


def test_the_order_of_day_and_month_follows_from_the_generation(tmp_path: Path) -> None:
    european = GENERATIONS["2015"].landed(tmp_path, {"#date+reported": "05/11/2015"}, {"#date+reported": "11/13/2015"})
    assert european.rows("time_period") == [("2015-11-05",)]
    assert european.broken == [(2, "known_period")]
    dates = ("Thu, 11/05/2015 - 12:00", "Fri, 13/11/2015 - 12:00")
    american = GENERATIONS["2024"].landed(
        tmp_path, *({"Incident Date": date, "Year": "2015", "Reported Month": "November"} for date in dates)
    )
    assert american.rows("time_period") == [("2015-11-05",)]
    assert american.broken == [(2, "known_period")]


def test_a_day_that_its_weekday_or_month_or_year_contradicts_is_not_believed(tmp_path: Path) -> None:
    found = GENERATIONS["2024"].landed(
        tmp_path,
        {"Incident Date": "Mon, 01/03/2021 - 12:00"},
        {"Reported Month": "March"},
        {"Year": "2020"},
    )
    assert found.broken == [(1, "known_period"), (2, "known_period"), (3, "known_period")]
    assert "'Sun, 01/03/2021 - 12:00 | March | 2021'" in found.failures["reason"][1]


def test_year_and_month_do_not_stand_in_for_a_day(tmp_path: Path) -> None:
    found = GENERATIONS["all data"].landed(tmp_path, {"Incident Date": "", "Incident Year": "2025", "Month": "April"})
    assert found.broken == [(1, "known_period")]


def test_days_of_copies_of_2019_are_read(tmp_path: Path) -> None:
    change = {"Reported Date": "9-Jul-19", "Reported Year": "2019", "Reported Month": "Jul"}
    assert GENERATIONS["2020"].landed(tmp_path, change).rows("time_period") == [("2019-07-09",)]


def test_without_a_total_the_dead_and_the_missing_are_added_up(tmp_path: Path) -> None:
    counts = [("1", ""), ("", "1"), ("1", "0"), ("1,022", "1"), ("0", "")]
    dead, missing = "Number Dead", "Minimum Estimated Number of Missing"
    found = GENERATIONS["2026"].landed(tmp_path, *({dead: one, missing: other} for one, other in counts))
    assert found.values == [1, 1, 1, 1023, 0]


def test_a_negative_figure_does_not_hide_in_the_sum(tmp_path: Path) -> None:
    found = GENERATIONS["2026"].landed(tmp_path, {"Number Dead": "-1"}, {"Minimum Estimated Number of Missing": "some"})
    assert found.broken == [(1, "within_bounds"), (2, "value_is_number")]
    assert "value '25 + some'" in found.failures["reason"][1]


@pytest.mark.parametrize("name", ["2022", "all data"])
@pytest.mark.parametrize("as_date", [True, False])
def test_the_workbook_of_a_download_is_read_like_its_csv(tmp_path: Path, name: str, *, as_date: bool) -> None:
    generation = GENERATIONS[name]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Worksheet"
    sheet.append(generation.columns)
    cells: list[object] = []
    for column in generation.columns:
        text = generation.record.get(column, "")
        cells.append(int(text) if text.isdecimal() else text or None)
    if as_date:
        cells[generation.columns.index(generation.date)] = dt.datetime.fromisoformat(f"{generation.expected[2]} 12:00")
    sheet.append(cells)
    book.save(tmp_path / "download.xlsx")
    found = landed(tmp_path / "download.xlsx")
    assert (found.layout, found.rows(*KEY), found.rows("raw_row")) == (generation.layout, [generation.expected], [(2,)])


DAYS = pl.DataFrame(
    {
        "date": ["2021-01-09"] * 8,
        "year": ["2021", "2021", "2021", "2021", "", "2020", "2021", "2021"],
        "month": ["Jan", "january", "1", "01", "", "Jan", "Feb", "J"],
    }
)


def test_a_month_may_be_a_name_or_a_number_and_a_blank_one_says_nothing() -> None:
    found = DAYS.select(day(pl.col("date"), (), pl.col("year"), pl.col("month"))).to_series()
    assert found.is_not_null().to_list() == [True, True, True, True, True, False, False, False]


def test_columns_that_say_nothing_are_left_out_of_the_object() -> None:
    frame = pl.DataFrame({"a b": ['x"y', "", " "], "c": ["1", "n/a", ""]})
    assert frame.select(as_object(["a b", "c"], no_value="n/a")).to_series().to_list() == ['{"a b":"x\\"y","c":"1"}', None, None]
