"""Files of the World Bank and of Kazakhstan's Bureau of National Statistics, from the raw folder to the published file.

Here: what a user of `edumig refresh` sees. Not here: what single records become.
"""

import io
import zipfile

from tests.pipeline.conftest import Place

DATA = """\
"Country Name","Country Code","Indicator Name","Indicator Code","2019","2020",
"Kazakhstan","KAZ","Inbound","UIS.MS.56.T","22728","40742",
"Kazakhstan","KAZ","Illiterate","UIS.LP.AG15T24","","5",
"Nowhere","QQQ","Inbound","UIS.MS.56.T","1","",
"Arab World","ARB","Inbound","UIS.MS.56.T","","",
"""
SERIES = "Series Code,Topic,Indicator Name,Unnamed: 3\nUIS.LP.Ag15t24,Literacy,Illiterate young people,\n"
COUNTRIES = """\
Country Code,Short Name,Table Name,Region,
KAZ,Kazakhstan,Kazakhstan,Europe & Central Asia,
ARB,Arab World,Arab World,,
"""
NOTES = "CountryCode,SeriesCode,Year,DESCRIPTION,\nKAZ,UIS.MS.56.T,YR2019,UIS Estimation,\n"
DATABANK = """\
Country Name,Country Code,Series Name,Series Code,2013 [YR2014]
Kazakhstan,KAZ,Inbound,UIS.MS.56.T,1
"""


def archive(members: dict[str, str]) -> bytes:
    """A zip of these members."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        for name, text in members.items():
            target.writestr(name, text)
    return packed.getvalue()


def test_an_archive_of_edstats_lands_with_its_labels_names_and_notes(place: Place) -> None:
    members = {
        "EdStatsData.csv": DATA,
        "EdStatsSeries.csv": SERIES,
        "EdStatsCountry.csv": COUNTRIES,
        "EdStatsFootNote.csv": NOTES,
    }
    place.put("world_bank/2020-01/EdStats_CSV.zip", archive(members))
    ran = place.refresh()
    assert ran.code == 1, "one cell is about an area that nobody knows"
    assert place.ask("SELECT dataset, indicator, ref_area, time_period, obs_value FROM observations ORDER BY ALL") == [
        ("edstats", "inbound_students", "KAZ", "2019", 22728.0),
        ("edstats", "inbound_students", "KAZ", "2020", 40742.0),
        ("edstats", "world_bank:UIS.LP.AG15T24", "KAZ", "2020", 5.0),
    ]
    named = place.ask("SELECT name FROM indicators WHERE indicator = 'world_bank:UIS.LP.AG15T24'")
    assert named == [("Illiterate young people",)]
    assert place.ask("SELECT name FROM areas WHERE code = 'wb:ARB'") == [("Arab World",)]
    assert place.ask("SELECT indicator, ref_area, time_period, footnote FROM footnotes") == [
        ("inbound_students", "KAZ", "2019", "UIS Estimation")
    ]
    assert place.ask("SELECT raw_row, rule FROM quarantine") == [(3, "known_area")]
    ledger = place.ask("SELECT rows_read, rows_published, rows_quarantined, exclusion_reason FROM row_ledger ORDER BY raw_file")
    assert ledger == [(2, 2, 0, None), (8, 3, 1, "4 blank cells"), (1, 1, 0, None), (1, 1, 0, None)]


def test_a_table_that_drifted_is_refused_by_name_and_the_others_land(place: Place) -> None:
    place.put("world_bank/2020-01/good.csv", DATA.replace('"Nowhere","QQQ"', '"World","WLD"'))
    place.put("world_bank/2020-01/drifted.csv", DATABANK)
    ran = place.refresh()
    assert ran.code == 1
    assert "drifted.csv: known_layout" in ran.err
    assert "expected each other column to be a year such as 2013 or 2013 [YR2013]; found 2013 [YR2014]" in ran.err
    assert place.ask("SELECT count(*) FROM observations") == [(4,)]


def test_a_column_without_a_heading_that_speaks_refuses_the_whole_table(place: Place) -> None:
    place.put("world_bank/2020-01/data.csv", DATA.replace('"40742",', '"40742",stray'))
    ran = place.refresh()
    assert ran.code == 2, "nothing else is there to publish"
    assert "record 1 says 'stray' in a column without a heading" in ran.err


def bureau(*rows: tuple[str, str, str]) -> bytes:
    """A download of the Bureau: period, territory and figure of each record."""
    header = ("NAM", "DAT", "PERIOD", "КАТО(по каталогу)", "LКАТО(по каталогу)", "СП", "LСП", "VAL")
    records = [("Сальдо миграции", "", period, area, "0", "Всего", "0", value) for period, area, value in rows]
    lines = ["\t".join(f'"{field}"' for field in record) for record in (header, *records)]
    return b"\xef\xbb\xbf" + "\r\n".join(lines).encode() + b"\r\n"


def test_a_download_of_the_bureau_lands_and_districts_of_one_name_do_not(place: Place) -> None:
    rows = [
        ("202212", "РЕСПУБЛИКА КАЗАХСТАН", "-6 700"),
        ("202312", "РЕСПУБЛИКА КАЗАХСТАН", "9 300"),
        ("202312", "Г.АСТАНА", "50 000"),
        ("202312", "ЕСИЛЬСКИЙ РАЙОН", "-1"),
        ("202312", "ЕСИЛЬСКИЙ РАЙОН", "-2"),
        ("202312", "НЕИЗВЕСТНО", "1"),
    ]
    place.put("kz_stat/2024/migration.csv", bureau(*rows))
    ran = place.refresh()
    assert ran.code == 1
    found = place.ask("SELECT indicator, ref_area, time_period, obs_value FROM observations ORDER BY ALL")
    assert found == [
        ("net_migration", "KAZ", "2022", -6700.0),
        ("net_migration", "KAZ", "2023", 9300.0),
        ("net_migration", "KZ-71", "2023", 50000.0),
    ]
    assert place.ask("SELECT raw_row, rule FROM quarantine ORDER BY ALL") == [
        (4, "unique_key"),
        (5, "unique_key"),
        (6, "known_area"),
    ]


def test_a_quarterly_table_of_the_bureau_is_refused(place: Place) -> None:
    place.put("kz_stat/2024/quarters.csv", bureau(*((f"2023{month}", "Г.АСТАНА", "1") for month in ("03", "06", "09", "12"))))
    place.put("kz_stat/2024/years.csv", bureau(("2023", "Г.АСТАНА", "1")))
    ran = place.refresh()
    assert ran.code == 1
    assert "PERIOD has months 03, 06, 09, 12 in 1 year(s)" in ran.err
    ledger = place.ask("SELECT rows_read, exclusion_reason FROM row_ledger ORDER BY raw_file")
    assert ledger == [(0, "refused: known_period"), (1, None)]
