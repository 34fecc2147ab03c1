"""What SDMX-CSV says of a figure: multipliers, flags, confidentiality, components, periods, units, attributes.

Here: what SDMX means by its terms. Not here: the format (`test_sdmx_csv`) or a publisher's codes (`test_oecd`, `test_eurostat`).
"""

import itertools
import string
from pathlib import Path

import pytest

from edumig_pipeline.sources.sdmx_terms import Flags
from tests.unit.sdmx_csv_files import FIGURE, Form, failed, landed, observed, text_of

# Values


@pytest.mark.parametrize(
    ("value", "power", "expected"),
    [
        ("1.537", "3", 1537.0),
        ("4.35", "2", 435.0),
        ("1.005", "3", 1005.0),
        ("0.29", "2", 29.0),
        ("12", "", 12.0),
        ("12", "0", 12.0),
        ("1250", "-2", 12.5),
        ("1.5E3", "3", 1_500_000.0),
        ("-2e-1", "1", -2.0),
        (" 7 ", "+1", 70.0),
        ("0", "6", 0.0),
    ],
)
def test_the_multiplier_is_applied_and_rounds_nothing(tmp_path: Path, value: str, power: str, expected: float) -> None:
    (found,) = observed(tmp_path, {"OBS_VALUE": value, "UNIT_MULT": power})
    assert found["obs_value"] == expected


@pytest.mark.parametrize("value", ["many", "1,5", "1 234", "5e", "e5", "1E400", "Infinity", "12b"])
def test_what_is_no_number_goes_to_quarantine(tmp_path: Path, value: str) -> None:
    assert failed(tmp_path, OBS_VALUE=value)["rule"] == "value_is_number"


@pytest.mark.parametrize("power", ["thousands", "1.5", "100"])
def test_a_multiplier_that_is_no_power_of_ten_goes_to_quarantine(tmp_path: Path, power: str) -> None:
    failure = failed(tmp_path, UNIT_MULT=power)
    assert failure["rule"] == "value_is_number"
    assert f"'127 × 10^{power}'" in failure["reason"]


@pytest.mark.parametrize("value", ["", " ", "NaN", "nan", ":"])
def test_what_says_that_there_is_no_number_is_missing(tmp_path: Path, value: str) -> None:
    (found,) = observed(tmp_path, {"OBS_VALUE": value, "OBS_STATUS": "", "CONF_STATUS": ""})
    assert (found["obs_value"], found["obs_status"], found["source_status"]) == (None, "O", "")


# Flags


@pytest.mark.parametrize("status", "ABDEFGIJNPSUVW")
def test_a_value_has_the_status_its_flag_says(tmp_path: Path, status: str) -> None:
    (found,) = observed(tmp_path, {"OBS_STATUS": status, "CONF_STATUS": ""})
    assert (found["obs_value"], found["obs_status"], found["source_status"]) == (127, status, status)


@pytest.mark.parametrize("status", "HKLMOQ")
def test_a_missing_value_has_the_reason_its_flag_says(tmp_path: Path, status: str) -> None:
    (found,) = observed(tmp_path, {"OBS_VALUE": "", "OBS_STATUS": status})
    assert (found["obs_value"], found["obs_status"], found["source_status"]) == (None, status, f"{status}|F")


@pytest.mark.parametrize("status", "HKLMOQ")
def test_a_value_where_the_flag_says_there_is_none_goes_to_quarantine(tmp_path: Path, status: str) -> None:
    assert failed(tmp_path, OBS_STATUS=status)["rule"] == "value_matches_status"


@pytest.mark.parametrize("status", "ABDEFGINPUVW")
def test_no_value_where_the_flag_says_there_is_one_goes_to_quarantine(tmp_path: Path, status: str) -> None:
    assert failed(tmp_path, OBS_VALUE="", OBS_STATUS=status)["rule"] == "value_matches_status"


@pytest.mark.parametrize("status", "JS")
def test_derogations_and_strikes_are_reasons_for_a_missing_value_too(tmp_path: Path, status: str) -> None:
    (found,) = observed(tmp_path, {"OBS_VALUE": "", "OBS_STATUS": status, "CONF_STATUS": ""})
    assert (found["obs_status"], found["source_status"]) == ("O", status)


@pytest.mark.parametrize(("conf", "status"), [("C", "Q"), ("N", "Q"), ("D", "Q"), ("S", "Q"), ("P", "Q"), ("F", "O"), ("", "O")])
def test_a_missing_value_that_is_confidential_is_suppressed(tmp_path: Path, conf: str, status: str) -> None:
    (found,) = observed(tmp_path, {"OBS_VALUE": "NaN", "OBS_STATUS": "", "CONF_STATUS": conf})
    assert (found["obs_value"], found["obs_status"], found["source_status"]) == (None, status, f"|{conf}" if conf else "")


def test_a_value_stays_one_whatever_its_confidentiality(tmp_path: Path) -> None:
    (found,) = observed(tmp_path, {"OBS_STATUS": "E", "CONF_STATUS": "C"})
    assert (found["obs_value"], found["obs_status"], found["source_status"]) == (127, "E", "E|C")


def test_flags_in_several_columns_are_all_kept_and_the_one_that_says_most_counts(tmp_path: Path) -> None:
    form = Form(attributes=("OBS_STATUS", "OBS_STATUS_2", "OBS_STATUS_3", "CONF_STATUS"))
    found = observed(
        tmp_path,
        {"OBS_STATUS": "B", "OBS_STATUS_2": "E"},
        {"OBS_STATUS": "A", "OBS_STATUS_3": "D", "TIME_PERIOD": "2018"},
        {"OBS_STATUS": "P", "TIME_PERIOD": "2017", "CONF_STATUS": ""},
        form=form,
    )
    assert [(one["obs_status"], one["source_status"]) for one in found] == [("E", "B,E|F"), ("D", "A,,D|F"), ("P", "P")]


@pytest.mark.parametrize("flag", ["S2", "a", "AB", "X", "?"])
def test_a_flag_nobody_declared_goes_to_quarantine(tmp_path: Path, flag: str) -> None:
    failure = failed(tmp_path, OBS_STATUS=flag)
    assert failure["rule"] == "known_obs_status"
    assert f"'flag {flag}'" in failure["reason"]


def test_a_file_without_flags_has_plain_values(tmp_path: Path) -> None:
    found = observed(tmp_path, {}, {"OBS_VALUE": "", "TIME_PERIOD": "2018"}, form=Form(attributes=()))
    assert [(one["obs_status"], one["source_status"]) for one in found] == [("A", ""), ("O", "")]


def test_of_two_statuses_why_there_is_no_value_comes_first_and_what_to_compare_it_with_last() -> None:
    flags = Flags(statuses={letter: letter for letter in string.ascii_uppercase}, split=list, on_missing=())
    for first, later in itertools.combinations("KMQLHONWUEIFPGVSJDBA", 2):
        assert flags.status(later + first, missing=False) == first


# Components


@pytest.mark.parametrize(("sex", "expected"), [("_T", "_T"), ("T", "_T"), ("TOTAL", "_T"), ("_Z", "_T"), ("F", "F"), ("M", "M")])
def test_sexes_are_those_of_sdmx(tmp_path: Path, sex: str, expected: str) -> None:
    (found,) = observed(tmp_path, {"SEX": sex})
    assert found["sex"] == expected


def test_another_sex_goes_to_quarantine(tmp_path: Path) -> None:
    assert failed(tmp_path, SEX="DIFF")["rule"] == "known_sex"


@pytest.mark.parametrize("origin", ["_T", "TOTAL", "_Z"])
def test_all_origins_together_are_no_area(tmp_path: Path, origin: str) -> None:
    (found,) = observed(tmp_path, {"ORIGIN": origin})
    assert found["counterpart_area"] == "_T"


def test_totals_stand_apart_from_their_parts(tmp_path: Path) -> None:
    found = observed(tmp_path, {"AGE": "_T"}, {"AGE": "Y25T29"}, {"AGE": "_Z"})
    assert [one["breakdown"] for one in found] == [
        "freq=A;unit_measure=PS",
        "age=Y25T29;freq=A;unit_measure=PS",
        "age=_Z;freq=A;unit_measure=PS",
    ]


@pytest.mark.parametrize("code", ["", "A=B", "A;B"])
def test_a_code_that_no_breakdown_can_hold_goes_to_quarantine(tmp_path: Path, code: str) -> None:
    assert failed(tmp_path, AGE=code)["rule"] == "breakdown_syntax"


@pytest.mark.parametrize(
    ("period", "expected"), [("2019", "2019"), ("2019-A1", "2019"), ("2019-S1", "2019-S1"), ("2020-01-05", "2020-01-05")]
)
def test_periods_the_warehouse_knows(tmp_path: Path, period: str, expected: str) -> None:
    (found,) = observed(tmp_path, {"TIME_PERIOD": period})
    assert found["time_period"] == expected


@pytest.mark.parametrize("period", ["2019-Q1", "2019-W05", "", "2019-S3", "1066", "_T"])
def test_other_periods_go_to_quarantine(tmp_path: Path, period: str) -> None:
    assert failed(tmp_path, TIME_PERIOD=period)["rule"] == "known_period"


@pytest.mark.parametrize(("unit", "expected"), [("PS", "PS"), ("PT", "PT"), ("USD", "USD"), ("IX", "_X"), ("", None)])
def test_units_nobody_declared_are_not_specified_but_kept(tmp_path: Path, unit: str, expected: str | None) -> None:
    if expected is None:
        assert failed(tmp_path, UNIT_MEASURE=unit)["rule"] == "breakdown_syntax"
        return
    (found,) = observed(tmp_path, {"UNIT_MEASURE": unit})
    assert (found["unit_measure"], found["breakdown"]) == (expected, f"age=Y25T29;freq=A;unit_measure={unit}")


def test_what_attributes_say_becomes_footnotes(tmp_path: Path) -> None:
    figures = [
        {**FIGURE, "OBS_COMMENT": "Includes exchanges", "BASE_PER": "_Z", "DECIMALS": "0"},
        {**FIGURE, "TIME_PERIOD": "2018", "BASE_PER": "2015"},
    ]
    outcome = landed(tmp_path, text_of(figures, Form(attributes=("OBS_STATUS", "DECIMALS", "OBS_COMMENT", "BASE_PER"))))
    assert outcome.valid["observations"].height == 2
    said = outcome.remarks.select("time_period", "footnote_type", "footnote", "raw_row").rows()
    assert said == [("2019", "OBS_COMMENT", "Includes exchanges", 1), ("2018", "BASE_PER", "2015", 2)]
