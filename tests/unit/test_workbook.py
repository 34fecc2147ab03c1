"""Workbooks that would come as blank cells, or not at all, are refused with the cell that is the matter.

Here: workbooks as files. Not here: what sheets of a publisher mean.
"""

import zipfile
from pathlib import Path

import openpyxl
import pytest

from edumig_pipeline.sources.reading import workbook as module
from edumig_pipeline.sources.reading.records import RefusedError
from edumig_pipeline.sources.reading.workbook import column_letter, column_number, read_sheets

CACHED = b'<c r="B2"><f>1+1</f><v>2</v></c>'
UNWORKED = {
    "a formula as a library saves it": b'<c r="B2"><f>1+1</f><v></v></c>',
    "without an element for the value": b'<c r="B2"><f>1+1</f></c>',
    "with an empty one": b'<c r="B2" s="3"><f>1+1</f><v/></c>',
    "shared": b'<c r="B2"><f t="shared" si="0"/></c>',
    "with a prefix": b'<x:c r="B2"><x:f>1+1</x:f><x:v/></x:c>',
}


def written(path: Path, replaced: bytes = b"", by: bytes = b"") -> Path:
    """A workbook with 7 in B2, and then its XML changed."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["B2"] = "label", 7
    book.save(path)
    book.close()
    with zipfile.ZipFile(path) as whole:
        members = {name: whole.read(name) for name in whole.namelist()}
    sheet_xml = members["xl/worksheets/sheet1.xml"]
    assert replaced in sheet_xml
    members["xl/worksheets/sheet1.xml"] = sheet_xml.replace(replaced, by)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as changed:
        for name, data in members.items():
            changed.writestr(name, data)
    return path


SEVEN = b'<c r="B2" t="n"><v>7</v></c>'


def test_cells_stand_where_a_person_sees_them(tmp_path: Path) -> None:
    (grid,) = read_sheets(written(tmp_path / "book.xlsx")).values()
    assert grid.to_numpy().tolist() == [["label", ""], ["", 7]]


def test_a_formula_has_the_value_it_had_when_it_was_saved(tmp_path: Path) -> None:
    (grid,) = read_sheets(written(tmp_path / "book.xlsx", SEVEN, CACHED)).values()
    assert grid.iloc[1, 1] == 2


def test_a_formula_may_have_the_empty_text_as_its_value(tmp_path: Path) -> None:
    empty = b'<c r="B2" t="str"><f>""</f><v></v></c>'
    (grid,) = read_sheets(written(tmp_path / "book.xlsx", SEVEN, empty)).values()
    assert grid.shape in {(1, 1), (2, 2)}


@pytest.mark.parametrize("what", UNWORKED)
def test_a_formula_nobody_has_worked_out_is_no_blank_cell(tmp_path: Path, what: str) -> None:
    with pytest.raises(RefusedError, match=r"cell B2 of sheet1\.xml has a formula and no value"):
        read_sheets(written(tmp_path / "book.xlsx", SEVEN, UNWORKED[what]))


def test_a_stray_cell_far_away_does_not_fill_the_memory(tmp_path: Path) -> None:
    stray = SEVEN + b'</row><row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c>'
    with pytest.raises(RefusedError, match=r"spread over 1,048,576 rows and 16,384 columns"):
        read_sheets(written(tmp_path / "book.xlsx", SEVEN, stray))


def test_a_stray_format_far_away_is_no_matter(tmp_path: Path) -> None:
    stray = SEVEN + b'</row><row r="1048576"><c r="XFD1048576" s="0"/>'
    (grid,) = read_sheets(written(tmp_path / "book.xlsx", SEVEN, stray)).values()
    assert grid.shape == (2, 2)


def test_a_sheet_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LARGEST_PART", 100)
    with pytest.raises(RefusedError, match="no sheet of figures is that large"):
        read_sheets(written(tmp_path / "book.xlsx"))


@pytest.mark.parametrize("letters", ["A", "Z", "AA", "AZ", "ZZ", "AAA", "XFD"])
def test_letters_and_numbers_of_columns_are_each_others_reverse(letters: str) -> None:
    assert column_letter(column_number(letters) - 1) == letters
