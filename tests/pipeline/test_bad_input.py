"""What becomes of bad input: exactly the bad rows, or that file, are refused by name, and everything else lands."""

import json
import shutil
from typing import Any

import openpyxl
import pytest

from tests.pipeline.conftest import ROOT, Place, uis

GOOD = ("26637,KAZ,2018,14332,,", "26637,NAM,2018,5000,,", "OE.5T8.40510,KAZ,2013,54153,UIS_EST,")
FILE = "unesco_uis/2026-02/data.csv"


def landed(place: Place) -> list[tuple[str, str, str]]:
    """Published UIS values: indicator, area, year."""
    return [
        (str(indicator), str(area), str(year))
        for indicator, area, year in place.ask("SELECT source_indicator, source_area, time_period FROM observations ORDER BY ALL")
    ]


def ledger(place: Place, raw_file: str = FILE) -> tuple[Any, ...]:
    """A file's account: read, published, quarantined, excluded, reason."""
    return place.ask(f"SELECT * EXCLUDE raw_file FROM row_ledger WHERE raw_file = '{raw_file}'")[0]


@pytest.mark.parametrize(
    ("bad", "rule", "said"),
    [
        ("26637,KAZ,2019,-5,,", "within_bounds", "-5"),
        ("26637,KZA,2019,5,,", "known_area", "'KZA'"),
        ("26637,Kazakhstan,2019,5,,", "known_area", "'Kazakhstan'"),
        ("26637,,2019,5,,", "known_area", "''"),
        ("26637,KAZ,2019,many,,", "value_is_number", "'many'"),
        ("26637,KAZ,2019,1e400,,", "value_is_number", "'1e400'"),
        ("26637,KAZ,2019,NaN,,", "value_is_number", "'NaN'"),
        ('26637,KAZ,2019,"1,022",,', "value_is_number", "'1,022'"),
        ("MSEP.5T8,KAZ,2019,100.5,,", "within_bounds", "[0.0, 100.0]"),
        ("26637,KAZ,1949,5,,", "known_period", "'1949'"),
        ("26637,KAZ,2101,5,,", "known_period", "'2101'"),
        ("26637,KAZ,last year,5,,", "known_period", "'last year'"),
        ("26637,KAZ,2019,5,GUESS,", "known_obs_status", "qualifier GUESS"),
        ("26637,KAZ,2019,5,,NA", "value_matches_status", "status M"),
        ("26637,KAZ,2019,5,,SUPP", "value_matches_status", "status Q"),
        ("26637,KAZ,2019,many,,SUPP", "value_is_number", "'many'"),
        ("26637,KAZ,2019,5,,Q", "known_obs_status", "magnitude Q"),
        ("26637,KAZ,2019,,UIS_EST,", "value_matches_status", "status E"),
        (",KAZ,2019,5,,", "indicator_given", "names no indicator"),
        ("26637,KAZ,2019,5,,,extra", "record_width", "7 fields where the header has 6"),
        ("26637,KAZ,2019", "record_width", "3 fields where the header has 6"),
    ],
)
def test_a_bad_row_is_quarantined_and_the_rest_lands(place: Place, bad: str, rule: str, said: str) -> None:
    place.put(FILE, uis([GOOD[0], bad, *GOOD[1:]]))
    ran = place.refresh()
    assert ran.code == 1
    assert landed(place) == [("26637", "KAZ", "2018"), ("26637", "NAM", "2018"), ("OE.5T8.40510", "KAZ", "2013")]
    ((raw_file, raw_row, found, reason, raw),) = place.ask("SELECT * FROM quarantine")
    assert (raw_file, raw_row, found) == (FILE, 2, rule)
    assert said in reason
    assert json.loads(raw), "the row is kept as read"
    assert ledger(place) == (4, 3, 1, 0, None)
    assert f"{FILE}, row 2: {reason}" in ran.err, "the message names file, row and rule"


def test_raw_row_as_read_is_kept(place: Place) -> None:
    place.put(FILE, uis([*GOOD, "26637,KZA,2019,5,UIS_EST,"]))
    place.refresh()
    ((raw,),) = place.ask("SELECT raw_row_json FROM quarantine")
    assert json.loads(raw) == {
        "indicatorId": "26637", "geoUnit": "KZA", "year": "2019", "value": "5", "qualifier": "UIS_EST", "magnitude": "",
    }  # fmt: skip


def test_one_key_with_two_values_is_quarantined_both_times(place: Place) -> None:
    place.put(FILE, uis([*GOOD, "26637,NAM,2018,5001,,"]))
    ran = place.refresh()
    assert ran.code == 1
    rows = place.ask("SELECT raw_row, rule, raw_row_json->>'value' FROM quarantine ORDER BY raw_row")
    assert rows == [(2, "unique_key", "5000"), (4, "unique_key", "5001")]
    assert "NAM" in ran.err
    assert ledger(place) == (4, 2, 2, 0, None)
    assert landed(place) == [("26637", "KAZ", "2018"), ("OE.5T8.40510", "KAZ", "2013")]


def test_one_key_with_two_values_in_two_files_of_a_release(place: Place) -> None:
    place.put(FILE, uis(GOOD))
    place.put("unesco_uis/2026-02/more.csv", uis(["26637,NAM,2018,5001,,", "26637,RUS,2018,1,,"]))
    assert place.refresh().code == 1
    assert place.ask("SELECT raw_file, raw_row FROM quarantine ORDER BY ALL") == [(FILE, 2), ("unesco_uis/2026-02/more.csv", 1)]
    assert ledger(place, "unesco_uis/2026-02/more.csv") == (2, 1, 1, 0, None)


def test_the_same_row_twice_is_kept_once_and_counted(place: Place) -> None:
    place.put(FILE, uis([*GOOD, GOOD[1]]))
    ran = place.refresh()
    assert (ran.code, ran.complaints) == (0, "")
    assert ledger(place) == (4, 3, 0, 1, "1 repeated row")
    assert place.ask("SELECT raw_row FROM observations WHERE ref_area = 'NAM'") == [(2,)], "the first is kept"


def test_the_same_row_thrice_beside_another_value(place: Place) -> None:
    place.put(FILE, uis([GOOD[1], GOOD[1], "26637,NAM,2018,5001,,", GOOD[0]]))
    assert place.refresh().code == 1
    assert ledger(place) == (4, 1, 2, 1, "1 repeated row")


def test_two_downloads_concatenated(place: Place) -> None:
    place.put(FILE, uis([*GOOD, "indicatorId,geoUnit,year,value,qualifier,magnitude", "26637,RUS,2018,262416,,"]))
    assert place.refresh().code == 0
    assert ledger(place) == (5, 4, 0, 1, "1 repeated header")


@pytest.mark.parametrize(
    ("content", "rule", "said"),
    [
        (uis(["26637,KAZ,2018,,"], header="indicatorId,geoUnit,year,qualifier,magnitude"), "known_layout", "lacks value"),
        (uis([], header="indicatorId,geoUnit,year,value,qualifier,magnitude,note"), "known_layout", "has unexpected note"),
        (
            uis([], header="indicatorId,geoUnit,year,wert,qualifier,magnitude"),
            "known_layout",
            "lacks value and has unexpected wert",
        ),
        ("<html><body>Service unavailable</body></html>", "known_layout", "Service unavailable"),
        ("", "known_layout", "nothing (it is empty)"),
        (uis(GOOD).encode("utf-16"), "encoding", "line 1"),
        (uis([*GOOD, "26637,KAZ,2019,5,é,"]).encode("latin-1"), "encoding", "line 5 is not UTF-8"),
        (b"PK\x03\x04 but no zip", "readable", "the archive cannot be read"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_the_others_land(
    place: Place, content: str | bytes, rule: str, said: str
) -> None:
    place.put(FILE, uis(GOOD))
    bad = "unesco_uis/2026-02/bad.csv"
    place.put(bad, content)
    ran = place.refresh()
    assert ran.code == 1
    assert len(landed(place)) == 3
    ((raw_row, found, reason, raw),) = place.ask(f"SELECT * EXCLUDE raw_file FROM quarantine WHERE raw_file = '{bad}'")
    assert (raw_row, found, raw) == (None, rule, None)
    assert said in reason
    assert f"refused: {bad}: {rule}" in ran.err
    assert ledger(place, bad) == (0, 0, 0, 0, f"refused: {rule}")
    assert place.ask(f"SELECT layout, rows FROM raw_files WHERE raw_file = '{bad}'") == [(None, None)]


def test_a_refused_layout_says_what_was_tried(place: Place) -> None:
    place.put(FILE, uis(GOOD))
    place.put("unesco_uis/2026-02/other.csv", "a,b\n1,2\n")
    err = place.refresh().err
    assert "columns a, b" in err
    assert "uis_data_browser expects columns indicatorId" in err
    assert "uis_bdds_data expects columns INDICATOR_ID" in err


def test_a_file_in_another_sources_folder_is_told_where_it_belongs(place: Place) -> None:
    place.put(FILE, uis(GOOD))
    place.put("iom/2020/data.csv", uis(GOOD))
    assert "looks like a file of unesco_uis (uis_data_browser)" in place.refresh().err


@pytest.mark.parametrize("stray", ["data.csv", "unesco_uis/data.csv"])
def test_a_file_outside_a_release_folder_is_refused(place: Place, stray: str) -> None:
    place.put(FILE, uis(GOOD))
    place.put(stray, uis(GOOD))
    ran = place.refresh()
    assert ran.code == 1
    assert f"refused: {stray}: release_folder" in ran.err
    assert len(landed(place)) == 3


def test_a_file_that_is_not_the_one_retrieved_is_refused(place: Place) -> None:
    place.put(FILE, uis(GOOD))
    place.put("unesco_uis/2025-02/data.csv", uis(GOOD))
    place.put("unesco_uis/2025-02/release.toml", f'[files]\n"data.csv" = "{"0" * 64}"\n')
    ran = place.refresh()
    assert ran.code == 1
    assert "refused: unesco_uis/2025-02/data.csv: checksum" in ran.err
    assert place.ask("SELECT DISTINCT release FROM observations") == [("2026-02",)]


def test_readmes_and_dotfiles_are_no_data(place: Place) -> None:
    place.put(FILE, uis(GOOD))
    for name in ("README.md", "NATMON_README_RELEASE_2020_September.md", ".DS_Store", "release.toml"):
        place.put(f"unesco_uis/2026-02/{name}", "")
    assert place.refresh().code == 0


def test_a_release_without_manifest_is_dated_by_its_folder(place: Place) -> None:
    place.put("unesco_uis/opri-2022-03/data.csv", uis(GOOD))
    assert place.refresh().code == 0
    assert place.ask("SELECT released::VARCHAR, released_from, publisher FROM releases") == [
        ("2022-03-01", "folder", "UNESCO Institute for Statistics")
    ]


def test_a_bad_cell_of_a_printed_table(place: Place) -> None:
    shutil.copytree(ROOT / "raw/kz_article/2021", place.raw / "kz_article/2021")
    (place.raw / "kz_article/2021/release.toml").unlink()
    table = place.raw / "kz_article/2021/table_1.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("2013,671", "2013,67l"), encoding="utf-8")
    ran = place.refresh()
    assert ran.code == 1
    ((raw_row, rule, raw),) = place.ask("SELECT raw_row, rule, raw_row_json FROM quarantine")
    assert (raw_row, rule) == (3, "value_is_number")
    assert json.loads(raw) == {"raw_column": "Европа", "period": "2013", "area": "Европа", "cell": "67l"}
    assert ledger(place, "kz_article/2021/table_1.csv")[:3] == (55, 54, 1)


def test_bad_cells_of_a_workbook(place: Place) -> None:
    source = next((ROOT / "raw/un_desa/rev2019").glob("*.xlsx"))
    name = f"un_desa/rev2019/{source.name}"
    book = openpyxl.load_workbook(source)
    sheet = book["Table 1"]
    sheet["F17"], sheet["G17"] = -1, "about 161 million"
    target = place.raw / name
    target.parent.mkdir(parents=True)
    book.save(target)
    book.close()
    ran = place.refresh()
    assert ran.code == 1
    rows = place.ask("SELECT raw_file, raw_row, rule, raw_row_json->>'raw_column' FROM quarantine ORDER BY 4")
    assert rows == [(f"{name}#Table 1", 17, "within_bounds", "F"), (f"{name}#Table 1", 17, "value_is_number", "G")]
    read, published, bad, excluded, _ = ledger(place, f"{name}#Table 1")
    assert (bad, read - published - excluded) == (2, 2)


def test_when_nothing_lands_the_old_warehouse_stays(place: Place) -> None:
    place.put(FILE, uis(GOOD))
    assert place.refresh().code == 0
    before = (place.warehouse / "edumig.duckdb").resolve()
    place.put(FILE, "no,known,layout\n")
    ran = place.refresh()
    assert ran.code == 2
    assert "nothing was published" in ran.err
    assert (place.warehouse / "edumig.duckdb").resolve() == before
    assert len(landed(place)) == 3


def test_exit_code_2_names_file_row_and_rule(place: Place) -> None:
    place.put(FILE, uis(["26637,KAZ,2018,-1,,"]))
    place.put("iom/2020/data.csv", "no,known,layout\n")
    ran = place.refresh()
    assert ran.code == 2
    assert f"{FILE}, row 1: within_bounds" in ran.err
    assert "iom/2020/data.csv: known_layout" in ran.err


@pytest.mark.parametrize(
    "quoted",
    ['26637,KAZ,2019,"5,,', '"26637,KAZ,2019,5,,', '26637,KAZ,2019,"5"0,,\n26637,RUS,2019,"5,,'],
)
def test_a_quote_that_never_closes_does_not_swallow_the_records_behind_it(place: Place, quoted: str) -> None:
    place.put(FILE, uis(GOOD))
    place.put("unesco_uis/2025-02/data.csv", uis([GOOD[0], quoted, *(f"26637,KAZ,{year},5,," for year in range(1960, 2010))]))
    ran = place.refresh()
    assert ran.code == 1
    assert "refused: unesco_uis/2025-02/data.csv: csv_syntax: record 2" in ran.err
    assert len(landed(place)) == 3


def test_stray_quotes_that_meet_are_seen(place: Place) -> None:
    place.put(FILE, uis(GOOD))
    header = "indicatorId,geoUnit,year,type,subtype,value"
    notes = [
        '26637,KAZ,2018,Source,x,"one',
        "26637,KAZ,2018,Source,x,two",
        '26637,KAZ,2018,Source,x,"three',
        "26637,NAM,2018,Source,x,four",
    ]
    place.put("unesco_uis/2026-02/footnotes.csv", uis(notes, header=header))
    assert "refused: unesco_uis/2026-02/footnotes.csv: csv_syntax" in place.refresh().err


def test_a_nul_byte_is_named(place: Place) -> None:
    place.put(FILE, uis(GOOD))
    place.put("unesco_uis/2025-02/data.csv", uis([GOOD[0], "26637,K\x00Z,2018,1,,"]))
    assert "encoding: line 3 holds a NUL byte" in place.refresh().err


def test_a_file_the_manifest_names_must_be_there(place: Place) -> None:
    place.put(FILE, uis(GOOD))
    place.put("unesco_uis/2026-02/release.toml", f'[files]\n"more.csv" = "{"0" * 64}"\n')
    ran = place.refresh()
    assert ran.code == 1
    assert "refused: unesco_uis/2026-02/more.csv: readable" in ran.err


def test_a_linked_folder_is_named(place: Place) -> None:
    place.put(FILE, uis(GOOD))
    place.put("elsewhere.d/x/more.csv", uis(["26637,RUS,2018,1,,"]))
    (place.raw / "unesco_uis/2026-02/linked").symlink_to(place.raw / "elsewhere.d/x")
    assert "refused: unesco_uis/2026-02/linked: readable" in place.refresh().err


@pytest.mark.parametrize("release", ["a\\b", "a b", "[draft] 2026", "2026-02*", "x__y", "Ақпан 2026", "it's"])
def test_a_release_may_be_called_anything(place: Place, release: str) -> None:
    place.put(FILE, uis(GOOD))
    place.put(f"unesco_uis/{release}/data.csv", uis(["26637,RUS,2018,1,,", "26637,KZA,2018,1,,"]))
    assert place.refresh().code == 1
    name = release.replace("'", "''")
    assert place.ask(f"SELECT count(*) FROM observations WHERE release = '{name}'") == [(1,)]
    assert place.ask(f"SELECT rows_read FROM row_ledger WHERE raw_file = 'unesco_uis/{name}/data.csv'") == [(2,)]


def test_tables_of_one_bulk_package_share_its_keys_whatever_they_are_called(place: Place) -> None:
    header = "INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER"
    place.put("unesco_uis/opri-2022-03/OPRI_DATA_NATIONAL.csv", uis(["26540,DEU,2019,963,,", "26540,RUS,2019,1,,"], header))
    place.put("unesco_uis/opri-2022-03/extra.csv", uis(["26540,DEU,2019,99999,,"], header))
    assert place.refresh().code == 1
    assert place.ask("SELECT DISTINCT rule FROM quarantine") == [("unique_key",)]
    assert place.ask("SELECT destination, students FROM student_flows") == [("RUS", 1)]


@pytest.mark.parametrize("code", [9999, 897, "KAZ", "Kazakhstan"])
def test_an_unknown_location_of_a_workbook(place: Place, code: str | int) -> None:
    source = next((ROOT / "raw/un_desa/rev2019").glob("*.xlsx"))
    book = openpyxl.load_workbook(source)
    row = next(cell.row for cell in book["Table 1"]["D"] if cell.value == 398)
    book["Table 1"].cell(row, 4).value = code
    target = place.raw / "un_desa/rev2019" / source.name
    target.parent.mkdir(parents=True)
    book.save(target)
    book.close()
    assert place.refresh().code == 1
    assert place.ask("SELECT DISTINCT raw_row, rule, count(*) FROM quarantine GROUP BY ALL") == [(row, "known_area", 21)]


def test_an_error_cell_of_a_workbook_is_no_blank(place: Place) -> None:
    place.put(FILE, uis(GOOD))
    source = next((ROOT / "raw/un_desa/rev2019").glob("*.xlsx"))
    book = openpyxl.load_workbook(source)
    book["Table 1"]["F17"] = "#N/A"
    target = place.raw / "un_desa/rev2019" / source.name
    target.parent.mkdir(parents=True)
    book.save(target)
    book.close()
    assert "readable: cell F17 of sheet2.xml holds an error" in place.refresh().err


def test_a_moved_column_of_a_workbook_moves_no_figure(place: Place) -> None:
    source = next((ROOT / "raw/un_desa/rev2019").glob("*.xlsx"))
    book = openpyxl.load_workbook(source)
    sheet = book["Table 1"]
    sheet.move_range(f"D15:D{sheet.max_row}", cols=23)
    target = place.raw / "un_desa/rev2019" / source.name
    target.parent.mkdir(parents=True)
    book.save(target)
    book.close()
    assert place.refresh().code == 0
    assert place.ask("""
        SELECT sex, obs_value FROM observations
        WHERE indicator = 'migrant_stock' AND ref_area = 'WLD' AND time_period = '2019' ORDER BY sex
    """) == [("F", 130154101), ("M", 141488004), ("_T", 271642105)]
