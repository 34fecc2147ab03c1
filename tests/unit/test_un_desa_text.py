"""Sheets of UN DESA's workbooks saved as text: encodings, delimiters, numbers as a spreadsheet writes them.

Here: texts made for the purpose, as spreadsheet programs save the publisher's sheets. Not here: workbooks.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from edumig_pipeline.sources.reading.records import RefusedError
from edumig_pipeline.sources.reading.text_grid import numerals
from tests.unit.un_desa_books import KAZAKHSTAN, OF_2019, OF_2020, Edition, Grid, Row, land_text, matrix, parts_of, sheet

FILE = "un_desa/rev2020/stock.csv"
WORLD: Row = (1, "WORLD", None, 900, None, "152,542,373", "258,000,001", "1,234", "65", "40", "0")
CURACAO: Row = (2, "Curaçao", None, 531, "B", "..", "38,396", "21", "17,000", "..", "3")


def text_of(rows: Sequence[Row], delimiter: str = ",", edition: Edition = OF_2019) -> str:
    """The sheet of an edition as text."""
    return saved(sheet(edition, rows), delimiter)


def saved(grid: Grid, delimiter: str = ",") -> str:
    """A sheet as a spreadsheet program saves it, every record with as many fields as the widest."""
    width = max(len(row) for row in grid)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerows([*("" if cell is None else cell for cell in row), *[""] * (width - len(row))] for row in grid)
    return out.getvalue()


def spaced(row: Row, mark: str) -> Row:
    """The row with its thousands set off by something else than commas."""
    return tuple(cell.replace(",", mark) if isinstance(cell, str) else cell for cell in row)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_sheet_saved_as_text_is_read_as_the_sheet(tmp_path: Path, encoding: str, delimiter: str) -> None:
    content = text_of([WORLD, CURACAO], delimiter)
    assert '"Sort\norder"' in content
    landed = land_text(tmp_path, content.encode(encoding))
    assert landed.quarantine.is_empty()
    assert landed.layout == "undesa_ims_destination"
    assert landed.ledger == {FILE: (12, 12, 0, 0, None)}
    assert landed.values("ref_area", "time_period", "sex", "obs_value", "raw_row", "raw_column", "raw_file") == [
        ("WLD", "2015", "_T", 152542373.0, 1, "F", FILE),
        ("WLD", "2019", "_T", 258000001.0, 1, "G", FILE),
        ("WLD", "2015", "M", 1234.0, 1, "H", FILE),
        ("WLD", "2019", "M", 65.0, 1, "I", FILE),
        ("WLD", "2015", "F", 40.0, 1, "J", FILE),
        ("WLD", "2019", "F", 0.0, 1, "K", FILE),
        ("CUW", "2015", "_T", None, 2, "F", FILE),
        ("CUW", "2019", "_T", 38396.0, 2, "G", FILE),
        ("CUW", "2015", "M", 21.0, 2, "H", FILE),
        ("CUW", "2019", "M", 17000.0, 2, "I", FILE),
        ("CUW", "2015", "F", None, 2, "J", FILE),
        ("CUW", "2019", "F", 3.0, 2, "K", FILE),
    ]


@pytest.mark.parametrize("mark", [" ", "\u00a0", "\u202f"])
@pytest.mark.parametrize("delimiter", [",", ";"])
def test_thousands_set_off_by_blanks(tmp_path: Path, mark: str, delimiter: str) -> None:
    rows = [spaced((*WORLD[:5], " 152,542,373", *WORLD[6:]), mark), spaced(CURACAO, mark)]
    landed = land_text(tmp_path, text_of(rows, delimiter, OF_2020).encode())
    assert landed.quarantine.is_empty()
    assert landed.observations["obs_value"].max() == 258000001.0
    assert landed.values("obs_value")[0] == (152542373.0,)


def test_a_matrix_saved_as_text(tmp_path: Path) -> None:
    rows: list[Row] = [
        (1990, 1990001, "WORLD", None, 900, None, "153,011,473", "2,366,800", 373),
        (1990, 1990105, "Côte d'Ivoire", None, 384, "CR", "118,863", "", "1,922"),
    ]
    grid = matrix("Total", ("Total", "Other North", "Côte d'Ivoire"), rows)
    landed = land_text(tmp_path, saved([*grid[:-2], *([*row, "", ""] for row in grid[-2:])]).encode("cp1252"))
    assert landed.layout == "undesa_ims_destination_origin"
    assert landed.ledger == {FILE: (6, 5, 0, 1, "1 blank cell")}
    assert landed.values("ref_area", "counterpart_area", "obs_value", "raw_row", "raw_column") == [
        ("WLD", "_T", 153011473.0, 1, "G"),
        ("WLD", "desa:Other North", 2366800.0, 1, "H"),
        ("WLD", "CIV", 373.0, 1, "I"),
        ("CIV", "_T", 118863.0, 2, "G"),
        ("CIV", "CIV", 1922.0, 2, "I"),
    ]


def test_an_em_dash_of_windows_is_a_figure_that_rounds_to_zero(tmp_path: Path) -> None:
    landed = land_text(tmp_path, text_of([(*KAZAKHSTAN[:5], "—", 1, 2, 3, 4, 5)]).encode("cp1252"))
    assert landed.values("obs_value", "obs_status")[0] == (0.0, "N")


def test_a_record_of_another_width_goes_to_quarantine(tmp_path: Path) -> None:
    whole = text_of([WORLD, CURACAO, KAZAKHSTAN])
    torn = whole.replace(",Curaçao,", ",Bonaire, Curaçao,")
    landed = land_text(tmp_path, torn.encode())
    assert landed.quarantine.select("raw_row", "rule").rows() == [(2, "record_width")]
    assert landed.ledger == {FILE: (13, 12, 1, 0, None)}
    assert landed.values("ref_area", "raw_row")[6] == ("KAZ", 3)


def test_blank_lines_are_no_records(tmp_path: Path) -> None:
    content = text_of([WORLD, CURACAO]).replace("2,Curaçao", "\r\n2,Curaçao") + "\r\n\r\n"
    landed = land_text(tmp_path, content.encode())
    assert landed.values("raw_row")[-1] == (2,)
    assert landed.ledger == {FILE: (12, 12, 0, 0, None)}


@pytest.mark.parametrize(
    ("content", "rule", "message"),
    [
        (text_of([WORLD, CURACAO]).encode("cp1252").replace(b"WORLD", "WORLD é".encode()), "encoding", "but other lines are"),
        (text_of([WORLD, CURACAO]).encode("cp1252") + b"\x81", "encoding", "is not cp1252 either"),
        (text_of([WORLD]).encode() + b'3,"Kazakhstan', "csv_syntax", "a quote is not closed"),
        (text_of([(*WORLD[:5], "3,123", "12", "1", "1", "1", "1")], ";").encode(), "number_format", "'3,123' may have thousands"),
        (text_of([(*WORLD[:5], "3,1", "1.5", "1", "1", "1", "1")], ";").encode(), "number_format", "a decimal comma"),
    ],
)
def test_a_text_that_could_be_read_in_two_ways_is_refused(tmp_path: Path, content: bytes, rule: str, message: str) -> None:
    landed = land_text(tmp_path, content)
    assert landed.quarantine["rule"].to_list() == [rule]
    assert message in landed.refusals()[FILE]


def test_a_nul_byte_far_down_is_named(tmp_path: Path) -> None:
    lines = text_of([KAZAKHSTAN] * 40_000)
    assert len(lines) > 1 << 20
    landed = land_text(tmp_path, lines.encode() + b"\x00")
    assert "holds a NUL byte" in landed.refusals()[FILE]


@pytest.mark.parametrize("content", [b"", b"a,b\r\n1,2\r\n", "ключ;число\r\n".encode("cp1251"), b"\xff\xfeC\x00o\x00"])
def test_a_text_of_something_else_is_not_ours(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    assert parts_of(path) is None


# Numbers


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        (["152,542,373", "373", "-1,234"], ["152542373", "373", "-1234"]),
        (["1,234", "0.5"], ["1234", "0.5"]),
        (["1,234.5", "1.234"], ["1234.5", "1.234"]),
        (["3,1", "1.234"], ["3.1", "1234"]),
        (["0,123", "12,345"], ["0.123", "12.345"]),
        (["1.234.567", "3,250"], ["1234567", "3.250"]),
        (["18 836 571", "267\u00a0929", "5"], ["18836571", "267929", "5"]),
        (["1 234,5", "7"], ["1234.5", "7"]),
        (["..", "~", "—", "", "n.a.", "1990-1995"], ["..", "~", "—", "", "n.a.", "1990-1995"]),
        (["12,34,567", "1,234,567"], ["12,34,567", "1234567"]),
        (["1,234 567", "1,5"], ["1,234 567", "1.5"]),
    ],
)
def test_which_mark_is_decimal_shows_in_the_numbers(said: list[str], plain: list[str]) -> None:
    assert numerals(pl.Series(said), ";").to_list() == plain


def test_where_commas_separate_fields_a_comma_in_a_number_is_none_of_decimals() -> None:
    assert numerals(pl.Series(["3,123", "5"]), ",").to_list() == ["3123", "5"]


@pytest.mark.parametrize("said", [["3,123"], ["3.123"], ["1,5", "1.5"], ["1,234,567", "1.234.567"]])
def test_numbers_that_could_be_either_are_refused(said: list[str]) -> None:
    with pytest.raises(RefusedError, match="number_format"):
        numerals(pl.Series(said), ";")
