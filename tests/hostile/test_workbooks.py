"""Workbooks that would be read as something else than a spreadsheet program shows, or that fill the memory, are refused.

Here: what was once let in, by name: the library that reads workbooks passes over much of it in silence. Not here: mutations by
the thousand (`test_mutated_files`).
"""

import io
import re
import struct
from importlib import import_module
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from edumig_pipeline.sources.reading import sheet_xml
from edumig_pipeline.sources.reading.workbook import read_sheets
from tests.hostile.documents import bomb, packed, parts_of
from tests.hostile.trial import landed, put
from tests.pipeline.conftest import uis

xlsxwriter: Any = import_module("xlsxwriter")  # it has no types

SHEET, TEXTS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
HEADER = ("indicatorId", "geoUnit", "year", "value", "qualifier", "magnitude")
GOOD = uis(["26637,UZB,2018,5,,"]).encode()
VALUE = b"<v>13898</v>"


def book() -> dict[str, bytes]:
    """The parts of a workbook with one record: 13898 stands in D2."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as written:
        page = written.add_worksheet("data")
        page.write_row(0, 0, HEADER)
        page.write_row(1, 0, ("26637", "KAZ", 2018, 13898))
    return parts_of(out.getvalue())


def changed(part: str, old: bytes, new: bytes) -> bytes:
    """The workbook with the first `old` in a part replaced."""
    parts = book()
    assert old in parts[part]
    return packed({**parts, part: parts[part].replace(old, new, 1)})


def refusal(folder: Path, content: bytes) -> str:
    """Why a workbook is refused; a good file beside it lands."""
    tables = landed(folder, put(folder, "unesco_uis", {"a.xlsx": content, "data.csv": GOOD}))
    assert tables.observations["ref_area"].to_list() == ["UZB"]
    ((name, why),) = tables.refusals.items()
    assert name == "a.xlsx"
    return why


def test_the_workbook_lands_as_it_is(tmp_path: Path) -> None:
    tables = landed(tmp_path, put(tmp_path, "unesco_uis", {"a.xlsx": packed(book())}))
    assert tables.observations["obs_value"].to_list() == [13898.0]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (b"<v>13<!-- -->898</v>", "comments or CDATA"),
        (b"<v><![CDATA[13898]]></v>", "comments or CDATA"),
        (b"<v>&#49;3898</v>", "a number written with an entity"),
        (b"<v>1</v><v>3898</v>", "has a cell written as no spreadsheet program writes it"),
        (b"<v>13898</v><is><t>7</t></is>", "has a cell written as no spreadsheet program writes it"),
        (b"<v>inf</v>", "says 'inf', which is no number"),
        (b"<v>NaN</v>", "says 'NaN', which is no number"),
        (b"<v>0x10</v>", "says '0x10', which is no number"),
        (b"<v>1_0</v>", "says '1_0', which is no number"),
    ],
)
def test_a_value_that_the_library_would_cut_or_drop_is_refused(tmp_path: Path, cell: bytes, said: str) -> None:
    """The first were read as 13, as blank, as blank, as 3898, and as 7; the others ended what reads such files elsewhere."""
    assert said in refusal(tmp_path, changed(SHEET, VALUE, cell))


def test_a_date_that_is_none_is_refused(tmp_path: Path) -> None:
    """It was read as the text that stands there, and published as a figure."""
    assert "says '13898', which is no date" in refusal(tmp_path, changed(SHEET, b'r="D2">' + VALUE, b'r="D2" t="d">' + VALUE))


def test_a_workbook_without_its_list_of_parts_is_refused(tmp_path: Path) -> None:
    """It was read, though no spreadsheet program opens it."""
    parts = book()
    del parts["[Content_Types].xml"]
    assert "it is damaged" in refusal(tmp_path, packed(parts))


def test_entities_that_expand_are_refused(tmp_path: Path) -> None:
    """The entity was read as nothing, and the cell as blank."""
    parts = book()
    laughs = b'<!DOCTYPE w [<!ENTITY a "1"><!ENTITY b "&a;&a;">]><worksheet'
    xml = parts[SHEET].replace(b"<worksheet", laughs).replace(VALUE, b"<v>&b;</v>")
    assert "declares a document type" in refusal(tmp_path, packed({**parts, SHEET: xml}))


def test_a_billion_laughs_in_the_shared_texts_are_not_expanded(tmp_path: Path) -> None:
    entities = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
    laughs = b'<!DOCTYPE sst [<!ENTITY l0 "lol">' + entities + b"]><sst"
    assert "declares a document type" in refusal(tmp_path, changed(TEXTS, b"<sst", laughs))


def test_a_file_of_the_machine_is_not_fetched_into_a_cell(tmp_path: Path) -> None:
    outside = b'<!DOCTYPE sst [<!ENTITY e SYSTEM "file:///etc/passwd">]><sst'
    assert "declares a document type" in refusal(tmp_path, changed(TEXTS, b"<sst", outside))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1251"])
def test_a_sheet_in_another_encoding_is_not_taken_for_an_empty_one(tmp_path: Path, encoding: str) -> None:
    """A sheet in UTF-16 was read as a sheet without cells, and passed over in silence."""
    parts = book()
    text = re.sub(r'encoding="[^"]*"', f'encoding="{encoding}"', parts[SHEET].decode())
    assert "readable" in refusal(tmp_path, packed({**parts, SHEET: text.encode(encoding)}))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'r="D2"', b'r="A2"'),  # two cells at one place: the last one was believed
        (b'r="D2"', b'r="D1"'),  # a cell of another row: it overwrote the heading
        (b'r="D2"', b"r='XFD1048576'"),  # unseen by the check of the extent: the process was killed for want of memory
        (b'r="D2"', b'r = "XFD1048576"'),
        (b'r="D2"', b'r="ZZZZZZ1"'),
        (b'r="D2"', b'r="D99999999"'),
        (b'r="A1"', b'r="XFD1048576"'),  # behind the last row's number, where nobody looked
        (b' r="D2"', b""),
        (b'<c r="D2"', b'<c x=">" r="D2"'),
    ],
)
def test_a_cell_out_of_its_place_is_refused(tmp_path: Path, old: bytes, new: bytes) -> None:
    assert "sheet1.xml" in refusal(tmp_path, changed(SHEET, old, new))


def test_a_text_that_the_workbook_does_not_have_is_refused(tmp_path: Path) -> None:
    """A cell that named text -1 was read as the first text."""
    assert "names no text of the workbook" in refusal(tmp_path, changed(SHEET, b't="s"><v>6<', b't="s"><v>-1<'))


def test_an_error_cell_in_other_quotes_is_seen(tmp_path: Path) -> None:
    assert "sheet1.xml" in refusal(tmp_path, changed(SHEET, b'r="D2">' + VALUE, b"r=\"D2\" t='e'><v>#N/A</v>"))


def test_cells_of_a_sheet_that_lies_elsewhere_are_looked_at_too(tmp_path: Path) -> None:
    """Only the folder where sheets mostly lie was looked into; the relations of the workbook may name any other."""
    parts = book()
    rels = parts["xl/_rels/workbook.xml.rels"].replace(b"worksheets/sheet1.xml", b"other/page")
    sheet = parts.pop(SHEET).replace(b'r="D2">' + VALUE, b'r="D2" t="e"><v>#N/A</v>')
    moved = {**parts, "xl/_rels/workbook.xml.rels": rels, "xl/other/page": sheet}
    assert "holds an error such as #N/A" in refusal(tmp_path, packed(moved))


def test_two_sheets_of_one_name_are_not_taken_for_one(tmp_path: Path) -> None:
    """The first of them was read twice, and of the second not a cell."""
    two = openpyxl.Workbook()
    two.worksheets[0].append(HEADER)
    two.create_sheet("Other").append(HEADER)
    out = io.BytesIO()
    two.save(out)
    parts = parts_of(out.getvalue())
    xml = parts["xl/workbook.xml"].replace(b'name="Other"', b'name="Sheet"')
    assert "has two sheets called 'Sheet'" in refusal(tmp_path, packed({**parts, "xl/workbook.xml": xml}))


@pytest.mark.parametrize("part", [SHEET, TEXTS, "xl/styles.xml"])
@pytest.mark.parametrize("said", [2 << 30, 1000], ids=["and says so", "and says it is small"])
def test_a_part_that_unpacks_to_gibibytes_is_refused(tmp_path: Path, part: str, said: int) -> None:
    """Only sheets were looked at, and as far as they were said to go: the shared texts could fill the memory."""
    parts = book()
    del parts[part]
    content = _beside(packed(parts), bomb(48 << 20, said=said, name=part))
    assert "unpack" in refusal(tmp_path, content)


def _beside(archive: bytes, other: bytes) -> bytes:
    """One zip of the members of both; the second has one, behind those of the first."""
    start, end = archive.index(b"PK\x01\x02"), archive.index(b"PK\x05\x06")
    from_other, of_end = other.index(b"PK\x01\x02"), other.index(b"PK\x05\x06")
    entry = bytearray(other[from_other:of_end])
    struct.pack_into("<L", entry, 42, start)  # where its local header is
    directory = archive[start:end] + bytes(entry)
    count = archive[start:end].count(b"PK\x01\x02") + 1
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), start + from_other, 0)
    return archive[:start] + other[:from_other] + directory + tail


def test_a_part_with_a_wrong_checksum_is_refused_whichever_it_is(tmp_path: Path) -> None:
    content = bytearray(packed(book()))
    at = content.index(b"[Content_Types].xml") + len("[Content_Types].xml") + 20
    content[at] ^= 1
    assert "within the workbook: it cannot be unpacked" in refusal(tmp_path, bytes(content))


def test_xml_that_is_not_well_formed_is_refused(tmp_path: Path) -> None:
    assert "is no well-formed XML" in refusal(tmp_path, changed(SHEET, b"<pageMargins", b"<page Margins=x"))


def test_more_texts_than_any_workbook_has_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_xml, "_MOST_TEXTS", 3)
    assert "holds more than 3 texts" in refusal(tmp_path, packed(book()))


def test_a_huge_extent_that_the_sheet_only_claims_costs_nothing(tmp_path: Path) -> None:
    content = changed(SHEET, b'<dimension ref="A1:F2"/>', b'<dimension ref="A1:XFD1048576"/>')
    tables = landed(tmp_path, put(tmp_path, "unesco_uis", {"a.xlsx": content}))
    assert tables.observations.height == 1


def test_one_row_of_all_columns_is_read_and_refused_for_its_headings(tmp_path: Path) -> None:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as written:
        written.add_worksheet("data").write_row(0, 0, [f"c{n}" for n in range(16_384)])
    assert "known_layout" in refusal(tmp_path, out.getvalue())


def test_formulas_and_links_to_other_workbooks_have_the_value_they_were_saved_with(tmp_path: Path) -> None:
    linked = b'<f>WEBSERVICE("http://127.0.0.1/")+[1]Sheet1!A1</f>' + VALUE
    tables = landed(tmp_path, put(tmp_path, "unesco_uis", {"a.xlsx": changed(SHEET, VALUE, linked)}))
    assert tables.observations["obs_value"].to_list() == [13898.0]


@pytest.mark.parametrize("writer", ["xlsxwriter", "openpyxl"])
def test_texts_with_markup_in_them_are_read_as_they_are_shown(tmp_path: Path, writer: str) -> None:
    path, said = tmp_path / "book.xlsx", ["a & b < c", "é ү 🇰🇿", " x ", "a\nb"]
    if writer == "xlsxwriter":
        with xlsxwriter.Workbook(path) as written:
            page = written.add_worksheet()
            page.write_row(0, 0, said)
            page.write_rich_string(1, 0, "plain ", written.add_format({"bold": True}), "bold & more")
            page.write_formula(1, 1, '="p"&"q"', None, "p & q")
    else:
        book = openpyxl.Workbook()
        book.worksheets[0].append(said)
        book.worksheets[0].append(["plain bold & more", "p & q"])
        book.save(path)
    (grid,) = read_sheets(path).values()
    assert grid.to_numpy().tolist() == [said, ["plain bold & more", "p & q", "", ""]]
