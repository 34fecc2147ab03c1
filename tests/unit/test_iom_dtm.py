"""DTM's replies and HDX's CSV of them: figures, areas, what splits them, and replies that are none.

Here: what a record becomes, up to quarantine, in small replies in the API's layout. Not here: whole replies.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.iom_files import Landed, landed, refusal, write, write_json

Record = dict[str, Any]

COUNTRY: Record = {
    "operation": "Haiti Earthquake",
    "admin0Name": "Haiti",
    "admin0Pcode": "HTI",
    "numPresentIdpInd": 6683,
    "reportingDate": "2010-11-30T00:00:00",
    "yearReportingDate": 2010,
    "monthReportingDate": 11,
    "roundNumber": 1,
    "displacementReason": "Natural disaster",
    "numberMales": 3125,
    "numberFemales": 3558,
    "idpOriginAdmin1Name": "Not available",
    "idpOriginAdmin1Pcode": "Not available",
    "assessmentType": "SA",
}
ADMIN1: Record = {"id": 33176, **COUNTRY, "admin1Name": "Ouest", "admin1Pcode": "HT01"}
ADMIN2: Record = {**ADMIN1, "admin2Name": "Gressier", "admin2Pcode": "HT0116"}
SINCE_V3 = ("displacementReason", "numberMales", "numberFemales", "idpOriginAdmin1Name", "idpOriginAdmin1Pcode")
BREAKDOWN = "assessment=SA;operation=Haiti Earthquake;origin=Not available;reason=Natural disaster;round=1"


def envelope(*records: Record, **said: object) -> Record:
    """A reply as the API writes it."""
    count = {"totalRecordsCount": len(records)}
    return {"result": list(records), "statusCode": 200, "isSuccess": True, "errorMessages": [], **count, **said}


def reply(folder: Path, *records: Record) -> Landed:
    return landed(write_json(folder / "reply.json", envelope(*records)))


def refused(folder: Path, value: object) -> str:
    return refusal(write_json(folder / "reply.json", value))


def v2(record: Record) -> Record:
    return {name: value for name, value in record.items() if name not in SINCE_V3}


# Replies


@pytest.mark.parametrize(
    ("record", "area", "name"), [(COUNTRY, "HTI", "Haiti"), (ADMIN1, "iom:HT01", "Ouest"), (ADMIN2, "iom:HT0116", "Gressier")]
)
def test_a_record_is_an_observation_for_each_of_its_figures(tmp_path: Path, record: Record, area: str, name: str) -> None:
    found = reply(tmp_path, record)
    assert (found.layout, found.dataset, found.read.height) == ("iom_dtm_api", "dtm", 3)
    columns = ("ref_area", "sex", "obs_value", "raw_row", "raw_column", "source_indicator", "breakdown", "time_period")
    assert found.rows(*columns) == [
        (area, sex, value, 1, column, column, BREAKDOWN, "2010-11-30")
        for sex, value, column in (("_T", 6683, "numPresentIdpInd"), ("M", 3125, "numberMales"), ("F", 3558, "numberFemales"))
    ]
    assert set(found.rows("indicator", "unit_measure", "obs_status", "counterpart_area", "source_area")) == {
        ("internally_displaced_persons", "PS", "A", "_T", area.removeprefix("iom:"))
    }
    assert found.area_names == ({area: name} if ":" in area else {})


def test_a_figure_that_is_null_is_a_blank_cell_and_no_record(tmp_path: Path) -> None:
    found = reply(tmp_path, {**COUNTRY, "numberMales": None, "numberFemales": None})
    assert found.values == [6683]
    assert found.read["exclusion"].to_list() == [None]


def test_replies_of_api_v2_are_read_too(tmp_path: Path) -> None:
    found = reply(tmp_path, {"id": 1, **v2(COUNTRY)})
    assert found.rows("obs_value", "breakdown") == [(6683, "assessment=SA;operation=Haiti Earthquake;round=1")]


def test_what_splits_a_figure_cannot_be_mistaken_for_the_split_itself(tmp_path: Path) -> None:
    odd = {**COUNTRY, "operation": "50% = half; more", "displacementReason": " Conflict; Natural disaster ", "roundNumber": 0}
    found = reply(tmp_path, odd)
    assert {breakdown for (breakdown,) in found.rows("breakdown")} == {
        "assessment=SA;operation=50%25 %3D half%3B more;origin=Not available;reason=Conflict%3B Natural disaster;round=0"
    }


def test_the_reason_keeps_the_case_it_was_published_in(tmp_path: Path) -> None:
    found = reply(tmp_path, {**COUNTRY, "displacementReason": "conflict"}, {**COUNTRY, "displacementReason": "Conflict"})
    assert len({breakdown for (breakdown,) in found.rows("breakdown")}) == 2


def test_an_origin_goes_by_its_code_or_where_it_has_none_by_its_name(tmp_path: Path) -> None:
    named = {"idpOriginAdmin1Name": "Baghlan"}
    found = reply(tmp_path, {**COUNTRY, **named, "idpOriginAdmin1Pcode": "AF09"}, {**COUNTRY, **named})
    origins = [breakdown.split(";")[2] for breakdown, sex in found.rows("breakdown", "sex") if sex == "_T"]
    assert origins == ["origin=AF09", "origin=Baghlan"]


def test_what_else_a_record_says_hangs_on_its_figures(tmp_path: Path) -> None:
    origin = {"idpOriginAdmin1Name": "Baghlan", "idpOriginAdmin1Pcode": "AF09"}
    assert set(reply(tmp_path, {**COUNTRY, **origin}).remarks["footnote"]) == {'{"idpOriginAdmin1Name":"Baghlan"}'}
    assert set(reply(tmp_path, ADMIN2).remarks["footnote"]) == {
        '{"id":"33176","admin0Name":"Haiti","admin0Pcode":"HTI","admin1Name":"Ouest","admin1Pcode":"HT01"}'
    }
    assert reply(tmp_path, COUNTRY).remarks.is_empty()


BAD = [
    ({"numPresentIdpInd": -1}, "within_bounds"),
    ({"numPresentIdpInd": "many"}, "value_is_number"),
    ({"reportingDate": "30/11/2010"}, "known_period"),
    ({"reportingDate": None}, "known_period"),
    ({"yearReportingDate": 2011}, "known_period"),
    ({"monthReportingDate": 12}, "known_period"),
    ({"admin0Pcode": "HAI"}, "known_area"),
    ({"admin0Pcode": None}, "known_area"),
]


@pytest.mark.parametrize(("change", "rule"), BAD)
def test_a_bad_record_goes_to_quarantine(tmp_path: Path, change: Record, rule: str) -> None:
    found = reply(tmp_path, {**COUNTRY, "numberMales": None, "numberFemales": None, **change}, COUNTRY)
    assert found.broken == [(1, rule)]
    assert len(found.values) == 3


@pytest.mark.parametrize("code", [None, "", "Not available"])
def test_a_place_without_a_code_is_not_taken_for_what_it_lies_in(tmp_path: Path, code: str | None) -> None:
    found = reply(tmp_path, {**ADMIN2, "admin2Pcode": code})
    assert found.broken == [(1, "known_area")] * 3


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"isSuccess": False, "errorMessages": ["Invalid parameters", "Try again"]}, "Invalid parameters; Try again"),
        ({"isSuccess": False, "errorMessages": []}, "it gives no message"),
        ({"isSuccess": True, "errorMessages": ["Out of quota"], "result": []}, "Out of quota"),
        (envelope(COUNTRY, errorMessages=["Cut short"]), "Cut short"),
        (envelope(statusCode=500), "it gives no message"),
    ],
)
def test_a_call_that_failed_is_no_empty_reply(tmp_path: Path, said: Record, message: str) -> None:
    assert refused(tmp_path, said) == f"reply_succeeded: DTM answered that the call failed: {message}"


@pytest.mark.parametrize("said", [{"isSuccess": True, "result": []}, {"result": []}, envelope()])
def test_an_empty_reply_holds_no_rows(tmp_path: Path, said: Record) -> None:
    with pytest.raises(ValueError, match="empty"):
        landed(write_json(tmp_path / "reply.json", said))


def test_a_bare_result_is_a_reply(tmp_path: Path) -> None:
    assert landed(write_json(tmp_path / "reply.json", {"result": [COUNTRY]})).values == [6683, 3125, 3558]


def test_a_reply_that_lacks_records_it_counts_is_refused(tmp_path: Path) -> None:
    said = refused(tmp_path, envelope(COUNTRY, totalRecordsCount=133))
    assert said == "whole_reply: the reply says that it has 133 records, and has 1"


@pytest.mark.parametrize("result", [None, "none", {"data": []}, [1]])
def test_a_result_that_is_no_list_of_records_is_refused(tmp_path: Path, result: object) -> None:
    assert refused(tmp_path, {"isSuccess": True, "result": result}).startswith("known_layout: result is no list of records")


def test_broken_json_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "reply.json"
    path.write_text('{"result": [{"operation": ', encoding="utf-8")
    assert refusal(path).startswith("json_syntax")


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({name: value for name, value in COUNTRY.items() if name != "roundNumber"}, "that lacks roundNumber"),
        ({**ADMIN1, "households": 1}, "displacement/admin1 of v3 that has unexpected households"),
        ({**v2(COUNTRY), "numberMales": 1}, "displacement/admin0 of v2 that has unexpected numberMales"),
        (
            {("reason" if name == "displacementReason" else name): value for name, value in ADMIN2.items()},
            "displacement/admin2 of v3 that lacks displacementReason and has unexpected reason",
        ),
    ],
)
def test_fields_that_drift_are_named(tmp_path: Path, record: Record, said: str) -> None:
    reason = refused(tmp_path, envelope(record))
    assert reason.startswith("known_layout: records have the fields")
    assert said in reason
    assert "expected admin0Name, admin0Pcode" in reason


def test_records_that_differ_in_their_fields_are_named(tmp_path: Path) -> None:
    said = refused(tmp_path, envelope(COUNTRY, v2(COUNTRY)))
    assert said.startswith("known_layout: record 2 differs from the first in having, or not, displacementReason")


def test_other_json_is_no_reply(tmp_path: Path) -> None:
    assert "no layout of iom fits" in refused(tmp_path, {"result": [], "source": "elsewhere"})


def test_the_country_list_names_areas(tmp_path: Path) -> None:
    found = reply(tmp_path, {"admin0Name": "Bahamas (the)", "admin0Pcode": "BHS"}, {"admin0Name": "Utopia", "admin0Pcode": "UTO"})
    assert found.rows("source_area", "label", "area", "parent_area", table="source_areas") == [
        ("BHS", "Bahamas (the)", "BHS", None)
    ]
    assert found.broken == [(2, "known_area")]


def test_the_operation_list_says_of_operations_whether_they_go_on(tmp_path: Path) -> None:
    place = {"admin0Name": "Haiti", "admin0Pcode": "HTI"}
    operation = {"operation": "Haiti Earthquake", "operationStatus": "Inactive", **place}
    found = reply(tmp_path, operation, {**operation, "operationStatus": None})
    columns = ("indicator", "ref_area", "breakdown", "time_period", "footnote_type", "footnote")
    assert found.rows(*columns, table="footnotes") == [
        ("internally_displaced_persons", "HTI", "operation=Haiti Earthquake", None, "Operation status", "Inactive")
    ]
    assert found.broken == [(2, "footnote_given")]


# The CSV of the Humanitarian Data Exchange

AREAS = ["admin0Name", "admin0Pcode", "admin1Name", "admin1Pcode", "admin2Name", "admin2Pcode"]
DATES = ["numPresentIdpInd", "reportingDate", "yearReportingDate", "monthReportingDate", "roundNumber"]
HDX = {
    15: ["id", "operation", *AREAS, *DATES, "assessmentType", "operationStatus"],
    16: ["id", "operation", *AREAS, "adminLevel", *DATES, "assessmentType", "operationStatus"],
    21: ["id", "operation", *AREAS, "adminLevel", *DATES, *SINCE_V3, "assessmentType", "operationStatus"],
}
ROWS = [{**record, "adminLevel": level, "operationStatus": "Active"} for level, record in enumerate((COUNTRY, ADMIN1, ADMIN2))]
every_width = pytest.mark.parametrize("width", HDX)


def table(folder: Path, header: list[str], *rows: Record, tags: bool = False) -> Path:
    lines = [["" if row.get(name) is None else str(row[name]) for name in header] for row in rows]
    return write(folder / "hdx.csv", header, [[f"#{name.lower()}" for name in header], *lines] if tags else lines)


@every_width
@pytest.mark.parametrize("tags", [True, False])
def test_levels_of_areas_are_told_apart(tmp_path: Path, width: int, *, tags: bool) -> None:
    found = landed(table(tmp_path, HDX[width], *ROWS, tags=tags))
    assert (found.layout, found.dataset) == (f"iom_dtm_hdx_{width}", "dtm")
    totals = [row for row in found.rows("ref_area", "obs_value", "raw_row", "sex") if row[-1] == "_T"]
    assert totals == [(area, 6683, n + tags, "_T") for n, area in enumerate(["HTI", "iom:HT01", "iom:HT0116"], start=1)]
    assert len(found.values) == (9 if width == 21 else 3)
    assert found.read.filter(found.read["exclusion"] == "row of HXL tags").height == tags
    assert all('"operationStatus":"Active"' in note for note in found.remarks["footnote"])


def test_the_table_and_the_reply_say_the_same_of_the_same(tmp_path: Path) -> None:
    columns = ("indicator", "ref_area", "sex", "breakdown", "time_period", "obs_value", "source_indicator", "source_area")
    replied = [row for record in (COUNTRY, ADMIN1, ADMIN2) for row in reply(tmp_path, record).rows(*columns)]
    assert landed(table(tmp_path, HDX[21], *ROWS)).rows(*columns) == replied


@pytest.mark.parametrize(("level", "row"), [("0", 1), ("2", 1), ("1", 2), ("1", 0)])
def test_a_row_of_another_level_than_it_says_is_not_believed(tmp_path: Path, level: str, row: int) -> None:
    found = landed(table(tmp_path, HDX[16], {**ROWS[row], "adminLevel": level}))
    assert found.broken == ([(1, "known_area")] if level != str(row) else [])


@every_width
def test_a_column_that_drifts_is_named(tmp_path: Path, width: int) -> None:
    renamed = ["adm1Pcode" if name == "admin1Pcode" else name for name in HDX[width]]
    for header, said in (
        (HDX[width][:-1], "lacks operationStatus"),
        ([*HDX[width], "note"], "unexpected note"),
        (renamed, "lacks admin1Pcode and has unexpected adm1Pcode"),
    ):
        assert said in refusal(table(tmp_path, header, *ROWS))
