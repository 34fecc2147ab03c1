"""UIS.Stat's CSV read as UIS means it: the dataset's column, locations, flags.

Here: what a record of UIS.Stat becomes, up to quarantine. Not here: the Data Browser and the bulk files.
"""

import csv
import itertools
from collections.abc import Sequence
from pathlib import Path

import pytest

from edumig_pipeline.ingest.inventory import FoundRelease
from edumig_pipeline.ingest.validation import Outcome, Validator
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.unesco_uis.source import SOURCE

COLUMNS = ("Indicator", "LOCATION", "Country", "TIME", "Time", "Value", "Flag Codes", "Flags")
TEXT_OF = {
    "": "",
    "a": "Category not applicable",
    "n": "Magnitude nil or negligible",
    "+": "National Estimation",
    "‡": "UIS Estimation",
}


def row(
    value: str = "1", flag: str = "", *, code: str = "26637", location: str = "KAZ", year: str = "2017", again: str | None = None
) -> tuple[str, ...]:
    text = TEXT_OF.get(flag, "some text")
    return (code, "as UIS words it", location, "as UIS names it", year, year if again is None else again, value, flag, text)


def landed(folder: Path, *rows: Sequence[str], dataset: str = "EDULIT_IND", header: Sequence[str] = COLUMNS) -> Outcome:
    path = folder / "EDULIT_DS_06052019101747206.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([(dataset, *header), *rows])
    raw_file = f"unesco_uis/2019-05/{path.name}"
    raw = RawFile(path, raw_file)
    ((layout, (part,)),) = [(layout, parts) for layout in SOURCE.layouts if (parts := layout.parts(raw)) is not None]
    assert layout.name == "uis_stat"
    assert part.dataset == dataset.removesuffix("_IND").lower()
    (batch,) = part.records()
    return Validator(part, raw_file, FoundRelease(SOURCE.id, "2019-05", ())).validate(batch.records)


def by_row(outcome: Outcome, *columns: str) -> dict[int, tuple[object, ...]]:
    return {number: tuple(values) for number, *values in outcome.valid["observations"].select("raw_row", *columns).rows()}


@pytest.mark.parametrize("dataset", ["EDULIT_IND", "NATMON_IND", "DEMO_IND", "SDG_IND"])
def test_the_first_column_names_the_dataset(tmp_path: Path, dataset: str) -> None:
    assert by_row(landed(tmp_path, row(), dataset=dataset), "indicator") == {1: ("inbound_students",)}


def test_columns_may_stand_in_another_order(tmp_path: Path) -> None:
    code, *others = row("5", "‡")
    outcome = landed(tmp_path, (code, *reversed(others)), header=COLUMNS[::-1])
    assert by_row(outcome, "ref_area", "obs_value", "obs_status") == {1: ("KAZ", 5.0, "E")}


@pytest.mark.parametrize(
    "header",
    [
        ("NATMON_IND", *COLUMNS[:-1], "Flag.Codes"),
        ("natmon_ind", *COLUMNS),
        ("NATMON_IND", "SDG_IND", *COLUMNS[1:]),
        ("NATMON", *COLUMNS),
        ("NATMON_IND", *COLUMNS, "Unit"),
        ("NATMON_IND", *(name for name in COLUMNS if name != "Time")),
    ],
)
def test_other_columns_are_no_table_of_uis_stat(tmp_path: Path, header: Sequence[str]) -> None:
    path = tmp_path / "x.csv"
    path.write_text(",".join(header), encoding="utf-8")
    assert all(layout.parts(RawFile(path, "unesco_uis/x/x.csv")) is None for layout in SOURCE.layouts)


def test_codes_are_those_of_the_other_services_with_underscores(tmp_path: Path) -> None:
    codes = ("OE_5T8_40510", "MSEP_5T8_F", "26540", "X_PPP_02_FSGOV")
    found = by_row(landed(tmp_path, *[row(code=code) for code in codes]), "indicator", "counterpart_area", "source_indicator")
    assert found == {
        1: ("outbound_students", "_T", "OE_5T8_40510"),
        2: ("inbound_rate", "_T", "MSEP_5T8_F"),
        3: ("inbound_students", "KAZ", "26540"),
        4: ("unesco_uis:X.PPP.02.FSGOV", "_T", "X_PPP_02_FSGOV"),
    }


LOCATIONS = {
    "KAZ": "KAZ",
    "ANT": "ANT",
    "XDN": "uis:XDN",
    "40510": "WLD",
    "40500": "uis:UIS: North America and Western Europe",
    "40505": "uis:UIS: Central Asia",
    "40515": "uis:UIS: East Asia and the Pacific",
    "40520": "uis:UIS: Latin America and the Caribbean",
    "40525": "uis:UIS: Arab States",
    "40530": "uis:UIS: Central and Eastern Europe",
    "40535": "uis:UIS: South and West Asia",
    "40540": "uis:UIS: Sub-Saharan Africa",
    "40550": "uis:40550",
}


def test_regions_have_the_codes_the_newer_services_give_them(tmp_path: Path) -> None:
    outcome = landed(tmp_path, *[row(location=location) for location in LOCATIONS])
    assert dict(outcome.valid["observations"].select("source_area", "ref_area").iter_rows()) == LOCATIONS
    names = dict(outcome.area_names.iter_rows())
    assert names["uis:UIS: Central Asia"] == "UIS: Central Asia"
    assert names["uis:40550"] == "as UIS names it"
    assert "WLD" not in names


@pytest.mark.parametrize("location", ["", "4051", "405100", "KZ", "ZZZ", "WLD", "Kazakhstan", "uis:40510"])
def test_an_unknown_location_goes_to_quarantine(tmp_path: Path, location: str) -> None:
    assert landed(tmp_path, row(location=location)).failures["rule"].to_list() == ["known_area"]


# Flag Codes, Value -> obs_status, obs_value
FLAGS = [
    ("", "7", "A", 7.0),
    ("", "", "O", None),
    ("‡", "7.25", "E", 7.25),
    ("+", "7", "E", 7.0),
    ("a", "", "M", None),
    ("a", "0", "M", None),
    ("n", "", "N", 0.0),
    ("n", "0", "N", 0.0),
    ("n‡", "", "N", 0.0),
    ("‡,n", "", "N", 0.0),
    ("a | +", "", "M", None),
    ("…", "", "O", None),
]


@pytest.mark.parametrize(("flag", "value", "status", "number"), FLAGS)
def test_flags_are_typed_and_kept(tmp_path: Path, flag: str, value: str, status: str, number: float | None) -> None:
    found = by_row(landed(tmp_path, row(value, flag)), "obs_status", "obs_value", "source_status")
    assert found == {1: (status, number, flag)}


@pytest.mark.parametrize(
    ("flag", "value", "rule"),
    [
        ("?", "7", "known_obs_status"),
        ("x", "7", "known_obs_status"),
        ("an", "", "known_obs_status"),
        ("‡+", "7", "known_obs_status"),
        ("‡‡", "7", "known_obs_status"),
        ("A", "7", "known_obs_status"),
        ("…", "7", "known_obs_status"),
        ("NA", "", "known_obs_status"),
        ("‡", "", "value_matches_status"),
        ("+", "", "value_matches_status"),
        ("a", "7", "value_matches_status"),
        ("", "NA", "value_is_number"),
    ],
)
def test_a_flag_nobody_declared_or_a_value_it_contradicts_goes_to_quarantine(
    tmp_path: Path, flag: str, value: str, rule: str
) -> None:
    (failure,) = landed(tmp_path, row(value, flag)).failures.to_dicts()
    assert failure["rule"] == rule
    assert f"'{flag}'" in failure["reason"] or f"'{value}'" in failure["reason"]


def test_a_flag_that_has_its_text_only_goes_to_quarantine(tmp_path: Path) -> None:
    *others, _ = row("7", "")
    (failure,) = landed(tmp_path, (*others, "UIS Estimation")).failures.to_dicts()
    assert failure["rule"] == "known_obs_status"
    assert "UIS Estimation" in failure["reason"]


def test_two_columns_that_differ_about_the_year_go_to_quarantine(tmp_path: Path) -> None:
    (failure,) = landed(tmp_path, row(year="2017", again="2018")).failures.to_dicts()
    assert failure["rule"] == "known_period"
    assert "'2017 or 2018'" in failure["reason"]


def test_the_same_figures_mean_the_same_as_in_the_bulk_files(tmp_path: Path) -> None:
    magnitudes, qualifiers = {"": "", "a": "NA", "n": "NIL"}, {"": "", "‡": "UIS_EST", "+": "NAT_EST"}
    flags = list(enumerate(itertools.product(magnitudes, qualifiers), start=2000))
    stat = landed(tmp_path, *[row("" if m else "7", m + q, year=str(year)) for year, (m, q) in flags])
    lines = [f"26637,KAZ,{year},{0 if m else 7},{magnitudes[m]},{qualifiers[q]}" for year, (m, q) in flags]
    path = tmp_path / "OPRI_DATA_NATIONAL.csv"
    path.write_text("\n".join(["INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER", *lines]), encoding="utf-8")
    raw = RawFile(path, "unesco_uis/2019-05/OPRI_DATA_NATIONAL.csv")
    (part,) = next(parts for layout in SOURCE.layouts if (parts := layout.parts(raw)) is not None)
    (batch,) = part.records()
    other = Validator(part, raw.raw_file, FoundRelease(SOURCE.id, "2019-05", ())).validate(batch.records)
    same = ("indicator", "ref_area", "time_period", "obs_value", "obs_status", "unit_measure")
    assert by_row(stat, *same) == by_row(other, *same)
    assert stat.valid["observations"].height == 9
