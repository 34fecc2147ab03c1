"""SDMX-CSV in all its forms is read alike: versions, labels, order of columns, actions, flags, multipliers.

Here: the format and what SDMX means by its terms, on files written by its rules; a library of SDMX's own reads the same
text as a check. Not here: a publisher's codes (`test_oecd`, `test_eurostat`).
"""

import csv
import io
import itertools
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sdmx
import sdmx.reader.csv
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sdmx.model import v30

from edumig_pipeline.ingest.inventory import FoundRelease
from edumig_pipeline.ingest.validation import Outcome, Validator
from edumig_pipeline.sources.layout import Part
from edumig_pipeline.sources.oecd import SOURCE
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import RefusedError
from edumig_pipeline.sources.sdmx_csv import read_header
from edumig_pipeline.sources.sdmx_terms import Flags

FLOW = "OECD.EDU:DSD_S@DF_STUDENTS(1.1)"
DIMENSIONS = ("FREQ", "REF_AREA", "ORIGIN", "SEX", "AGE", "MEASURE", "UNIT_MEASURE")
ATTRIBUTES = ("OBS_STATUS", "CONF_STATUS", "UNIT_MULT")
NAMES = {
    "FREQ": "Frequency of observation",
    "REF_AREA": "Reference area",
    "ORIGIN": "Country of origin",
    "SEX": "Sex",
    "AGE": "Age",
    "MEASURE": "Measure",
    "UNIT_MEASURE": "Unit of measure",
    "TIME_PERIOD": "Time period",
    "OBS_VALUE": "Observation value",
    "OBS_STATUS": "Observation status",
    "CONF_STATUS": "Confidentiality status",
    "UNIT_MULT": "Unit multiplier",
}
# One figure as it is published.
FIGURE = {
    "FREQ": "A",
    "REF_AREA": "DEU",
    "ORIGIN": "KAZ",
    "SEX": "F",
    "AGE": "Y25T29",
    "MEASURE": "ENRL",
    "UNIT_MEASURE": "PS",
    "TIME_PERIOD": "2019",
    "OBS_VALUE": "127",
    "OBS_STATUS": "A",
    "CONF_STATUS": "F",
    "UNIT_MULT": "0",
}


@dataclass(frozen=True)
class Form:
    """A way to write SDMX-CSV."""

    version: int = 2
    labels: str = "none"  # none; name: a column of their own; blank: that column without a heading; both: behind the code
    lower: bool = False
    end: str = "\n"
    bom: bool = False
    delimiter: str = ","
    attributes: tuple[str, ...] = ATTRIBUTES
    action: bool = True


FORMS = [
    Form(version, labels, lower, end, bom, delimiter)
    for version, labels in ((1, "none"), (1, "both"), (2, "none"), (2, "name"), (2, "blank"), (2, "both"))
    for lower, (end, bom, delimiter) in itertools.product((False, True), (("\n", False, ","), ("\r\n", True, ";")))
]


def text_of(figures: Sequence[Mapping[str, str]], form: Form = Form()) -> str:
    """The figures as SDMX-CSV of this form; a figure may say its own STRUCTURE, STRUCTURE_ID and ACTION."""
    components = (*DIMENSIONS, "TIME_PERIOD", "OBS_VALUE", *form.attributes)
    apart = form.labels in ("name", "blank")
    if form.version == 1:
        leading = ["DATAFLOW", "LAST UPDATE"]
    else:
        leading = ["STRUCTURE", "STRUCTURE_ID", *(["STRUCTURE_NAME"] if apart else []), *(["ACTION"] if form.action else [])]
    header, rows = [*leading], [_leading(figure, leading, form) for figure in figures]
    for name in components:
        spelled = name.lower() if form.lower and name in DIMENSIONS else name
        header.append(f"{spelled}: {NAMES.get(name, name)}" if form.labels == "both" else spelled)
        for row, figure in zip(rows, figures, strict=True):
            said = figure.get(name, "")
            row.append(f"{said}: Label of {said}, or so" if form.labels == "both" and said and name != "OBS_VALUE" else said)
        if apart:
            header.append("" if form.labels == "blank" else NAMES.get(name, name))
            for row, figure in zip(rows, figures, strict=True):
                row.append("" if name in ("TIME_PERIOD", "OBS_VALUE") else f"Label of {figure.get(name, '')}")
    stream = io.StringIO()
    csv.writer(stream, delimiter=form.delimiter, lineterminator=form.end).writerows([header, *rows])
    return ("\ufeff" if form.bom else "") + stream.getvalue()


def _leading(figure: Mapping[str, str], leading: Sequence[str], form: Form) -> list[str]:
    flow = figure.get("STRUCTURE_ID", FLOW)
    said = {
        "DATAFLOW": f"{flow}: Students" if form.labels == "both" else flow,
        "LAST UPDATE": "22/05/26 11:00:00",
        "STRUCTURE": figure.get("STRUCTURE", "dataflow" if form.lower else "DATAFLOW"),
        "STRUCTURE_ID": f"{flow}: Students" if form.labels == "both" else flow,
        "STRUCTURE_NAME": "Students, by origin",
        "ACTION": figure.get("ACTION", "I"),
    }
    return [said[name] for name in leading]


def part_of(folder: Path, text: str) -> Part:
    path = folder / "download.csv"
    path.write_bytes(text.encode())
    (layout,) = SOURCE.layouts
    parts = layout.parts(RawFile(path, "oecd/2024/download.csv"))
    assert parts is not None
    (part,) = parts
    return part


def landed(folder: Path, text: str) -> Outcome:
    part = part_of(folder, text)
    (batch,) = part.records()
    kept = batch.records.filter(pl.col("exclusion").is_null())
    return Validator(part, "oecd/2024/download.csv", FoundRelease(SOURCE.id, "2024", ())).validate(kept)


def observed(folder: Path, *figures: Mapping[str, str], form: Form = Form()) -> list[dict[str, Any]]:
    """The observations the figures become; none may end elsewhere."""
    outcome = landed(folder, text_of([{**FIGURE, **figure} for figure in figures], form))
    assert outcome.failures.to_dicts() == []
    return outcome.valid["observations"].sort("raw_row").to_dicts()


def failed(folder: Path, **figure: str) -> dict[str, Any]:
    """The failure a figure becomes."""
    (failure,) = landed(folder, text_of([{**FIGURE, **figure}])).failures.to_dicts()
    return failure


# The forms


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_every_form_says_the_same(tmp_path: Path, form: Form) -> None:
    (found,) = observed(tmp_path, {}, form=form)
    assert {name: found[name] for name in ("source", "dataset", "indicator", "source_indicator", "raw_row", "raw_column")} == {
        "source": "oecd",
        "dataset": "dsd_s@df_students",
        "indicator": "oecd:DSD_S@DF_STUDENTS:ENRL",
        "source_indicator": "DSD_S@DF_STUDENTS:ENRL",
        "raw_row": 1,
        "raw_column": None,
    }
    assert (found["ref_area"], found["source_area"], found["counterpart_area"], found["sex"]) == ("DEU", "DEU", "KAZ", "F")
    assert (found["breakdown"], found["time_period"]) == ("age=Y25T29;freq=A;unit_measure=PS", "2019")
    assert (found["obs_value"], found["obs_status"], found["source_status"], found["unit_measure"]) == (127, "A", "A|F", "PS")


def test_columns_are_read_by_name_in_any_order_of_the_dimensions(tmp_path: Path) -> None:
    header, row = csv.reader(io.StringIO(text_of([FIGURE])))
    order = [2, 1, 0, *reversed(range(3, 3 + len(DIMENSIONS))), *range(3 + len(DIMENSIONS), len(header))]
    shuffled = "\n".join(",".join(line[i] for i in order) for line in (header, row)) + "\n"
    assert (
        landed(tmp_path, shuffled)
        .valid["observations"]
        .equals(landed(tmp_path, text_of([FIGURE])).valid["observations"], null_equal=True)
    )


def test_a_subfield_delimiter_in_the_first_heading_is_no_part_of_it(tmp_path: Path) -> None:
    text = text_of([FIGURE]).replace("STRUCTURE,", "STRUCTURE[;],", 1)
    assert landed(tmp_path, text).valid["observations"].height == 1


def test_a_file_without_action_informs(tmp_path: Path) -> None:
    assert len(observed(tmp_path, {}, form=Form(action=False))) == 1


def test_series_and_observation_keys_are_no_dimensions(tmp_path: Path) -> None:
    header, row = text_of([FIGURE]).splitlines()
    text = f"{header.replace('ACTION,', 'ACTION,SERIES_KEY,OBS_KEY,')}\n{row.replace(',I,', ',I,A.DEU,A.DEU.2019,')}\n"
    assert landed(tmp_path, text).valid["observations"]["breakdown"].to_list() == ["age=Y25T29;freq=A;unit_measure=PS"]


def test_a_file_of_nothing_but_a_header_holds_nothing(tmp_path: Path) -> None:
    assert list(part_of(tmp_path, text_of([])).records()) == []


def test_names_of_areas_are_taken_from_their_labels(tmp_path: Path) -> None:
    figure = {**FIGURE, "REF_AREA": "EU27_2020", "ORIGIN": "S_OTH"}
    names = landed(tmp_path, text_of([figure], Form(labels="name"))).area_names
    assert dict(names.iter_rows()) == {"oecd:EU27_2020": "Label of EU27_2020", "oecd:S_OTH": "Label of S_OTH"}
    names = landed(tmp_path, text_of([figure])).area_names
    assert dict(names.iter_rows()) == {"oecd:EU27_2020": "EU27_2020", "oecd:S_OTH": "S_OTH"}


# What is refused


def refusal(folder: Path, text: str) -> str:
    part = part_of(folder, text)
    with pytest.raises(RefusedError) as refused:
        list(part.records())
    assert refused.value.rule == "sdmx_csv"
    return refused.value.reason


@pytest.mark.parametrize("kind", ["datastructure", "dataprovision", ""])
def test_records_of_another_structure_are_refused(tmp_path: Path, kind: str) -> None:
    text = text_of([FIGURE, {**FIGURE, "STRUCTURE": kind}])
    assert refusal(tmp_path, text) == f"record 2 is of structure '{kind}', which is none of dataflow"


def test_a_file_of_two_dataflows_is_refused(tmp_path: Path) -> None:
    text = text_of([FIGURE, {**FIGURE, "STRUCTURE_ID": "OECD.EDU:DSD_S@DF_GRADUATES(1.1)"}])
    assert refusal(tmp_path, text).startswith("record 2 is of OECD.EDU:DSD_S@DF_GRADUATES(1.1), the first of OECD.EDU:DSD_S@DF_S")


def test_two_versions_of_a_dataflow_are_one(tmp_path: Path) -> None:
    assert len(observed(tmp_path, {}, {"STRUCTURE_ID": "OECD.EDU:DSD_S@DF_STUDENTS(1.2)", "TIME_PERIOD": "2020"})) == 2


def test_an_action_nobody_knows_is_refused(tmp_path: Path) -> None:
    assert "record 2 is of ACTION 'x'" in refusal(tmp_path, text_of([FIGURE, {**FIGURE, "ACTION": "X"}]))


def test_deleted_figures_are_left_out_and_counted(tmp_path: Path) -> None:
    text = text_of([{**FIGURE, "ACTION": action} for action in ("I", "D", "A", "R", "M")])
    (batch,) = part_of(tmp_path, text).records()
    assert batch.records["exclusion"].to_list() == [None, "deleted by the publisher (ACTION D)", None, None, None]


HEADER = [
    "STRUCTURE",
    "STRUCTURE_ID",
    "STRUCTURE_NAME",
    "ACTION",
    "REF_AREA",
    "Area",
    "TIME_PERIOD",
    "Time",
    "OBS_VALUE",
    "Value",
]


@pytest.mark.parametrize(
    ("headings", "message"),
    [
        ([h for h in HEADER if h != "Area"], "every second column holds labels, but column 6 is TIME_PERIOD"),
        ([h for h in HEADER if h not in ("TIME_PERIOD", "Time")], "TIME_PERIOD and OBS_VALUE are expected; the columns are"),
        ([h for h in HEADER if h not in ("OBS_VALUE", "Value")], "TIME_PERIOD and OBS_VALUE are expected; the columns are"),
        (["DATAFLOW", "REF_AREA", "Reference area", "TIME_PERIOD", "OBS_VALUE"], "is headed by no"),
        (["DATAFLOW", "sex", "Sex", "REF_AREA", "TIME_PERIOD", "OBS_VALUE"], "two columns are headed"),
        (["DATAFLOW", "REF_AREA", "", "", "TIME_PERIOD", "OBS_VALUE"], "two columns are headed by nothing"),
    ],
)
def test_a_header_that_does_not_go_by_the_format_is_refused(headings: list[str], message: str) -> None:
    with pytest.raises(RefusedError, match="sdmx_csv") as refused:
        read_header(headings)
    assert message in refused.value.reason


def test_a_file_without_the_area_it_is_about_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="no dimension is called ref_area; those before OBS_VALUE are freq, country, origin"):
        part_of(tmp_path, text_of([FIGURE]).replace("REF_AREA", "COUNTRY", 1))


def test_a_file_of_labels_without_codes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="column FREQ says 'Annual', which is no code of CL_FREQ"):
        part_of(tmp_path, text_of([{**FIGURE, "FREQ": "Annual", "REF_AREA": "Germany"}]))


@pytest.mark.parametrize(
    "text",
    [
        "FREQ,REF_AREA,TIME_PERIOD,OBS_VALUE\nA,DEU,2019,1\n",
        "STRUCTURE,REF_AREA,TIME_PERIOD,OBS_VALUE\ndataflow,DEU,2019,1\n",
        text_of([{**FIGURE, "STRUCTURE_ID": "ESTAT:EDUC_UOE_MOBS02(1.0)"}]),
        text_of([{**FIGURE, "STRUCTURE_ID": "OECDX:DF(1.0)"}]),
        text_of([{**FIGURE, "STRUCTURE_ID": "DF_STUDENTS"}]),
        "",
    ],
    ids=["no dataflow", "no id", "another agency", "an agency that begins alike", "no agency", "empty"],
)
def test_what_is_no_sdmx_csv_of_the_publisher_is_left_to_others(tmp_path: Path, text: str) -> None:
    path = tmp_path / "download.csv"
    path.write_text(text, encoding="utf-8")
    (layout,) = SOURCE.layouts
    assert layout.parts(RawFile(path, "oecd/2024/download.csv")) is None


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


# Read back

CODES = st.text(string.ascii_uppercase + string.digits + "_", min_size=1, max_size=8).filter(
    lambda code: code not in ("_T", "TOTAL")
)
LABELS = st.sampled_from(["none", "name", "blank", "both"])
VALUES = st.floats(allow_nan=False, allow_infinity=False).map(repr) | st.integers(-(10**15), 10**15).map(str)


@st.composite
def figures(draw: st.DrawFn) -> dict[str, str]:
    """A figure, or a reason why there is none."""
    missing = draw(st.booleans())
    return {
        **FIGURE,
        "AGE": draw(CODES),
        "MEASURE": draw(CODES),
        "SEX": draw(st.sampled_from("FM")),
        "TIME_PERIOD": str(draw(st.integers(1950, 2100))),
        "OBS_VALUE": "" if missing else draw(VALUES),
        "OBS_STATUS": draw(st.sampled_from("HKLMOQ" if missing else "ABDEFGIJNPSUVW")),
        "CONF_STATUS": draw(st.sampled_from(["", "F", "C"])),
    }


@settings(derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=st.lists(figures(), min_size=1, max_size=4), labels=LABELS, version=st.sampled_from([1, 2]), lower=st.booleans())
def test_what_is_written_is_read(
    tmp_path: Path, written: list[dict[str, str]], labels: str, version: int, *, lower: bool
) -> None:
    if version == 1 and labels in ("name", "blank"):
        version = 2
    found = observed(tmp_path, *written, form=Form(version, labels, lower))
    assert len(found) == len(written)
    for one, figure in zip(found, written, strict=True):
        assert one["obs_value"] == (float(figure["OBS_VALUE"]) if figure["OBS_VALUE"] else None)
        assert one["obs_status"] == figure["OBS_STATUS"]
        assert one["source_status"] == "|".join(filter(None, (figure["OBS_STATUS"], figure["CONF_STATUS"])))
        assert one["source_indicator"] == f"DSD_S@DF_STUDENTS:{figure['MEASURE']}"
        assert one["breakdown"] == f"age={figure['AGE']};freq=A;unit_measure=PS"
        assert (one["sex"], one["time_period"]) == (figure["SEX"], figure["TIME_PERIOD"])


# A second opinion


@pytest.mark.parametrize("labels", ["none", "name"])
def test_the_sdmx_library_reads_the_same(tmp_path: Path, labels: str) -> None:
    written = [
        {**FIGURE, "TIME_PERIOD": str(2010 + n), "OBS_VALUE": value, "OBS_STATUS": status, "AGE": age, "UNIT_MULT": ""}
        for n, (value, status, age) in enumerate([("127", "A", "_T"), ("1.5", "E", "Y20"), ("", "M", "Y20"), ("0", "N", "_T")])
    ]
    # The library takes the kind of structure in lower case only, as the format has it and OECD does not.
    text = text_of(written, Form(labels=labels)).replace("DATAFLOW,OECD", "dataflow,OECD")
    structure = v30.DataStructureDefinition(
        id="DSD_S",
        dimensions=v30.DimensionDescriptor(components=[v30.Dimension(id=name) for name in (*DIMENSIONS, "TIME_PERIOD")]),
        measures=v30.MeasureDescriptor(components=[v30.Measure(id="OBS_VALUE")]),
        attributes=v30.AttributeDescriptor(components=[v30.DataAttribute(id=name) for name in ATTRIBUTES]),
    )
    message = sdmx.reader.csv.Reader().convert(io.BytesIO(text.encode()), structure=structure)
    (data,) = message.data
    theirs = [
        (
            str(one.dimension["TIME_PERIOD"].value),
            str(one.dimension["AGE"].value),
            float(one.value) if one.value else None,
            one.attached_attribute["OBS_STATUS"].value,
        )
        for one in data.obs
    ]
    ours = [
        (
            one["time_period"],
            "_T" if "age=" not in one["breakdown"] else one["breakdown"].split(";")[0].removeprefix("age="),
            one["obs_value"],
            one["obs_status"],
        )
        for one in landed(tmp_path, text).valid["observations"].sort("raw_row").to_dicts()
    ]
    assert ours == theirs
