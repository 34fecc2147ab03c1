"""Replies of UIS's interface read as UIS means them: records, footnotes, indicators, hints.

Here: what becomes of a JSON reply, up to quarantine. Not here: JSON itself, or the rules as such.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from edumig_pipeline.ingest.inventory import FoundRelease
from edumig_pipeline.ingest.validation import Outcome, Validator
from edumig_pipeline.sources.layout import Part
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import Batch, RefusedError
from edumig_pipeline.sources.unesco_uis.source import SOURCE

RECORD = {"indicatorId": "26637", "geoUnit": "KAZ", "year": 2019, "value": 1.50, "magnitude": None, "qualifier": "UIS_EST"}
NOTE = {"type": "Source", "subtype": "Data sources", "value": "UIS Education Survey"}
LABEL = {"indicatorCode": "26637", "name": "Total inbound", "theme": "EDUCATION", "glossaryTerms": [{"termId": 3242}]}
HINT = {"code": "UIS::HINT::003", "message": "The geoUnit could not be found, XXX"}


def reply(*records: object, **more: object) -> dict[str, object]:
    return {"hints": [], "records": list(records), "indicatorMetadata": [], **more}


def parts(folder: Path, content: object) -> tuple[str, dict[str, Part]]:
    path = folder / "reply.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1), encoding="utf-8")
    raw = RawFile(path, "unesco_uis/2026-02/reply.json")
    found = [(layout.name, parts) for layout in SOURCE.layouts if (parts := layout.parts(raw)) is not None]
    if not found:
        return "", {}
    ((name, its_parts),) = found
    return name, {part.member: part for part in its_parts}


def read(part: Part) -> tuple[Batch, Outcome]:
    (batch,) = part.records()
    raw_file = f"unesco_uis/2026-02/reply.json{part.member}"
    return batch, Validator(part, raw_file, FoundRelease(SOURCE.id, "2026-02", ())).validate(batch.records)


def rows(outcome: Outcome, table: str, *columns: str) -> list[tuple[Any, ...]]:
    return outcome.valid[table].select(columns).rows()


def test_records_are_observations(tmp_path: Path) -> None:
    nil = {**RECORD, "geoUnit": "UIS: World", "value": 0, "magnitude": "NIL", "qualifier": None, "year": "2018"}
    layout, found = parts(tmp_path, reply(RECORD, nil))
    assert layout == "uis_api_reply"
    assert list(found) == ["#records"]
    assert found["#records"].dataset == "data_browser"
    _, outcome = read(found["#records"])
    columns = ("raw_row", "indicator", "ref_area", "time_period", "obs_value", "obs_status", "source_status", "source_indicator")
    assert rows(outcome, "observations", *columns) == [
        (1, "inbound_students", "KAZ", "2019", 1.5, "E", "|UIS_EST", "26637"),
        (2, "inbound_students", "WLD", "2018", 0.0, "N", "NIL|", "26637"),
    ]


@pytest.mark.parametrize("number", ["99.095", "1e-7", "0.1000000000000000055511151231257827", "-0", "123456789012345678"])
def test_numbers_are_read_as_written(tmp_path: Path, number: str) -> None:
    _, found = parts(tmp_path, json.dumps(reply({**RECORD, "indicatorId": "MENF.5T8", "value": "@"})).replace('"@"', number))
    batch, outcome = read(found["#records"])
    assert batch.records["value"].to_list() == [number]
    assert rows(outcome, "observations", "obs_value") == [(float(number),)]


def test_a_reply_may_be_minified_and_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    text = "\ufeff" + json.dumps(reply(RECORD), separators=(",", ":"))
    _, found = parts(tmp_path, text)
    assert read(found["#records"])[0].records.height == 1


def test_an_answer_without_records_or_hints_is_an_empty_one(tmp_path: Path) -> None:
    layout, found = parts(tmp_path, reply())
    assert (layout, list(found)) == ("uis_api_reply", ["#records"])
    batch, _ = read(found["#records"])
    assert (batch.records.height, batch.malformed) == (0, ())


def test_footnotes_are_numbered_through_and_keep_the_key_of_their_record(tmp_path: Path) -> None:
    other = {**RECORD, "geoUnit": "RUS", "indicatorId": "26540", "footnotes": [NOTE, {**NOTE, "value": "second"}]}
    _, found = parts(
        tmp_path, reply({**RECORD, "footnotes": []}, {**RECORD, "year": 2018}, other, {**RECORD, "footnotes": [NOTE]})
    )
    assert list(found) == ["#records", "#footnotes"]
    _, outcome = read(found["#footnotes"])
    columns = (
        "raw_row",
        "indicator",
        "ref_area",
        "counterpart_area",
        "time_period",
        "footnote_type",
        "footnote_subtype",
        "footnote",
    )
    assert rows(outcome, "footnotes", *columns) == [
        (1, "inbound_students", "RUS", "KAZ", "2019", "Source", "Data sources", "UIS Education Survey"),
        (2, "inbound_students", "RUS", "KAZ", "2019", "Source", "Data sources", "second"),
        (3, "inbound_students", "KAZ", "_T", "2019", "Source", "Data sources", "UIS Education Survey"),
    ]


def test_indicators_of_the_reply_are_labels(tmp_path: Path) -> None:
    _, found = parts(tmp_path, reply(RECORD, indicatorMetadata=[LABEL]))
    assert list(found) == ["#records", "#indicatorMetadata"]
    _, outcome = read(found["#indicatorMetadata"])
    assert rows(outcome, "source_indicators", "source_indicator", "label", "indicator", "raw_row") == [
        ("26637", "Total inbound", "inbound_students", 1)
    ]


def test_hints_are_refused_in_their_words_and_records_land_beside_them(tmp_path: Path) -> None:
    _, found = parts(tmp_path, reply(RECORD, hints=[HINT, {"code": "UIS::HINT::001", "message": "no indicator, XX"}]))
    assert read(found["#records"])[1].valid["observations"].height == 1
    with pytest.raises(RefusedError) as refused:
        list(found["#hints"].records())
    assert refused.value.rule == "uis_hint"
    assert "UIS::HINT::003: The geoUnit could not be found, XXX; UIS::HINT::001: no indicator, XX" in refused.value.reason


MALFORMED = [
    ({**RECORD, "unit": "PS"}, "has unexpected unit"),
    ({name: value for name, value in RECORD.items() if name != "qualifier"}, "lacks qualifier"),
    ({("area" if name == "geoUnit" else name): value for name, value in RECORD.items()}, "lacks geoUnit and has unexpected area"),
    ("26637", "a str where an object"),
    (None, "a NoneType where an object"),
    ([RECORD], "a list where an object"),
]


@pytest.mark.parametrize(("bad", "said"), MALFORMED)
def test_a_record_of_another_shape_is_malformed_and_the_others_land(tmp_path: Path, bad: object, said: str) -> None:
    if isinstance(bad, dict):
        bad = {**bad, "footnotes": [NOTE]} if "footnotes" not in bad else bad
    _, found = parts(tmp_path, reply(RECORD, bad, {**RECORD, "year": 2018}))
    assert list(found) == ["#records"], "what hangs on the bad record is kept with it"
    batch, outcome = read(found["#records"])
    (malformed,) = batch.malformed
    assert (malformed.raw_row, malformed.rule) == (2, "record_shape")
    assert said in malformed.reason
    assert json.loads(malformed.text) == (json.loads(json.dumps(bad), parse_float=str, parse_int=str))
    assert rows(outcome, "observations", "raw_row", "time_period") == [(1, "2019"), (3, "2018")]


@pytest.mark.parametrize(("bad", "said"), MALFORMED)
def test_a_reply_whose_records_all_have_another_shape_is_refused(tmp_path: Path, bad: object, said: str) -> None:
    _, found = parts(tmp_path, reply(bad, bad))
    with pytest.raises(RefusedError) as refused:
        list(found["#records"].records())
    assert refused.value.rule == "known_layout"
    assert said in refused.value.reason


@pytest.mark.parametrize("notes", ["text", {"type": "Source"}, [NOTE, "text"], [{**NOTE, "language": "en"}, NOTE]])
def test_a_footnote_of_another_shape_is_malformed_or_refused(tmp_path: Path, notes: object) -> None:
    _, found = parts(tmp_path, reply({**RECORD, "footnotes": notes}))
    assert read(found["#records"])[1].valid["observations"].height == 1
    if isinstance(notes, list):
        batch, outcome = read(found["#footnotes"])
        assert len(batch.malformed) == outcome.valid["footnotes"].height == 1
    else:
        with pytest.raises(RefusedError):
            list(found["#footnotes"].records())


@pytest.mark.parametrize(
    ("value", "rule"), [("many", "value_is_number"), (True, "value_is_number"), ([1], "value_is_number"), (-1, "within_bounds")]
)
def test_a_bad_value_goes_to_quarantine(tmp_path: Path, value: object, rule: str) -> None:
    _, found = parts(tmp_path, reply({**RECORD, "value": value}))
    assert read(found["#records"])[1].failures["rule"].to_list() == [rule]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (reply(RECORD, page=1), "this has hints, records, indicatorMetadata, page"),
        ({"hints": [], "data": [RECORD], "indicatorMetadata": []}, "this has hints, data, indicatorMetadata"),
        ({"hints": [], "records": {"1": RECORD}}, "records is no list"),
        (reply(RECORD, hints=None), "hints is no list"),
    ],
)
def test_a_reply_of_another_shape_is_refused(tmp_path: Path, content: Mapping[str, object], said: str) -> None:
    with pytest.raises(RefusedError) as refused:
        parts(tmp_path, content)
    assert refused.value.rule == "known_layout"
    assert said in refused.value.reason


@pytest.mark.parametrize(
    "content",
    [
        [],
        {},
        [1, 2],
        ["26637"],
        {"records": [RECORD]},
        {"message": "Too much data requested (224879 records)", "error": "Bad Request", "statusCode": 400},
        [{"version": "20260507-91260335", "publicationDate": "2026-05-08"}],
        [{**LABEL, "unit": "PS"}],
    ],
)
def test_other_json_is_no_reply(tmp_path: Path, content: object) -> None:
    assert parts(tmp_path, content) == ("", {})


def test_a_broken_reply_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError) as refused:
        parts(tmp_path, json.dumps(reply(RECORD))[:-5])
    assert refused.value.rule == "json_syntax"


def test_definitions_of_indicators_are_labels(tmp_path: Path) -> None:
    layout, found = parts(tmp_path, [LABEL, {"indicatorCode": "CR.1", "name": "Completion rate"}, {"indicatorCode": "CR.2"}])
    assert (layout, list(found)) == ("uis_api_indicators", [""])
    batch, outcome = read(found[""])
    assert rows(outcome, "source_indicators", "source_indicator", "label", "indicator", "raw_row") == [
        ("26637", "Total inbound", "inbound_students", 1),
        ("CR.1", "Completion rate", "unesco_uis:CR.1", 2),
    ]
    assert [bad.raw_row for bad in batch.malformed] == [3]


def test_definitions_of_areas_name_them(tmp_path: Path) -> None:
    areas = [
        {"id": "KAZ", "name": "Kazakhstan", "type": "NATIONAL"},
        {"id": "AIMS: East Asia", "name": "East Asia", "type": "REGIONAL", "regionGroup": "AIMS"},
        {"id": "CECC-SICA", "name": "All countries", "type": "REGIONAL", "regionGroup": "CECC-SICA"},
        {"id": "ZZZ", "name": "Nowhere", "type": "NATIONAL"},
    ]
    layout, found = parts(tmp_path, areas)
    assert layout == "uis_api_geounits"
    _, outcome = read(found[""])
    assert rows(outcome, "source_areas", "source_area", "label", "area", "parent_area") == [
        ("KAZ", "Kazakhstan", "KAZ", None),
        ("AIMS: East Asia", "East Asia", "uis:AIMS: East Asia", None),
        ("CECC-SICA", "All countries", "uis:CECC-SICA", None),
    ]
    assert outcome.failures.select("raw_row", "rule").rows() == [(4, "known_area")]
    assert dict(outcome.area_names.iter_rows()) == {"uis:AIMS: East Asia": "AIMS: East Asia", "uis:CECC-SICA": "CECC-SICA"}
