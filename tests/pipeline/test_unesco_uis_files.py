"""UIS's real files, whole, as their users have them: every record lands or is accounted for, value by value.

Here: UIS's downloads through the main job. The real ones are not kept in this repository; where the folder beside it is
absent, the tests that need them skip. Layouts of which no whole file is at hand are written small, as they are published.
"""

import csv
import io
import json
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pytest

from tests.pipeline.conftest import ROOT, Place, uis

DATA = ROOT.parent / "shared/data/unesco_uis"
needs_files = pytest.mark.skipif(not DATA.is_dir(), reason="publishers' files are not kept in this repository")

BDDS = "INDICATOR_ID,COUNTRY_ID,YEAR,VALUE,MAGNITUDE,QUALIFIER"
LEDGER = "SELECT * EXCLUDE raw_file FROM row_ledger WHERE raw_file = '{}'"


def records(text: str | Path) -> list[dict[str, str]]:
    """The records of a CSV, read independently."""
    if isinstance(text, Path):
        text = text.read_text(encoding="utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def put(place: Place, folder: str, *files: str) -> None:
    """Lay real files out as a release."""
    target = place.raw / folder
    target.mkdir(parents=True)
    for file in files:
        shutil.copy(DATA / file, target)


def zipped(members: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return packed.getvalue()


# The Data Browser's export


@needs_files
@pytest.mark.parametrize("release", ["2025-02", "2026-02"])
def test_every_value_of_an_export(place: Place, release: str) -> None:
    name = f"data_browser_{release}/data.csv"
    put(place, f"unesco_uis/{release}", name)
    assert place.refresh().code == 0
    expected = records(DATA / name)
    found = place.ask("SELECT raw_row, source_indicator, source_area, time_period, obs_value, source_status FROM observations")
    assert len(found) == len(expected)
    for row, indicator, area, period, value, status in found:
        published = expected[row - 1]
        assert (indicator, area, period) == (published["indicatorId"], published["geoUnit"], published["year"])
        assert status == f"{published['magnitude']}|{published['qualifier']}"
        assert value == (None if published["magnitude"] == "NA" else float(published["value"]))
    read = place.ask("SELECT rows_read, rows_published FROM row_ledger")
    assert read == [(len(expected), len(expected))]


@needs_files
def test_footnotes_and_labels_of_an_export(place: Place) -> None:
    folder = "data_browser_2026-02"
    put(place, "unesco_uis/2026-02", f"{folder}/data.csv", f"{folder}/footnotes.csv", f"{folder}/indicators.csv")
    assert place.refresh().code == 0
    notes = records(DATA / folder / "footnotes.csv")
    assert place.ask("SELECT count(*), count(*) FILTER (footnote = 'NA') FROM footnotes") == [
        (len(notes), sum(note["value"] == "NA" for note in notes))
    ]
    assert place.ask("SELECT count(*) FROM source_indicators") == [(4,)]


@needs_files
def test_the_indicator_files_of_two_downloads(place: Place) -> None:
    folder = "data_browser_2025-02"
    put(place, "unesco_uis/2025-02", f"{folder}/data.csv", f"{folder}/inbound_indicators.csv", f"{folder}/net_indicators.csv")
    assert place.refresh().code == 0
    assert place.ask("SELECT rows_excluded, exclusion_reason FROM row_ledger WHERE rows_excluded > 0") == [(1, "1 repeated row")]


@needs_files
@pytest.mark.parametrize(("name", "folder"), [("export.zip", ""), ("export.csv", ""), ("export.zip", "UIS export/2026/")])
def test_an_export_as_downloaded(place: Place, name: str, folder: str) -> None:
    """A zip, whatever users call it, and with a folder in it when they packed it anew."""
    members = {f"{folder}{name}": (DATA / "data_browser_2026-02" / name).read_text(encoding="utf-8") for name in MEMBERS}
    place.put(f"unesco_uis/2026-02/{name}", zipped(members))
    ran = place.refresh()
    assert (ran.code, ran.complaints) == (0, "")
    lengths = {f"unesco_uis/2026-02/{name}#{member}": len(records(text)) for member, text in members.items()}
    ledger = place.ask("SELECT raw_file, rows_read, rows_published FROM row_ledger")
    assert {raw_file: (read, published) for raw_file, read, published in ledger} == {k: (n, n) for k, n in lengths.items()}
    assert place.ask("SELECT DISTINCT dataset FROM observations") == [("data_browser",)]


MEMBERS = ("data.csv", "indicators.csv", "footnotes.csv")


def test_two_downloads_concatenated_in_an_archive(place: Place) -> None:
    one, other = uis(["26637,KAZ,2018,14332,,"]), uis(["MENF.5T8,KAZ,2018,-74000,UIS_EST,"])
    place.put("unesco_uis/2026-02/export.zip", zipped({"x/data.csv": one + "\ufeff" + other}))
    assert place.refresh().code == 0
    assert place.ask(LEDGER.format("unesco_uis/2026-02/export.zip#x/data.csv")) == [(3, 2, 0, 1, "1 repeated header")]


# Bulk packages


def natmon() -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(DATA / "bdds/NATMON.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(".csv")]
        return {name: records(archive.read(name).decode("utf-8-sig")) for name in names}


@needs_files
def test_a_bulk_package_as_downloaded(place: Place) -> None:
    put(place, "unesco_uis/2020-09", "bdds/NATMON.zip")
    ran = place.refresh()
    assert (ran.code, ran.complaints) == (0, "")
    members = natmon()
    ledger = place.ask("SELECT raw_file, rows_read, rows_published, exclusion_reason FROM row_ledger")
    assert ledger == [(f"unesco_uis/2020-09/NATMON.zip#{name}", len(rows), len(rows), None) for name, rows in members.items()]
    assert place.ask("SELECT DISTINCT dataset FROM observations") == [("natmon",)]
    layouts = "uis_bdds_country; uis_bdds_data; uis_bdds_label; uis_bdds_metadata"
    assert place.ask("SELECT rows, layout FROM raw_files") == [(sum(map(len, members.values())), layouts)]

    data = members["NATMON_DATA_NATIONAL.csv"]
    found = place.ask("""
        SELECT raw_row, source_indicator, source_area, time_period, obs_value, obs_status, source_status FROM observations
    """)
    assert len(found) == len(data)
    status_of = {"NA": "M", "NIL": "N", "INCLUDED": "K", "UIS_EST": "E", "NAT_EST": "E", "": "A"}
    for row, indicator, area, period, value, status, flags in found:
        published = data[row - 1]
        assert (indicator, area, period) == (published["INDICATOR_ID"], published["COUNTRY_ID"], published["YEAR"])
        assert flags == f"{published['MAGNITUDE']}|{published['QUALIFIER']}"
        assert status == status_of[published["MAGNITUDE"] or published["QUALIFIER"]]
        assert value == (None if status in "MK" else float(published["VALUE"]))


@needs_files
def test_metadata_of_a_bulk_package_hang_on_its_values(place: Place) -> None:
    put(place, "unesco_uis/2020-09", "bdds/NATMON.zip")
    place.refresh()
    expected = [(r["INDICATOR_ID"], r["YEAR"], *r["TYPE"].split(":", 1), r["METADATA"]) for r in natmon()["NATMON_METADATA.csv"]]
    said = place.ask("SELECT source_indicator, time_period, footnote_type, footnote_subtype, footnote FROM footnotes")
    assert sorted(said) == sorted(expected)
    key = "source, dataset, release, indicator, ref_area, counterpart_area, sex, breakdown, time_period"
    assert place.ask(f"SELECT count(*) FROM footnotes ANTI JOIN observations USING ({key})") == [(0,)]


@needs_files
def test_codes_of_a_release_in_mixed_letters_are_those_of_later_ones(place: Place) -> None:
    put(place, "unesco_uis/2020-09", "bdds/NATMON.zip")
    put(place, "unesco_uis/2025-03", "bdds/OPRI_LABEL.csv")
    assert place.refresh().code == 0
    mapped = place.ask("""
        SELECT a.source_indicator, b.source_indicator, a.indicator FROM source_indicators AS a
        JOIN source_indicators AS b USING (indicator)
        WHERE a.release = '2020-09' AND b.release = '2025-03' AND upper(a.source_indicator) = b.source_indicator
    """)
    labels = {row["INDICATOR_ID"] for row in records(DATA / "bdds/OPRI_LABEL.csv")}
    old = {row["INDICATOR_ID"] for row in natmon()["NATMON_LABEL.csv"]}
    assert len(mapped) == sum(code.upper() in labels for code in old) > 800
    assert ("OE.5t8.40510", "OE.5T8.40510", "outbound_students") in mapped
    assert any(one != other and indicator == f"unesco_uis:{other}" for one, other, indicator in mapped)


@needs_files
def test_label_and_area_tables(place: Place) -> None:
    tables = ("OPRI_LABEL.csv", "SDG_LABEL.csv", "SDG_COUNTRY.csv", "SDG_REGION.csv")
    put(place, "unesco_uis/2021-09", *(f"bdds/{name}" for name in tables))
    place.put("unesco_uis/2026-02/data.csv", uis(["26637,KAZ,2018,14332,,"]))
    ran = place.refresh()
    assert (ran.code, ran.complaints) == (0, "")
    lengths = {name: len(records(DATA / "bdds" / name)) for name in tables}
    mine = "FROM row_ledger WHERE raw_file LIKE '%/2021-09/%'"
    ledger = place.ask(f"SELECT split_part(raw_file, '/', 3), rows_read, rows_published {mine}")
    assert {name: counts for name, *counts in ledger} == {name: [n, n] for name, n in lengths.items()}
    assert dict(place.ask("SELECT dataset, count(*) FROM source_indicators GROUP BY ALL")) == {
        "opri": lengths["OPRI_LABEL.csv"], "sdg": lengths["SDG_LABEL.csv"],
    }  # fmt: skip
    flows = "SELECT count(*) FROM source_indicators WHERE label LIKE '%: Students from %' AND indicator <> 'inbound_students'"
    assert place.ask(flows) == [(0,)]
    regions = records(DATA / "bdds/SDG_REGION.csv")
    for country, code in (("KAZ", "KAZ"), ("XDN", "uis:XDN"), ("ZZA", "uis:ZZA"), ("ANT", "ANT"), ("BLZ", "BLZ")):
        groups = {f"uis:{row['REGION_ID']}" for row in regions if row["COUNTRY_ID"] == country} - {"uis:UIS: World"}
        ((parents,),) = place.ask(f"SELECT parents FROM areas WHERE code = '{code}'")
        assert set(parents.split(";")) - {"WLD"} == groups
    assert place.ask(
        "SELECT code, name, kind FROM areas WHERE code IN ('uis:XDN', 'uis:ZZA', 'uis:CECC-SICA') ORDER BY code"
    ) == [
        ("uis:CECC-SICA", "CECC-SICA", "aggregate"),
        ("uis:XDN", "Sudan (pre-secession)", "aggregate"),
        ("uis:ZZA", "Channel Islands", "aggregate"),
    ]
    groups = {row["REGION_ID"] for row in regions} - {"UIS: World"}
    assert place.ask("SELECT count(*) FROM areas WHERE code LIKE 'uis:%'") == [(len(groups) + 2,)]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("folder", ["", "SDG_2026/"])
def test_a_bulk_package_with_all_its_members(place: Place, end: str, mark: str, folder: str) -> None:
    """As published: the regional table in small letters beside the national one in capitals, in one release by country."""
    members = {
        "SDG_DATA_NATIONAL.csv": [BDDS, "20070,AFG,2003,115583,,UIS_EST", "21502,AFG,2013,,INCLUDED,", "FOSGP.5t8,AFG,2014,.5,,"],
        "SDG_DATA_REGIONAL.csv": [
            "indicator_id,region_id,year,value,magnitude,qualifier",
            "20070,WB: World,2003,329030.28125,,UIS_EST",
            'fosgp.5t8,"GPE: High income WB FY24, December 2024",2003,0,NIL,UIS_EST',
        ],
        "SDG11_DATA_REGIONAL.csv": [BDDS.lower(), "20070,WB: World,2003,1,,"],
        "SDG_LABEL.csv": ["INDICATOR_ID,INDICATOR_LABEL_EN", '20070," Enrolment, pre-primary"', "FOSGP.5T8  ,Foreign"],
        "SDG_COUNTRY.csv": ["COUNTRY_ID,COUNTRY_NAME_EN", 'HKG,"China, Hong Kong Special Administrative Region"'],
        "SDG_REGION.csv": ["REGION_ID,COUNTRY_ID,COUNTRY_NAME_EN", '"WB: World",AFG,"Afghanistan"'],
        "SDG_METADATA.csv": ["INDICATOR_ID,COUNTRY_ID,YEAR,TYPE,METADATA", '20070,AFG,2003,Source:Data sources,"two\nlines"'],
    }
    texts = {f"{folder}{name}": mark + end.join([*lines, ""]) for name, lines in members.items()}
    texts[f"{folder}SDG_README_RELEASE_2026_February.md"] = "Dataset: Sustainable Development Goal 4"
    place.put("unesco_uis/2026-02/SDG.zip", zipped(texts))
    ran = place.refresh()
    assert (ran.code, ran.complaints) == (0, "")
    ledger = dict(place.ask("SELECT split_part(raw_file, '#', 2), rows_published FROM row_ledger"))
    assert ledger == {f"{folder}{name}": len(lines) - 1 for name, lines in members.items()}
    found = place.ask("SELECT dataset, indicator, ref_area, time_period, obs_value, obs_status FROM observations ORDER BY ALL")
    assert found == [
        ("sdg", "unesco_uis:20070", "AFG", "2003", 115583.0, "E"),
        ("sdg", "unesco_uis:20070", "uis:WB: World", "2003", 329030.28125, "E"),
        ("sdg", "unesco_uis:21502", "AFG", "2013", None, "K"),
        ("sdg", "unesco_uis:FOSGP.5T8", "AFG", "2014", 0.5, "A"),
        ("sdg", "unesco_uis:FOSGP.5T8", "uis:GPE: High income WB FY24, December 2024", "2003", 0.0, "N"),
        ("sdg11", "unesco_uis:20070", "uis:WB: World", "2003", 1.0, "A"),
    ]
    assert place.ask("SELECT name FROM indicators WHERE indicator = 'unesco_uis:FOSGP.5T8'") == [("Foreign",)]


# As the Humanitarian Data Exchange and Excel hand them on

TAGS = "#indicator+code,#country+code,#date+year,#indicator+value+num,,"
HDX = {
    "natmon_data_afg.csv": [BDDS, TAGS, "10,AFG,1997,0,NA,", "20063,AFG,2000,0,NIL,"],
    "natmon_indicatorlist_afg.csv": [
        "INDICATOR_ID,INDICATOR_LABEL_EN",
        "#indicator+code,#indicator+name",
        "10,Official entrance age",
    ],
    "natmon_metadata_afg.csv": [
        "indicator_id,country_id,year,type,metadata",
        "#indicator+code,#country+code,#date+year,#description+type,#description",
        "10,AFG,1997,Source:Data sources,Survey",
    ],
}


def test_tables_with_the_tags_of_hdx(place: Place) -> None:
    for name, lines in HDX.items():
        place.put(f"unesco_uis/2020-09/{name}", "\n".join([*lines, ""]))
    ran = place.refresh()
    assert (ran.code, ran.complaints) == (0, "")
    for name, lines in HDX.items():
        account = (len(lines) - 1, len(lines) - 2, 0, 1, "1 row of HXL tags")
        assert place.ask(LEDGER.format(f"unesco_uis/2020-09/{name}")) == [account]
    assert place.ask("SELECT dataset, obs_status, obs_value FROM observations ORDER BY time_period") == [
        ("natmon", "M", None),
        ("natmon", "N", 0.0),
    ]


def test_tables_saved_anew_in_excel(place: Place) -> None:
    """Codes and years become numbers there, and empty cells blank ones; each table is a sheet."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    tables = {**HDX, "UIS.Stat": [STAT, '10,"Age",40505,"Central Asia",2017,2017,56.59395,‡,UIS Estimation']}
    tables["data"] = [uis([]).strip(), "26637,KAZ,2019,.9823399782180786,,", 'MENF.5T8,"SDG: Asia",2019,-0.1,UIS_EST,']
    for name, lines in tables.items():
        sheet = book.create_sheet(name.removesuffix(".csv"))
        for line in csv.reader(lines):
            sheet.append(
                [
                    int(cell) if cell.isdigit() else float(cell) if "." in cell and is_number(cell) else cell or None
                    for cell in line
                ]
            )
    packed = io.BytesIO()
    book.save(packed)
    place.put("unesco_uis/2020-09/natmon.xlsx", packed.getvalue())
    ran = place.refresh()
    assert (ran.code, ran.complaints) == (0, "")
    found = place.ask("""
        SELECT split_part(raw_file, '#', 2), dataset, source_indicator, ref_area, time_period, obs_value, source_status, raw_row
        FROM observations ORDER BY ALL
    """)
    assert found == [
        ("UIS.Stat", "natmon", "10", "uis:UIS: Central Asia", "2017", 56.59395, "‡", 2),
        ("data", "data_browser", "26637", "KAZ", "2019", 0.9823399782180786, "|", 2),
        ("data", "data_browser", "MENF.5T8", "uis:SDG: Asia", "2019", -0.1, "|UIS_EST", 3),
        ("natmon_data_afg", "natmon", "10", "AFG", "1997", None, "NA|", 3),
        ("natmon_data_afg", "natmon", "20063", "AFG", "2000", 0.0, "NIL|", 4),
    ]
    assert place.ask("SELECT source_indicator, footnote FROM footnotes") == [("10", "Survey")]
    assert place.ask("SELECT source_indicator, label FROM source_indicators") == [("10", "Official entrance age")]


def is_number(text: str) -> bool:
    return text.replace(".", "", 1).removeprefix("-").isdigit()


# UIS.Stat

STAT = "NATMON_IND,Indicator,LOCATION,Country,TIME,Time,Value,Flag Codes,Flags"


def test_a_file_of_uis_stat(place: Place) -> None:
    lines = [
        '"NATMON_IND","Indicator","LOCATION","Country","TIME","Time","Value","Flag Codes","Flags"',
        '"OE_5T8_40510","Total outbound, all countries","KAZ","Kazakhstan","2012","2012",33.07411,"‡","UIS Estimation"',
        '"26637","Total inbound","40510","World","2017","2017",56.81147,,',
        '"26637","Total inbound","VAT","Holy See","2012","2012",,"a","Category not applicable"',
        '"26637","Total inbound","AIA","Anguilla","2012","2012",,"n","Magnitude nil or negligible"',
        '"26637","Total inbound","OMN","Oman","2012","2012",5,"?","Somehow"',
    ]
    name = "unesco_uis/2024-02/NATMON_DS_22022024030656751.csv"
    place.put(name, "\ufeff" + "\r\n".join(lines) + "\r\n")
    ran = place.refresh()
    assert ran.code == 1
    assert f"{name}, row 5" in ran.err
    assert place.ask(LEDGER.format(name)) == [(5, 4, 1, 0, None)]
    found = place.ask(
        "SELECT dataset, indicator, ref_area, obs_value, obs_status, source_status FROM observations ORDER BY raw_row"
    )
    assert found == [
        ("natmon", "outbound_students", "KAZ", 33.07411, "E", "‡"),
        ("natmon", "inbound_students", "WLD", 56.81147, "A", ""),
        ("natmon", "inbound_students", "VAT", None, "M", "a"),
        ("natmon", "inbound_students", "AIA", 0.0, "N", "n"),
    ]


# The interface

REPLIES = {
    "uis_data_empty.json": ["uis_data_empty.json#records"],
    "uis_data_records.json": ["uis_data_records.json#records"],
    "uis_data_unknown_geounit.json": ["uis_data_unknown_geounit.json#records"],
    "uis_definitions_geounits.json": ["uis_definitions_geounits.json"],
    "uis_definitions_indicators.json": ["uis_definitions_indicators.json"],
}
REFUSED_REPLIES = {
    "uis_data_unknown_geounit.json#hints": "uis_hint",
    "uis_data_year_filter.json": "known_layout",
    "uis_indicator_themes.json": "known_layout",
    "uis_openapi_query_params.json": "known_layout",
    "uis_versions.json": "known_layout",
}


@needs_files
def test_every_reply_lands_or_is_refused_by_name(place: Place) -> None:
    names = sorted(path.name for path in (DATA / "api").glob("*.json"))
    put(place, "unesco_uis/2026-08", *(f"api/{name}" for name in names))
    ran = place.refresh()
    assert ran.code == 1
    refused = dict(place.ask("SELECT split_part(raw_file, '/', 3), rule FROM quarantine"))
    assert refused == REFUSED_REPLIES
    assert all(f"refused: unesco_uis/2026-08/{name}: {rule}" in ran.err for name, rule in refused.items())
    assert "UIS::HINT::003: The geoUnit could not be found, XXX" in ran.err
    ledger = {
        name: counts
        for name, *counts in place.ask("SELECT split_part(raw_file, '/', 3), rows_read, rows_published FROM row_ledger")
    }
    assert {name.partition("#")[0] for name in ledger} == set(names)
    for name, parts in REPLIES.items():
        content = json.loads((DATA / "api" / name).read_text(encoding="utf-8"))
        count = len(content["records"] if isinstance(content, dict) else content)
        assert [ledger.pop(part) for part in parts] == [[count, count]]
    assert ledger == {name: [0, 0] for name in REFUSED_REPLIES}
    expected = [
        (r["indicatorId"], r["geoUnit"], str(r["year"]), r["value"])
        for r in json.loads((DATA / "api/uis_data_records.json").read_text(encoding="utf-8"))["records"]
    ]
    assert (
        place.ask("SELECT source_indicator, source_area, time_period, obs_value FROM observations ORDER BY raw_row") == expected
    )


def test_an_empty_answer_lands_and_one_with_hints_is_named(place: Place) -> None:
    empty: dict[str, list[object]] = {"hints": [], "records": [], "indicatorMetadata": []}
    place.put("unesco_uis/2026-02/data.csv", uis(["26637,KAZ,2018,14332,,"]))
    place.put("unesco_uis/2026-02/empty.json", json.dumps(empty))
    assert place.refresh().code == 0
    assert place.ask(LEDGER.format("unesco_uis/2026-02/empty.json#records")) == [(0, 0, 0, 0, None)]
    hints = [{"code": "UIS::HINT::001", "message": "The indicator could not be found, XX"}]
    place.put("unesco_uis/2026-02/empty.json", json.dumps({**empty, "hints": hints}))
    ran = place.refresh()
    assert ran.code == 1
    assert "refused: unesco_uis/2026-02/empty.json#hints: uis_hint" in ran.err
    assert "UIS::HINT::001: The indicator could not be found, XX" in ran.err


# What is no layout of UIS's


@needs_files
def test_tables_somebody_tidied_are_refused_by_name(place: Place) -> None:
    names = sorted(path.name for path in (DATA / "flows_360info").glob("*.csv"))
    assert len(names) == 6
    put(place, "unesco_uis/2022-03", *(f"flows_360info/{name}" for name in names))
    place.put("unesco_uis/2026-02/data.csv", uis(["26637,KAZ,2018,14332,,"]))
    ran = place.refresh()
    assert ran.code == 1
    refused = place.ask("SELECT split_part(raw_file, '/', 3), rule, reason FROM quarantine ORDER BY raw_file")
    assert [(name, rule) for name, rule, _ in refused] == [(name, "known_layout") for name in names]
    for name, _, reason in refused:
        header = (DATA / "flows_360info" / name).read_text(encoding="utf-8").partition("\n")[0]
        assert f"the file has columns {', '.join(header.split(','))}" in reason
        assert "uis_bdds_data expects columns INDICATOR_ID, COUNTRY_ID, YEAR, VALUE, MAGNITUDE, QUALIFIER" in reason
        assert f"refused: unesco_uis/2022-03/{name}: known_layout" in ran.err
    assert place.ask("SELECT count(*) FROM observations") == [(1,)]
