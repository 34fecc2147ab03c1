"""Every rule of observations is seen in quarantine, with its reason and the row as read, as a user finds it there.

Here: crafted candidates completed as in a refresh; bounds, periods, statuses, areas, and UIS's values that are texts. Not here:
the rules of other tables (`test_rules`), or how a publisher's file becomes candidate rows.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from edumig_pipeline.ingest.inventory import FoundRelease
from edumig_pipeline.ingest.validation import Outcome, Validator
from edumig_pipeline.model.catalogue import table
from edumig_pipeline.model.checks import rules_of
from edumig_pipeline.model.indicators import harmonised
from edumig_pipeline.sources.layout import Part
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.unesco_uis.source import SOURCE as UIS

Row = dict[str, Any]

RELEASE = FoundRelease("unesco_uis", "2026-02", ())
RAW_FILE = "unesco_uis/2026-02/data.csv"
CANDIDATE: Row = {
    "indicator": "outbound_ratio",
    "ref_area": "KAZ",
    "counterpart_area": "_T",
    "sex": "_T",
    "breakdown": "_T",
    "time_period": "2019",
    "obs_value": 12.5,
    "obs_status": "A",
    "source_status": "|",
    "unit_measure": "PT",
    "source_indicator": "MOR.5T8.40510",
    "source_area": "KAZ",
    "raw_row": 1,
    "raw_column": None,
    "published_value": "12.5",
    "published_period": "2019",
    "undated": False,
    "area_name": None,
}
CANDIDATE_TYPES = {"obs_value": pl.Float64(), "raw_row": pl.Int32(), "undated": pl.Boolean()}
Tables = Mapping[str, list[Row]]


def candidates_of(rows: list[Row], records: pl.DataFrame) -> pl.DataFrame:
    """Crafted rows in place of a source's harmonising, numbered as the records are unless they say otherwise."""
    numbered = [{"raw_row": number} | row for number, row in zip(records["raw_row"], rows, strict=True)]
    return pl.DataFrame(numbered, schema={name: CANDIDATE_TYPES.get(name, pl.String()) for name in rows[0] | {"raw_row": 0}})


def records_like(texts: list[str]) -> pl.DataFrame:
    """Raw records of one column, value."""
    return pl.DataFrame(
        {
            "value": texts,
            "raw_row": pl.Series(range(1, len(texts) + 1), dtype=pl.Int32),
            "raw_column": pl.Series([None] * len(texts), dtype=pl.String),
            "exclusion": pl.Series([None] * len(texts), dtype=pl.String),
        }
    )


def outcome_of(
    tables: Tables, *, dataset: str = "data_browser", raw_file: str = RAW_FILE, release: FoundRelease = RELEASE
) -> Outcome:
    """What becomes of crafted rows; the raw record of row n says `raw n`."""
    height = len(next(iter(tables.values())))
    lands: dict[str, Callable[[pl.DataFrame], pl.DataFrame]] = {
        name: partial(candidates_of, rows) for name, rows in tables.items()
    }
    part = Part("", dataset, lands, lambda: iter(()))
    return Validator(part, raw_file, release).validate(records_like([f"raw {n}" for n in range(1, height + 1)]))


def observed(*changes: Row) -> Outcome:
    base = {name: value for name, value in CANDIDATE.items() if name != "raw_row"}
    return outcome_of({"observations": [base | change for change in changes]})


def test_good_candidates_land_complete() -> None:
    outcome = observed({}, {"time_period": "2020-S1"})
    assert outcome.failures.is_empty()
    rows = outcome.valid["observations"]
    assert rows.columns == list(table("observations").names)
    assert rows.select("source", "dataset", "release", "raw_file").unique().rows() == [
        ("unesco_uis", "data_browser", "2026-02", RAW_FILE)
    ]
    assert rows.select("period_start", "period_end").rows() == [
        (date(2019, 1, 1), date(2019, 12, 31)),
        (date(2020, 1, 1), date(2020, 6, 30)),
    ]


# For each rule: what breaks it in a candidate, and what the reason must show.
NONE: Any = None
QUARANTINED: list[tuple[str, Row, str]] = [
    ("has_indicator", {"indicator": None}, "indicator is missing"),
    ("has_ref_area", {"ref_area": None}, "ref_area is missing"),
    ("has_counterpart_area", {"counterpart_area": None}, "counterpart_area is missing"),
    ("has_sex", {"sex": None}, "sex is missing"),
    ("known_sex", {"sex": "T"}, "'T'"),
    ("has_breakdown", {"breakdown": None}, "breakdown is missing"),
    ("has_obs_status", {"obs_status": None}, "obs_status is missing"),
    ("known_obs_status", {"obs_status": "FOO"}, "'FOO'"),
    ("has_unit_measure", {"unit_measure": None}, "unit_measure is missing"),
    ("known_unit_measure", {"unit_measure": "KG"}, "'KG'"),
    ("has_source_indicator", {"source_indicator": None}, "source_indicator is missing"),
    ("has_raw_row", {"raw_row": None}, "raw_row is missing"),
    ("indicator_given", {"source_indicator": ""}, "names no indicator"),
    ("known_area", {"ref_area": "ABC", "source_area": "ABC"}, "'ABC'"),
    ("known_counterpart_area", {"counterpart_area": "ABC"}, "'ABC'"),
    ("breakdown_syntax", {"breakdown": "incident="}, "'incident='"),
    ("known_period", {"time_period": "2020-S3", "published_period": "2020-S3"}, "'2020-S3'"),
    ("value_is_number", {"obs_value": None, "published_value": "12,5"}, "'12,5'"),
    ("value_matches_status", {"obs_status": "M", "source_status": "NA|"}, "'12.5' does not go with status M ('NA|')"),
    ("within_bounds", {"obs_value": -0.5}, "-0.5"),
]
# A missing code obeys no rule that looks at it.
TOGETHER_IN_QUARANTINE = {
    "has_ref_area": {"known_area"},
    "has_counterpart_area": {"known_counterpart_area"},
    "has_breakdown": {"breakdown_syntax"},
    "has_source_indicator": {"indicator_given"},
}


@pytest.mark.parametrize(
    ("rule", "change", "shown"), [pytest.param(*case, id=f"{case[0]}-{'-'.join(case[1])}") for case in QUARANTINED]
)
def test_a_bad_observation_goes_to_quarantine_with_rule_reason_and_raw_row(rule: str, change: Row, shown: str) -> None:
    outcome = observed({}, change, {})
    (failure,) = outcome.failures.to_dicts()
    together = {rule} | TOGETHER_IN_QUARANTINE.get(rule, set())
    said = failure["reason"].split("; ")
    assert failure["rule"] in together
    assert failure["rule"] == said[0].partition(":")[0]
    assert {sentence.partition(":")[0] for sentence in said} <= together
    assert any(sentence.startswith(f"{rule}: ") and shown in sentence for sentence in said)
    assert failure["raw_file"] == RAW_FILE
    assert failure["raw_row"] == 2
    assert json.loads(failure["raw_row_json"]) == {"value": "raw 2"}
    assert outcome.valid["observations"]["raw_row"].to_list() == [1, 3]


@pytest.mark.parametrize(
    ("rule", "given"),
    [
        ("has_source", {"release": FoundRelease(NONE, "2026-02", ())}),
        ("has_release", {"release": FoundRelease("unesco_uis", NONE, ())}),
        ("has_dataset", {"dataset": NONE}),
        ("has_raw_file", {"raw_file": NONE}),
    ],
)
def test_no_observation_lands_without_where_it_is_from(rule: str, given: dict[str, Any]) -> None:
    outcome = outcome_of({"observations": [{n: v for n, v in CANDIDATE.items() if n != "raw_row"}]}, **given)
    assert outcome.failures["rule"].to_list() == [rule]
    assert outcome.valid["observations"].is_empty()


def test_every_rule_of_observations_was_seen_in_quarantine() -> None:
    constants = {"has_source", "has_release", "has_dataset", "has_raw_file"}
    declared_fixes = {"correction_expected"}  # see tests/pipeline/test_corrections.py
    assert {case[0] for case in QUARANTINED} | constants | declared_fixes == {
        rule.name for rule in rules_of(table("observations"))
    }


def test_a_row_that_breaks_several_rules_names_each_and_counts_once() -> None:
    outcome = observed({"sex": "X", "ref_area": "ABC", "source_area": "ABC", "time_period": "1949", "published_period": "1949"})
    (failure,) = outcome.failures.to_dicts()
    assert failure["rule"] == "known_sex"
    assert [sentence.partition(":")[0] for sentence in failure["reason"].split("; ")] == [
        "known_sex",
        "known_area",
        "known_period",
    ]


def test_a_row_without_indicator_and_one_without_published_code_are_both_found() -> None:
    outcome = observed({"indicator": None}, {}, {"source_indicator": ""})
    assert outcome.failures["raw_row"].to_list() == [1, 3]
    assert outcome.valid["observations"]["raw_row"].to_list() == [2]


CLAIM: Row = {
    "claim_id": "kz-01",
    "section": "Introduction",
    "reference": None,
    "cited": None,
    "statement": "Something is said.",
    "definition": "students",
    "indicator": "outbound_students",
    "ref_area": "KAZ",
    "counterpart_area": "_T",
    "sex": "_T",
    "breakdown": "_T",
    "time_period": "2019",
    "claimed_value": "1",
    "unit_measure": "PS",
    "comparator": "eq",
    "printed": "1",
    "published_value": "1",
}


def test_a_row_of_two_tables_lands_in_both_or_in_none() -> None:
    observation = {name: value for name, value in CANDIDATE.items() if name != "raw_row"}
    outcome = outcome_of(
        {
            "claims": [CLAIM, CLAIM | {"statement": ""}, CLAIM],
            "observations": [observation, observation, observation | {"ref_area": "ABC"}],
        }
    )
    assert outcome.failures.select("raw_row", "rule").rows() == [(2, "statement_given"), (3, "known_area")]
    assert outcome.valid["claims"]["raw_row"].to_list() == [1]
    assert outcome.valid["observations"]["raw_row"].to_list() == [1]


def test_bad_rows_of_both_tables_are_found_where_they_break_rules_of_the_same_name() -> None:
    observation = {name: value for name, value in CANDIDATE.items() if name != "raw_row"}
    outcome = outcome_of(
        {"claims": [CLAIM | {"sex": "X"}, CLAIM, CLAIM], "observations": [observation, observation | {"sex": "X"}, observation]}
    )
    assert outcome.failures.select("raw_row", "rule").rows() == [(1, "known_sex"), (2, "known_sex")]
    assert outcome.valid["claims"]["raw_row"].to_list() == [3]
    assert outcome.valid["observations"]["raw_row"].to_list() == [3]


def test_a_row_bad_in_both_tables_says_so_once() -> None:
    observation = {name: value for name, value in CANDIDATE.items() if name != "raw_row"}
    outcome = outcome_of({"claims": [CLAIM | {"sex": "X"}], "observations": [observation | {"sex": "X"}]})
    assert outcome.failures["reason"].to_list() == ["known_sex: sex 'X' is not one of _T, F, M"]


# Bounds, periods, statuses and areas


def rules_broken(changes: Sequence[Row]) -> list[list[str]]:
    """For each changed candidate the rules it breaks, in the order of the reason."""
    failures = {row["raw_row"]: row["reason"] for row in observed(*changes).failures.to_dicts()}
    return [
        [sentence.partition(":")[0] for sentence in failures[number].split("; ")] if number in failures else []
        for number in range(1, len(changes) + 1)
    ]


VALUES: dict[tuple[str, float], list[str]] = {
    ("outbound_ratio", 250.0): [],
    ("outbound_ratio", -0.1): ["within_bounds"],
    ("inbound_rate", 100.0): [],
    ("inbound_rate", 100.1): ["within_bounds"],
    ("inbound_rate", 0.0): [],
    ("net_flow_students", -5.0): [],
    ("net_flow_ratio", -5.0): [],
    ("inbound_students", 0.0): [],
    ("inbound_students", -1.0): ["within_bounds"],
    ("inbound_students_change", -45.0): [],
    ("unesco_uis:26474", -1.0): [],
}


def test_values_stay_within_the_bounds_of_their_indicator() -> None:
    broken = rules_broken([{"indicator": indicator, "obs_value": value} for indicator, value in VALUES])
    assert dict(zip(VALUES, broken, strict=True)) == VALUES


def test_the_reason_names_the_bounds() -> None:
    (reason,) = observed({"indicator": "inbound_rate", "obs_value": 100.1}).failures["reason"]
    assert reason == "within_bounds: value 100.1 lies outside the bounds of inbound_rate: [0.0, 100.0]"


def test_the_declared_bounds_themselves_are_fine_and_a_step_beyond_is_not() -> None:
    expected: dict[tuple[str, float], list[str]] = {}
    for indicator, low, high in harmonised().select("indicator", "lower_bound", "upper_bound").iter_rows():
        expected[indicator, -1e12 if low is None else low] = []
        expected[indicator, 1e12 if high is None else high] = []
        if low is not None:
            expected[indicator, low - 1e-6] = ["within_bounds"]
        if high is not None:
            expected[indicator, high + 1e-6] = ["within_bounds"]
    broken = rules_broken([{"indicator": indicator, "obs_value": value} for indicator, value in expected])
    assert dict(zip(expected, broken, strict=True)) == expected


def test_counts_rates_and_balances_have_the_bounds_of_the_contract() -> None:
    signed = ("balance", "change")
    for indicator, kind, low, high in harmonised().select("indicator", "kind", "lower_bound", "upper_bound").iter_rows():
        bounds = (
            (None, None) if kind in signed or indicator == "net_flow_ratio" else (0, 100 if kind in ("rate", "share") else None)
        )
        assert (low, high) == bounds, indicator


PERIODS = {
    "1949": False,
    "1950": True,
    "2100": True,
    "2101": False,
    "1949-12-31": False,
    "1950-01-01": True,
    "2100-S2": True,
    "1949/1951": False,
    "2099/2101": False,
    "2011/2020": True,
    "2020/2011": False,
    "2020-02-29": True,
    "2020-02-30": False,
    "0000": False,
    "": False,
    "2019 ": False,
    "19": False,
}


def test_periods_within_1950_and_2100_are_known() -> None:
    broken = rules_broken([{"time_period": period, "published_period": period} for period in PERIODS])
    assert dict(zip(PERIODS, broken, strict=True)) == {
        period: [] if known else ["known_period"] for period, known in PERIODS.items()
    }


def test_the_reason_names_the_period_as_published() -> None:
    (reason,) = observed({"time_period": "1949", "published_period": "1949 (old)"}).failures["reason"]
    assert reason == "known_period: time period '1949 (old)' is no period within 1950–2100"


def test_only_an_undated_statement_may_lack_its_period() -> None:
    broken = rules_broken([{"time_period": None, "undated": True}, {"time_period": None, "undated": False}])
    assert broken == [[], ["known_period"]]


@pytest.mark.parametrize("status", ["K", "L", "M", "O", "Q"])
def test_a_status_without_a_number_goes_with_no_number(status: str) -> None:
    broken = rules_broken(
        [
            {"obs_status": status, "obs_value": None, "published_value": ""},
            {"obs_status": status, "obs_value": 5.0, "published_value": "5"},
            {"obs_status": status, "obs_value": 0.0, "published_value": "0"},
        ]
    )
    assert broken == [[], ["value_matches_status"], ["value_matches_status"]]


@pytest.mark.parametrize("status", ["A", "E", "N", "U", "W"])
def test_a_status_with_a_number_needs_one(status: str) -> None:
    broken = rules_broken(
        [
            {"obs_status": status, "obs_value": 0.0, "published_value": "0"},
            {"obs_status": status, "obs_value": None, "published_value": ""},
        ]
    )
    assert broken == [[], ["value_matches_status"]]


def test_known_areas_land_and_unknown_ones_do_not() -> None:
    known = ["KAZ", "NAM", "ANT", "SUN", "WLD", "KZ-75", "uis:SDG: Asia", "desa:947"]
    unknown = ["_T", "ABC", "kaz", "KAZ ", "", "KZ-99", "uis:", "foo:Asia", "398", "World"]
    broken = rules_broken([{"ref_area": area, "source_area": area} for area in known + unknown])
    assert broken == [[]] * len(known) + [["known_area"]] * len(unknown)


# Texts where UIS has its values


def uis_outcome(folder: Path, *fields: str) -> Outcome:
    """What becomes of UIS records of indicator 26637, Kazakhstan; fields are value,qualifier,magnitude."""
    path = folder / "data.csv"
    lines = [f"26637,KAZ,{2000 + n},{field}" for n, field in enumerate(fields)]
    text = "\n".join(["indicatorId,geoUnit,year,value,qualifier,magnitude", *lines, ""])
    path.write_text(text, encoding="utf-8")
    raw = RawFile(path, RAW_FILE)
    (parts,) = [found for layout in UIS.layouts if (found := layout.parts(raw)) is not None]
    (part,) = parts
    (batch,) = part.records()
    return Validator(part, RAW_FILE, RELEASE).validate(batch.records)


NO_NUMBERS = (
    "NaN",
    "nan",
    "inf",
    "-Infinity",
    "1e400",
    "-1e400",
    "１２",
    "12,5",
    "0x1F",
    "1_000",
    "1 000",
    "12%",
    "--5",
    "e5",
    "NA",
)


def test_a_uis_value_that_is_no_finite_number_goes_to_quarantine(tmp_path: Path) -> None:
    outcome = uis_outcome(tmp_path, "7,,", *(f'"{text}",,' for text in NO_NUMBERS))
    assert outcome.valid["observations"].select("raw_row", "obs_value").rows() == [(1, 7.0)]
    for number, (text, failure) in enumerate(zip(NO_NUMBERS, outcome.failures.to_dicts(), strict=True), start=2):
        assert (failure["raw_row"], failure["rule"]) == (number, "value_is_number")
        assert failure["reason"] == f"value_is_number: value '{text}' is not a finite number"
        assert json.loads(failure["raw_row_json"])["value"] == text


def test_a_uis_value_that_is_no_number_is_not_lost_behind_a_magnitude(tmp_path: Path) -> None:
    outcome = uis_outcome(tmp_path, "many,,NA", "NaN,,SUPP", "12;5,,INCLUDED")
    assert outcome.valid["observations"].is_empty()
    assert [json.loads(row)["value"] for row in outcome.failures["raw_row_json"]] == ["many", "NaN", "12;5"]


def test_a_blank_uis_value_is_missing_where_nothing_says_more(tmp_path: Path) -> None:
    outcome = uis_outcome(tmp_path, ",,")
    assert outcome.valid["observations"].select("obs_value", "obs_status").rows() == [(None, "O")]


def test_a_blank_uis_value_whose_flag_promises_a_number_goes_to_quarantine(tmp_path: Path) -> None:
    outcome = uis_outcome(tmp_path, ",UIS_EST,", ",NAT_EST,", ",,NIL", ",,INCLUDES", ",,LOWREL")
    assert outcome.failures["rule"].to_list() == ["value_matches_status"] * 5


def test_a_uis_value_that_is_a_number_lands(tmp_path: Path) -> None:
    numbers = {"0": 0.0, "12.5": 12.5, " 12 ": 12.0, "1e5": 100_000.0, "-0": 0.0, "+5": 5.0, ".5": 0.5}
    outcome = uis_outcome(tmp_path, *(f"{text},," for text in numbers))
    assert outcome.valid["observations"]["obs_value"].to_list() == list(numbers.values())
