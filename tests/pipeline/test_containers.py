"""Archives and workbooks: each member and sheet is recognised, accounted for and refused by itself.

Here: what holds for any publisher. Not here: the layouts inside.
"""

import io
import struct
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest

from edumig_pipeline.sources.reading import zipped as zipped_module
from tests.pipeline.conftest import Place, uis

ZIP = "unesco_uis/2026-02/export.zip"
BOOK = "unesco_uis/2026-02/export.xlsx"
HEADER = ("indicatorId", "geoUnit", "year", "value", "qualifier", "magnitude")
GOOD = uis(["26637,KAZ,2018,13898,,", "26637,NAM,2018,5000,UIS_EST,"])
LABELS = "INDICATOR_ID,INDICATOR_LABEL_EN\n26637,Total inbound\n"


def zipped(members: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(packed, "w", compression) as archive:
        warnings.simplefilter("ignore", UserWarning)  # a name given twice, where a test means it
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


def workbook(sheets: Mapping[str, Sequence[Sequence[object]]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def ledger(place: Place) -> dict[str, tuple[int, int, int, int]]:
    rows = place.ask("SELECT raw_file, rows_read, rows_published, rows_quarantined, rows_excluded FROM row_ledger")
    return {str(file).partition("/2026-02/")[2]: (read, landed, bad, left) for file, read, landed, bad, left in rows}


def refused(place: Place) -> dict[str, str]:
    rows = place.ask("SELECT raw_file, rule || ': ' || reason FROM quarantine WHERE raw_row IS NULL")
    return {str(file).partition("/2026-02/")[2]: str(why) for file, why in rows}


# Archives


def test_every_member_lands_under_its_own_name(place: Place) -> None:
    place.put(ZIP, zipped({"data.csv": GOOD, "sub/OPRI_LABEL.csv": LABELS, "README.md": "words", "__MACOSX/._data.csv": "x"}))
    ran = place.refresh()
    assert (ran.code, ran.complaints) == (0, "")
    assert ledger(place) == {"export.zip#data.csv": (2, 2, 0, 0), "export.zip#sub/OPRI_LABEL.csv": (1, 1, 0, 0)}
    assert place.ask("SELECT rows, layout FROM raw_files") == [(3, "uis_bdds_label; uis_data_browser")]
    assert place.ask("SELECT DISTINCT raw_file FROM observations") == [(f"{ZIP}#data.csv",)]


def test_a_bad_row_of_a_member_is_named_with_the_member(place: Place) -> None:
    place.put(ZIP, zipped({"data.csv": uis(["26637,KAZ,2018,-5,,", "26637,NAM,2018,5000,,"])}))
    ran = place.refresh()
    assert ran.code == 1
    assert f"{ZIP}#data.csv, row 1: within_bounds" in ran.err
    assert ledger(place) == {"export.zip#data.csv": (2, 1, 1, 0)}


def test_rows_of_two_members_that_contradict_each_other(place: Place) -> None:
    place.put(ZIP, zipped({"a.csv": GOOD, "b.csv": uis(["26637,KAZ,2018,1,,"])}))
    assert place.refresh().code == 1
    assert place.ask("SELECT raw_file, raw_row, raw_row_json->>'value' FROM quarantine ORDER BY ALL") == [
        (f"{ZIP}#a.csv", 1, "13898"),
        (f"{ZIP}#b.csv", 1, "1"),
    ]


def test_nothing_unpacked_is_left_behind(place: Place) -> None:
    place.put(ZIP, zipped({"data.csv": GOOD}))
    place.refresh()
    assert [path.name for path in place.warehouse.rglob("*") if "member" in path.name] == []


@pytest.mark.parametrize("name", ["../../../evil.csv", "/absolute.csv"])
def test_a_member_whose_name_leads_outside_is_refused_and_written_nowhere(place: Place, tmp_path: Path, name: str) -> None:
    before = set(tmp_path.iterdir())
    place.put(ZIP, zipped({name: GOOD, "data.csv": GOOD}))
    assert place.refresh().code == 1
    assert refused(place) == {f"export.zip#{name}": "readable: its name leads outside the archive"}
    assert set(tmp_path.iterdir()) - before == {place.warehouse}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("other.csv", "x,y\n1,2\n", "known_layout: no layout of unesco_uis fits; the file has columns x, y"),
        ("inner.zip", zipped({"data.csv": LABELS}), "readable: this is an archive within an archive"),
        ("empty.csv", "", "known_layout: no layout of unesco_uis fits; the file has nothing (it is empty)"),
        ("latin.csv", uis(["26637,KAZ,2019,5,é,"]).encode("latin-1"), "encoding: line 2 is not UTF-8"),
    ],
)
def test_a_member_that_cannot_be_read_is_refused_and_the_others_land(
    place: Place, name: str, content: str | bytes, said: str
) -> None:
    place.put(ZIP, zipped({name: content, "data.csv": GOOD}))
    ran = place.refresh()
    assert ran.code == 1
    ((file, why),) = refused(place).items()
    assert file == f"export.zip#{name}"
    assert said in why
    assert f"refused: {ZIP}#{name}: " in ran.err
    assert ledger(place)["export.zip#data.csv"] == (2, 2, 0, 0)


def test_a_member_name_that_stands_twice_is_refused_the_second_time(place: Place) -> None:
    packed = io.BytesIO(zipped({"data.csv": GOOD}))
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("data.csv", uis(["26637,RUS,2018,1,,"]))
    place.put(ZIP, packed.getvalue())
    assert place.refresh().code == 1
    assert refused(place) == {"export.zip#data.csv (2)": "readable: the archive has two members of this name"}


def test_an_archive_without_data_is_refused(place: Place) -> None:
    place.put(ZIP, zipped({"README.md": "words"}))
    place.put("unesco_uis/2026-02/data.csv", GOOD)
    assert place.refresh().code == 1
    assert refused(place) == {"export.zip": "known_layout: the archive holds no data file"}


def test_a_damaged_member_is_refused(place: Place) -> None:
    packed = bytearray(zipped({"data.csv": GOOD}, zipfile.ZIP_STORED))
    packed[packed.index(b"13898")] = ord("9")  # the checksum no longer holds
    place.put(ZIP, zipped({"data.csv": GOOD}))
    place.put("unesco_uis/2026-02/damaged.zip", bytes(packed))
    assert place.refresh().code == 1
    assert "Bad CRC-32" in refused(place)["damaged.zip#data.csv"]
    assert ledger(place)["export.zip#data.csv"] == (2, 2, 0, 0)


def test_a_truncated_archive_is_refused(place: Place) -> None:
    place.put("unesco_uis/2026-02/data.csv", GOOD)
    place.put(ZIP, zipped({"data.csv": GOOD})[:-30])
    assert place.refresh().code == 1
    assert "readable: the archive cannot be read" in refused(place)["export.zip"]


def test_an_encrypted_member_is_refused(place: Place) -> None:
    packed = bytearray(zipped({"data.csv": GOOD}))
    for mark, place_of_flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = packed.index(mark) + place_of_flags
        struct.pack_into("<H", packed, at, struct.unpack_from("<H", packed, at)[0] | 1)
    place.put("unesco_uis/2026-02/data.csv", GOOD)
    place.put(ZIP, bytes(packed))
    assert place.refresh().code == 1
    assert "cannot be unpacked" in refused(place)["export.zip#data.csv"]


def test_a_member_that_would_fill_the_disk_is_refused(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipped_module, "_SUSPICIOUS_FROM", 1 << 20)
    place.put(ZIP, zipped({"data.csv": GOOD, "bomb.csv": b"0" * (8 << 20)}))
    assert place.refresh().code == 1
    assert "it would unpack" in refused(place)["export.zip#bomb.csv"]
    assert ledger(place)["export.zip#data.csv"] == (2, 2, 0, 0)


# Workbooks


def test_a_table_re_saved_as_a_sheet_is_read_by_its_columns(place: Place) -> None:
    rows = [
        HEADER,
        (26637, "KAZ", 2018, 13898, None, None),
        (26637, "NAM", 2018, 5000.25, "UIS_EST", None),
        (26637, "AIA", 2018, 0, "", "NA"),
    ]
    place.put(BOOK, workbook({"Data 1": rows, "Sheet2": []}))
    ran = place.refresh()
    assert (ran.code, ran.complaints) == (0, "")
    assert place.ask(
        "SELECT raw_file, raw_row, source_indicator, obs_value, source_status FROM observations ORDER BY raw_row"
    ) == [
        (f"{BOOK}#Data 1", 2, "26637", 13898.0, "|"),
        (f"{BOOK}#Data 1", 3, "26637", 5000.25, "|UIS_EST"),
        (f"{BOOK}#Data 1", 4, "26637", None, "NA|"),
    ]
    assert ledger(place) == {"export.xlsx#Data 1": (3, 3, 0, 0)}


def test_blank_rows_of_a_sheet_are_no_records_and_do_not_shift_the_others(place: Place) -> None:
    place.put(BOOK, workbook({"data": [HEADER, [], (26637, "KAZ", 2018, 1, None, None)]}))
    assert place.refresh().code == 0
    assert place.ask("SELECT raw_row FROM observations") == [(3,)]


def test_a_sheet_no_layout_knows_is_refused_by_name_beside_one_that_is_read(place: Place) -> None:
    place.put(BOOK, workbook({"data": [HEADER, (26637, "KAZ", 2018, 1, None, None)], "mine": [("x", "y"), (1, 2)]}))
    ran = place.refresh()
    assert ran.code == 1
    assert "known_layout: no layout of unesco_uis fits; the file has columns x, y" in refused(place)["export.xlsx#mine"]
    assert ledger(place) == {"export.xlsx#data": (1, 1, 0, 0), "export.xlsx#mine": (0, 0, 0, 0)}


def test_a_workbook_of_unknown_sheets_is_refused_as_one(place: Place) -> None:
    place.put("unesco_uis/2026-02/data.csv", GOOD)
    place.put(BOOK, workbook({"one": [("x", "y"), (1, 2)], "two": [("z",), (1,)]}))
    assert place.refresh().code == 1
    ((file, why),) = refused(place).items()
    assert (file, "a workbook with sheets one, two" in why) == ("export.xlsx", True)


def test_cells_beside_the_headings_are_not_guessed_at(place: Place) -> None:
    place.put(BOOK, workbook({"data": [HEADER, (26637, "KAZ", 2018, 1, None, None, "see note")]}))
    place.put("unesco_uis/2026-02/data.csv", GOOD)
    assert place.refresh().code == 1
    assert "row 2 has cells to the right of the last heading, magnitude" in refused(place)["export.xlsx#data"]


def test_a_workbook_within_an_archive_is_read_sheet_by_sheet(place: Place) -> None:
    place.put(ZIP, zipped({"x.xlsx": workbook({"data": [HEADER, (26637, "KAZ", 2018, 1, None, None)]})}))
    assert place.refresh().code == 0
    assert ledger(place) == {"export.zip#x.xlsx#data": (1, 1, 0, 0)}


# Lines that are no records


def test_a_line_of_hxl_tags_below_the_header_is_left_out_and_counted(place: Place) -> None:
    place.put(
        "unesco_uis/2026-02/data.csv", uis(["#indicator+code,#country+code,#date+year,#indicator+value,,", "26637,KAZ,2018,1,,"])
    )
    assert place.refresh().code == 0
    assert place.ask("SELECT rows_read, rows_published, exclusion_reason FROM row_ledger") == [(2, 1, "1 row of HXL tags")]
    assert place.ask("SELECT raw_row FROM observations") == [(2,)]


def test_tags_anywhere_else_are_a_bad_row(place: Place) -> None:
    place.put("unesco_uis/2026-02/data.csv", uis(["26637,KAZ,2018,1,,", "#indicator+code,#country,#date,#value,,"]))
    assert place.refresh().code == 1
    assert place.ask("SELECT raw_row FROM quarantine") == [(2,)]


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_other_delimiters_are_seen_in_the_header(place: Place, delimiter: str) -> None:
    place.put("unesco_uis/2026-02/data.csv", GOOD.replace(",", delimiter))
    assert place.refresh().code == 0
    assert place.ask("SELECT count(*) FROM observations") == [(2,)]
