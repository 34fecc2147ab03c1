"""Records whatever they were read from: their numbers, lines that are no records, tables spread over columns."""

import re
from pathlib import Path

import pandas as pd
import polars as pl
import pytest

from edumig_pipeline.sources.reading.csv_records import read_csv
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import Batch, Malformed, RefusedError, cells, json_records, numbered
from edumig_pipeline.sources.reading.workbook import sheet_header, sheet_records
from edumig_pipeline.sources.table_layout import TableLayout

PREAMBLE = '"Data Source","World",\n\n"Last Updated","2025-07-01",\n\n'


def rows(batch: Batch, *columns: str) -> list[tuple[object, ...]]:
    return batch.records.select("raw_row", *columns).rows()


# Delimited text that is not just a table


def test_lines_before_the_header_are_no_records_and_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(PREAMBLE + "a,b\n1,2\n3\n5,6\n", encoding="utf-8")
    (batch,) = read_csv(path, ("a", "b"), lines_before=4)
    assert rows(batch, "a") == [(1, "1"), (3, "5")]
    assert [(bad.raw_row, bad.text) for bad in batch.malformed] == [(2, "3")]


def test_a_header_after_a_preamble_without_records_yields_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text(PREAMBLE + "a,b\n", encoding="utf-8")
    assert list(read_csv(path, ("a", "b"), lines_before=4)) == []


def test_a_footer_is_excluded_and_other_short_lines_are_not(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('a,b\n1,2\n7\n\nData from database: X\n"Last Updated: 01/02/2016"\n', encoding="utf-8")
    batches = list(read_csv(path, ("a", "b"), footer=re.compile(r"(Data from database|Last Updated): ")))
    found = [row for batch in batches for row in rows(batch, "exclusion")]
    assert found == [(1, None), (3, "footer line"), (4, "footer line")]
    assert [(bad.raw_row, bad.text) for batch in batches for bad in batch.malformed] == [(2, "7")]


def test_fields_are_separated_by_what_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text('a;b\n1,5;"x;y"\n', encoding="utf-8")
    (batch,) = read_csv(path, ("a", "b"), delimiter=";")
    assert rows(batch, "a", "b") == [(1, "1,5", "x;y")]


@pytest.mark.parametrize(
    ("line", "delimiter"), [("a,b;c,d", ","), ("a\tb\tc,d", "\t"), ("a;b;c", ";"), ("a", ","), ('"a,b"\tc', "\t")]
)
def test_the_delimiter_is_what_the_header_has_most_of(tmp_path: Path, line: str, delimiter: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(line + "\n", encoding="utf-8")
    assert RawFile(path, "s/r/x.csv").delimiter == delimiter


# Numbering


def test_only_a_first_record_of_tags_alone_is_a_line_of_tags() -> None:
    frame = pl.DataFrame({"a": ["#x", "#x"], "b": ["", ""]})
    assert numbered(frame, [1, 2])["exclusion"].to_list() == ["row of HXL tags", None]
    assert numbered(pl.DataFrame({"a": ["#x"], "b": ["5"]}), [1])["exclusion"].to_list() == [None]
    assert numbered(pl.DataFrame({"a": [""], "b": [""]}), [1])["exclusion"].to_list() == [None]


# Tables spread over columns


def wide() -> Batch:
    frame = pl.DataFrame({"area": ["KAZ", "area", "RUS"], "2018": ["1", "2018", " "], "2019": ["2", "2019", ".."]})
    return Batch(numbered(frame, [1, 2, 4]), (Malformed(3, "record_width", "why", "text"),))


def test_a_matrix_becomes_a_record_per_cell_in_the_order_it_is_read() -> None:
    found = cells(wide(), ["2018", "2019"])
    kept = found.records.filter(pl.col("raw_column").is_not_null())
    assert kept.select("raw_row", "raw_column", "heading", "area", "cell", "exclusion").rows() == [
        (1, "2018", "2018", "KAZ", "1", None),
        (1, "2019", "2019", "KAZ", "2", None),
        (4, "2019", "2019", "RUS", "..", None),
    ]
    assert (found.rows_read, found.blank_cells) == (5, 1), "four cells and the header that stands there again"
    assert found.malformed == wide().malformed


def test_a_record_left_out_as_a_whole_is_not_counted_by_its_cells() -> None:
    left_out = cells(wide(), ["2018", "2019"]).records.filter(pl.col("raw_column").is_null())
    assert left_out.select("raw_row", "exclusion").rows() == [(2, "repeated header")]


# JSON


def test_objects_become_records_with_numbers_as_written() -> None:
    found = json_records([{"a": "1.50", "b": None}, {"a": True}], ["a", "b"])
    assert found.select("raw_row", "a", "b").rows() == [(1, "1.50", ""), (2, "true", "")]


def test_json_numbers_are_read_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('\ufeff{"a": 99.35000000000001, "b": 1e400, "c": null}', encoding="utf-8")
    assert RawFile(path, "s/r/x.json").json == {"a": "99.35000000000001", "b": "1e400", "c": None}


@pytest.mark.parametrize("text", ['{"a": 1', "[" * 100_000, '{"a": 1} trailing'])
def test_broken_json_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RefusedError, match="json_syntax"):
        _ = RawFile(path, "s/r/x.json").json


def test_text_that_does_not_begin_as_json_is_none(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    assert RawFile(path, "s/r/x.csv").json is None


# Sheets


def test_a_sheet_is_a_table_with_its_header_in_the_first_row() -> None:
    grid = pd.DataFrame([["id", "value", ""], [26637, 0.1, ""], ["", "", ""], [True, "NA", ""]], dtype=object)
    assert sheet_header(grid) == ("id", "value")
    (batch,) = sheet_records(grid)
    assert rows(batch, "id", "value") == [(2, "26637", "0.1"), (4, "TRUE", "NA")]


def test_an_empty_sheet_has_no_header() -> None:
    assert sheet_header(pd.DataFrame()) == ()


# Layouts told by their columns

LAYOUT = TableLayout(
    name="x", header=("A", "B"), lands={}, dataset=lambda file: file.name, optional=("C", "D"), spelling=str.upper
)


@pytest.mark.parametrize(
    ("header", "is_known"),
    [
        ("a,b", True), ("B,a,d", True), ("a,B,c,d", True),
        ("a", False), ("a,c", False), ("a,b,e", False), ("a,b,A", False), ("", False),
    ],
)  # fmt: skip
def test_a_table_is_known_by_its_columns_in_any_order_and_no_others(tmp_path: Path, header: str, *, is_known: bool) -> None:
    path = tmp_path / "x.csv"
    path.write_text(header + "\n", encoding="utf-8")
    assert (LAYOUT.parts(RawFile(path, "s/r/x.csv")) is not None) == is_known


def test_columns_are_read_under_their_own_names_and_absent_ones_as_blank(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("b,a,c\n1,2,3\n", encoding="utf-8")
    (part,) = LAYOUT.parts(RawFile(path, "s/r/x.csv#member.csv")) or []
    (batch,) = part.records()
    assert (part.dataset, batch.records.select("A", "B", "C", "D").rows()) == ("member.csv", [("2", "1", "3", "")])
