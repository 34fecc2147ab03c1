"""SDMX-CSV in all its forms is read alike: versions, labels, order of columns, actions.

Here: the format, on files written by its rules; a library of SDMX's own reads the same text as a check. Not here: what a
figure's components mean (`test_sdmx_csv_values`), or a publisher's codes (`test_oecd`, `test_eurostat`).
"""

import csv
import io
import string
from pathlib import Path

import pytest
import sdmx
import sdmx.reader.csv
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sdmx.model import v30

from edumig_pipeline.sources.oecd import SOURCE
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import RefusedError
from edumig_pipeline.sources.sdmx_csv import read_header
from tests.unit.sdmx_csv_files import (
    ATTRIBUTES,
    DIMENSIONS,
    FIGURE,
    FORMS,
    Form,
    landed,
    observed,
    part_of,
    text_of,
)

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
