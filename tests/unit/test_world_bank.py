"""The World Bank's tables read as it means them: shapes, codes, missing figures, and what is refused.

Here: what layouts recognise and what a record becomes, up to quarantine. Not here: CSV itself, or the rules as such.
The files are written in the layouts of EdStats, of the WDI and of DataBank; most of the figures in them are our own.
"""

from pathlib import Path

import polars as pl
import pytest

from edumig_pipeline.ingest.inventory import FoundRelease
from edumig_pipeline.ingest.validation import Outcome, Validator
from edumig_pipeline.model import areas
from edumig_pipeline.model.codes import SEX
from edumig_pipeline.model.indicators import harmonised
from edumig_pipeline.sources.candidates import mapping
from edumig_pipeline.sources.layout import Part
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import RefusedError
from edumig_pipeline.sources.registry import area_prefixes
from edumig_pipeline.sources.world_bank.source import SOURCE

RELEASE = FoundRelease(SOURCE.id, "r", ())

BULK = """\
"Country Name","Country Code","Indicator Name","Indicator Code","2019","2020","2025",
"Arab World","ARB","Total inbound internationally mobile students, both sexes (number)","UIS.MS.56.T","","5","",
"Kazakhstan","KAZ","Total inbound internationally mobile students, both sexes (number)","UIS.MS.56.T","22728","40742","",
"Kazakhstan","KAZ","Inbound mobility rate, both sexes (%)","UIS.MSEP.56","3.31774","5.50775","",
"""
DOWNLOAD = """\
"Data Source","World Development Indicators",

"Last Updated Date","2024-06-28",

"Country Name","Country Code","Indicator Name","Indicator Code","2019","2020",
"Kazakhstan","KAZ","Net migration","SM.POP.NETM","-37080","-12432",
"World","WLD","Net migration","SM.POP.NETM","0","",
"""
DATABANK = """\
Country Name,Country Code,Series Name,Series Code,2019 [YR2019],2020 [YR2020]
Kazakhstan,KAZ,"Total inbound internationally mobile students, both sexes (number)",UIS.MS.56.T,22728,..
,,,,,
,,,,,
Data from database: Education Statistics - All Indicators,,,,,
Last Updated: 06/28/2024,,,,,
"""


def raw(folder: Path, text: str, name: str = "data.csv") -> RawFile:
    """A file of this text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return RawFile(path, f"world_bank/r/{name}")


def recognised(file: RawFile) -> tuple[str, Part]:
    """Layout and part of a file that one layout takes."""
    ((name, (part,)),) = [(layout.name, parts) for layout in SOURCE.layouts if (parts := layout.parts(file)) is not None]
    return name, part


def landed(folder: Path, text: str, name: str = "data.csv") -> tuple[str, str, Outcome]:
    """Layout, dataset and outcome of a file of this text."""
    layout, part = recognised(raw(folder, text, name))
    batch = next(part.records())
    return layout, part.dataset, Validator(part, name, RELEASE).validate(batch.records.filter(pl.col("exclusion").is_null()))


def observed(folder: Path, text: str, *columns: str) -> list[tuple[object, ...]]:
    """Columns of the observations of a file, in the file's order; nothing of it fails."""
    _, _, outcome = landed(folder, text)
    assert outcome.failures.is_empty()
    return outcome.valid["observations"].select(columns).rows()


def account(folder: Path, text: str) -> tuple[int, int, dict[str, int]]:
    """Rows read, blank cells and exclusions of a file."""
    batches = list(recognised(raw(folder, text))[1].records())
    left_out = pl.concat([batch.records["exclusion"] for batch in batches]).drop_nulls()
    read = sum(batch.rows_read or 0 for batch in batches)
    return read, sum(batch.blank_cells for batch in batches), dict(left_out.value_counts().iter_rows())


def refusal(folder: Path, text: str) -> str:
    """Why a file is refused, by a layout that knows it for one of the World Bank."""
    file = raw(folder, text)
    with pytest.raises(RefusedError) as refused:
        [layout.parts(file) for layout in SOURCE.layouts]
    assert refused.value.rule == "known_layout"
    return refused.value.reason


# Tables of figures

KAZ = ("inbound_students", "KAZ", "2019", 22728.0, "A", "")


def test_a_bulk_file_has_one_row_per_cell_that_says_something(tmp_path: Path) -> None:
    found = observed(tmp_path, BULK, "raw_row", "raw_column", "indicator", "ref_area", "time_period", "obs_value", "unit_measure")
    assert found == [
        (1, "2020", "inbound_students", "wb:ARB", "2020", 5.0, "PS"),
        (2, "2019", "inbound_students", "KAZ", "2019", 22728.0, "PS"),
        (2, "2020", "inbound_students", "KAZ", "2020", 40742.0, "PS"),
        (3, "2019", "inbound_rate", "KAZ", "2019", 3.31774, "PT"),
        (3, "2020", "inbound_rate", "KAZ", "2020", 5.50775, "PT"),
    ]
    assert account(tmp_path, BULK) == (9, 4, {})


def test_columns_of_a_bulk_file_may_stand_in_any_order(tmp_path: Path) -> None:
    text = (
        'Indicator Code,2020,Country Code,2019,Indicator Name,Country Name\nUIS.MS.56.T,,KAZ,22728,"Inbound, both",Kazakhstan\n'
    )
    assert observed(tmp_path, text, "indicator", "ref_area", "time_period", "obs_value", "obs_status", "source_status") == [KAZ]


@pytest.mark.parametrize("last", ["", ",", ",Unnamed: 69"])
def test_a_column_without_a_heading_at_the_end_is_none(tmp_path: Path, last: str) -> None:
    end = "," if last else ""
    text = (
        f"Country Name,Country Code,Indicator Name,Indicator Code,2019{last}\nKazakhstan,KAZ,Inbound,UIS.MS.56.T,22728.0{end}\n"
    )
    assert observed(tmp_path, text, "indicator", "ref_area", "time_period", "obs_value", "obs_status", "source_status") == [KAZ]
    assert account(tmp_path, text) == (1, 0, {})


def test_a_column_without_a_heading_that_says_something_is_refused(tmp_path: Path) -> None:
    text = "Country Name,Country Code,Indicator Name,Indicator Code,2019,\nKazakhstan,KAZ,Inbound,UIS.MS.56.T,1,stray\n"
    _, part = recognised(raw(tmp_path, text))
    with pytest.raises(RefusedError, match="record 1 says 'stray' in a column without a heading"):
        list(part.records())


def test_an_indicator_download_says_in_its_first_lines_what_it_is_of(tmp_path: Path) -> None:
    layout, dataset, outcome = landed(tmp_path, DOWNLOAD)
    assert (layout, dataset) == ("world_bank_indicator_download", "wdi")
    found = outcome.valid["observations"].select("raw_row", "raw_column", "indicator", "ref_area", "obs_value").rows()
    assert found == [
        (1, "2019", "net_migration", "KAZ", -37080.0),
        (1, "2020", "net_migration", "KAZ", -12432.0),
        (2, "2019", "net_migration", "WLD", 0.0),
    ]


@pytest.mark.parametrize("kept", [[0, 2], [0], [2], [1, 3], [0, 1, 2, 3]])
def test_lines_before_the_header_may_be_lost(tmp_path: Path, kept: list[int]) -> None:
    lines = DOWNLOAD.splitlines(keepends=True)
    text = "".join([lines[number] for number in kept] + lines[4:])
    layout, _, outcome = landed(tmp_path, text)
    assert layout == "world_bank_indicator_download"
    assert outcome.valid["observations"]["raw_row"].to_list() == [1, 1, 2]


def test_a_download_that_lost_all_lines_before_the_header_is_a_bulk_table(tmp_path: Path) -> None:
    text = "".join(DOWNLOAD.splitlines(keepends=True)[4:])
    layout, dataset, _ = landed(tmp_path, text, "API_SM.POP.NETM_DS2_en_csv_v2_1.csv")
    assert (layout, dataset) == ("world_bank_bulk", "wdi")


def test_lines_before_the_header_that_nobody_knows_are_refused(tmp_path: Path) -> None:
    file = raw(tmp_path, "Figures of last week\n" + BULK)
    assert [layout.parts(file) for layout in SOURCE.layouts] == [None] * len(SOURCE.layouts)


def test_two_dots_are_a_missing_figure_and_lines_below_are_none(tmp_path: Path) -> None:
    columns = ("indicator", "ref_area", "time_period", "obs_value", "obs_status", "source_status")
    assert observed(tmp_path, DATABANK, *columns) == [KAZ, ("inbound_students", "KAZ", "2020", None, "O", "..")]
    assert account(tmp_path, DATABANK) == (6, 0, {"blank row": 2, "footer line": 2})
    assert landed(tmp_path, DATABANK)[:2] == ("world_bank_databank", "edstats")


def test_lines_below_may_be_short_or_quoted(tmp_path: Path) -> None:
    below = '\n\n"Data from database: World Development Indicators"\n"Last Updated: 06/28/2024"\n'
    text = DATABANK.split("\n,,,,,", maxsplit=1)[0] + "\n" + below
    assert account(tmp_path, text) == (4, 0, {"footer line": 2})
    assert landed(tmp_path, text)[1] == "wdi"


def test_another_database_is_a_dataset_of_its_own(tmp_path: Path) -> None:
    text = DATABANK.replace("Education Statistics - All Indicators", "Health Nutrition and Population Statistics")
    assert landed(tmp_path, text)[1] == "health_nutrition_and_population_statistics"


EXTRACTS = {
    "series first": "Series Name,Series Code,Country Name,Country Code,2019 [YR2019]\nInbound,UIS.MS.56.T,Kazakhstan,KAZ,22728\n",
    "codes first": "Country Code,Series Code,2019 [YR2019],Series Name,Country Name\nKAZ,UIS.MS.56.T,22728,Inbound,Kazakhstan\n",
    "bare years": "Country Name,Country Code,Series Name,Series Code,2019\nKazakhstan,KAZ,Inbound,UIS.MS.56.T,22728\n",
    "series in columns": "Country Name,Country Code,Time,Time Code,Inbound [UIS.MS.56.T]\nKazakhstan,KAZ,2019,YR2019,22728\n",
    "time first": "Time,Time Code,Country Name,Country Code,Inbound (all) [UIS.MS.56.T]\n2019,YR2019,Kazakhstan,KAZ,22728\n",
    "areas in columns": "Time,Time Code,Series Name,Series Code,Kazakhstan [KAZ]\n2019,YR2019,Inbound,UIS.MS.56.T,22728\n",
}


@pytest.mark.parametrize("text", EXTRACTS.values(), ids=EXTRACTS.keys())
def test_databank_extracts_read_the_same_however_they_are_turned(tmp_path: Path, text: str) -> None:
    assert landed(tmp_path, text)[0] == "world_bank_databank"
    assert observed(tmp_path, text, "indicator", "ref_area", "time_period", "obs_value", "obs_status", "source_status") == [KAZ]


def test_a_time_and_its_code_that_differ_are_no_period(tmp_path: Path) -> None:
    text = "Country Name,Country Code,Time,Time Code,Inbound [UIS.MS.56.T]\nKazakhstan,KAZ,2019,YR2018,22728\n"
    assert landed(tmp_path, text)[2].failures["reason"].to_list() == [
        "known_period: time period '2019 YR2018' is no period within 1950–2100"
    ]


# Drift

HEADER = "Country Name,Country Code,Indicator Name,Indicator Code,2019,2020\n"
DRIFTED = {
    "a missing code": (HEADER.replace("Indicator Code,", ""), "found Country Name, Country Code, Indicator Name"),
    "a renamed code": (HEADER.replace("Country Code", "ISO3"), "found Country Name, Indicator Name, Indicator Code"),
    "an added column": (HEADER.replace("2019", "Unit,2019"), "found Unit"),
    "a year that is none": (HEADER.replace("2020", "latest"), "found latest"),
    "a year of two digits": (HEADER.replace("2020", "20"), "found 20"),
    "an academic year": (HEADER.replace("2020", "2019/20"), "found 2019/20"),
    "two years in one heading": (HEADER.replace("2020", "2013 [YR2014]"), "found 2013 [YR2014]"),
    "a year in brackets alone": (HEADER.replace("2020", "[YR2013]"), "found [YR2013]"),
    "a year twice": (HEADER.replace("2020", "2019"), "found twice: 2019"),
    "a year twice, said in two ways": (HEADER.replace("2020", "2019 [YR2019]"), "found twice: 2019, 2019 [YR2019]"),
    "no figures": (HEADER.replace(",2019,2020", ""), "expected columns with figures; found none"),
    "a column without a heading amid others": (HEADER.replace("2019", ""), "found "),
    "all three dimensions in the rows": (HEADER.replace("2019,2020", "Time,Time Code,Value"), "Time, Time Code"),
    "a series without its code": (
        "Country Name,Country Code,Time,Time Code,Inbound\n",
        "a name with its code in brackets at the end; found Inbound",
    ),
}


@pytest.mark.parametrize(("header", "found"), DRIFTED.values(), ids=DRIFTED.keys())
def test_columns_that_drifted_are_refused_by_name(tmp_path: Path, header: str, found: str) -> None:
    reason = refusal(tmp_path, header)
    assert "expected" in reason
    assert found in reason


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "Country Name,Country Code,2019\n", "Entity,Code,Year,Rate\n", ""])
def test_other_tables_are_none_of_the_world_bank(tmp_path: Path, text: str) -> None:
    file = raw(tmp_path, text)
    assert [layout.parts(file) for layout in SOURCE.layouts] == [None] * len(SOURCE.layouts)


# Codes


def cell(folder: Path, *, area: str = "KAZ", series: str = "UIS.MS.56.T", year: str = "2019", value: str = "1") -> Outcome:
    """Outcome of a bulk table of one cell."""
    return landed(folder, f"Country Name,Country Code,Indicator Name,Indicator Code,{year}\nX,{area},Y,{series},{value}\n")[2]


SERIES = {
    "UIS.MS.56.T": ("inbound_students", "_T", "PS"),
    "UIS.MS.56.F": ("inbound_students", "F", "PS"),
    "UIS.MS.5T8.M": ("inbound_students", "M", "PS"),
    "UIS.OE.56.40510": ("outbound_students", "_T", "PS"),
    "UIS.OE.56.40510 ": ("outbound_students", "_T", "PS"),
    "uis.oe.56.40510": ("outbound_students", "_T", "PS"),
    "UIS.OMR.56": ("outbound_ratio", "_T", "PT"),
    "UIS.MSEP.56.F": ("inbound_rate", "F", "PT"),
    "UIS.MENF.56": ("net_flow_students", "_T", "PS"),
    "UIS.MENFR.5T8": ("net_flow_ratio", "_T", "PT"),
    "SE.TER.ENRL": ("tertiary_enrolment", "_T", "PS"),
    "SM.POP.TOTL": ("migrant_stock", "_T", "PS"),
    "SM.POP.TOTL.ZS": ("migrant_stock_share", "_T", "PT"),
    "SM.POP.NETM": ("net_migration", "_T", "PS"),
    # Relative to the population of student age, not to enrolment: another ratio.
    "UIS.GOER.56": ("world_bank:UIS.GOER.56", "_T", "_X"),
    "UIS.FEP.56.FOREIGN": ("world_bank:UIS.FEP.56.FOREIGN", "_T", "_X"),
    "UIS.LP.Ag15t24": ("world_bank:UIS.LP.AG15T24", "_T", "_X"),
}


@pytest.mark.parametrize("series", SERIES)
def test_series_are_told_by_their_code_alone(tmp_path: Path, series: str) -> None:
    found = cell(tmp_path, series=series).valid["observations"]
    assert found.select("indicator", "sex", "unit_measure").rows() == [SERIES[series]]
    assert found["source_indicator"].to_list() == [series.strip()]


def test_a_record_without_a_series_goes_to_quarantine(tmp_path: Path) -> None:
    assert cell(tmp_path, series="").failures["rule"].to_list() == ["indicator_given"]


AREAS = {
    "KAZ": "KAZ",
    "NAM": "NAM",
    "WLD": "WLD",
    "ARB": "wb:ARB",
    "CHI": "wb:CHI",
    "XKX": "wb:XKX",
    "KSV": "wb:XKX",
    "ROM": "ROU",
    "ZAR": "COD",
}


@pytest.mark.parametrize("code", AREAS)
def test_areas_are_countries_the_world_or_groups_of_the_world_bank(tmp_path: Path, code: str) -> None:
    found = cell(tmp_path, area=code).valid["observations"]
    assert found.select("ref_area", "source_area").rows() == [(AREAS[code], code)]


@pytest.mark.parametrize("code", ["ABC", "kaz", "KZ", "", "_T", "World", "wb:ARB"])
def test_an_area_nobody_knows_goes_to_quarantine(tmp_path: Path, code: str) -> None:
    assert cell(tmp_path, area=code).failures["rule"].to_list() == ["known_area"]


@pytest.mark.parametrize(
    ("value", "rule"),
    [("n/a", "value_is_number"), ("1 000", "value_is_number"), ("...", "value_is_number"), ("-5", "within_bounds")],
)
def test_a_cell_that_is_no_possible_figure_goes_to_quarantine(tmp_path: Path, value: str, rule: str) -> None:
    assert cell(tmp_path, value=value).failures["rule"].to_list() == [rule]


def test_a_year_outside_the_warehouse_goes_to_quarantine(tmp_path: Path) -> None:
    assert cell(tmp_path, year="2105").failures["rule"].to_list() == ["known_period"]


def test_mapping_rows_name_declared_indicators_with_the_same_unit() -> None:
    units = dict(harmonised().select("indicator", "unit_measure").iter_rows())
    rows = mapping("world_bank_indicators")
    assert [row for row in rows.select("indicator", "unit_measure").iter_rows() if units.get(row[0]) != row[1]] == []
    assert set(rows["sex"].drop_nulls()) <= set(SEX)
    codes = rows["source_indicator"]
    assert codes.n_unique() == rows.height
    assert codes.to_list() == [code.strip().upper() for code in codes]


def test_mapped_areas_are_known_and_no_country_is_among_them_under_its_own_code() -> None:
    rows = mapping("world_bank_areas")
    assert areas.known(rows["ref_area"], area_prefixes()).all()
    assert rows["source_area"].n_unique() == rows.height
    # Two codes stand for other countries than ISO's historic ones do by now: TMP and ZAR.
    countries = set(rows["source_area"]) & areas.iso_countries()
    assert {code: rows.filter(source_area=code)["ref_area"].item() for code in countries} == {"TMP": "TLS", "ZAR": "COD"}


# Companions


def test_labels_carry_the_code_of_the_observations_whatever_their_spelling(tmp_path: Path) -> None:
    text = (
        "Series Code,Topic,Indicator Name,Short definition,Unnamed: 20\n"
        '"UIS.OE.56.40510 ",Tertiary,"Outbound, all countries",,\nUIS.LP.Ag15t24,Literacy,Illiterate,,\n'
    )
    layout, dataset, outcome = landed(tmp_path, text, "EdStatsSeries.csv")
    assert (layout, dataset) == ("world_bank_series", "edstats")
    assert outcome.valid["source_indicators"].select("source_indicator", "label", "indicator").rows() == [
        ("UIS.OE.56.40510", "Outbound, all countries", "outbound_students"),
        ("UIS.LP.Ag15t24", "Illiterate", "world_bank:UIS.LP.AG15T24"),
    ]


@pytest.mark.parametrize(
    ("header", "name", "dataset"),
    [
        ('"INDICATOR_CODE","INDICATOR_NAME","SOURCE_NOTE","SOURCE_ORGANIZATION",', "Metadata_Indicator_API_X_DS2_en.csv", "wdi"),
        ("Code,Indicator Name,Long definition,Source,Topic", "x_Series - Metadata.csv", "bulk"),
    ],
)
def test_labels_come_under_other_headings_too(tmp_path: Path, header: str, name: str, dataset: str) -> None:
    layout, found, outcome = landed(tmp_path, f"{header}\nSM.POP.NETM,Net migration,,,\n", name)
    assert (layout, found) == ("world_bank_series", dataset)
    assert outcome.valid["source_indicators"].select("label", "indicator").rows() == [("Net migration", "net_migration")]


def test_a_label_without_a_code_goes_to_quarantine(tmp_path: Path) -> None:
    assert landed(tmp_path, "Series Code,Indicator Name\n,Nothing\n")[2].failures["rule"].to_list() == ["label_given"]


COUNTRIES = {
    "EdStatsCountry": """\
Country Code,Short Name,Table Name,Long Name,Region,Income Group,Unnamed: 31
KAZ,Kazakhstan,Kazakhstan,Republic of Kazakhstan,Europe & Central Asia,Upper middle income,
ARB,Arab World,Arab World,Arab World,,,
""",
    "Metadata_Country": """\
"Country Code","Region","IncomeGroup","SpecialNotes","TableName",
"KAZ","Europe & Central Asia","Upper middle income","","Kazakhstan",
"ARB","","","","Arab World",
""",
}


@pytest.mark.parametrize("text", COUNTRIES.values(), ids=COUNTRIES.keys())
def test_countries_and_groups_are_named(tmp_path: Path, text: str) -> None:
    layout, _, outcome = landed(tmp_path, text)
    assert layout == "world_bank_countries"
    assert outcome.valid["source_areas"].select("source_area", "label", "area", "parent_area").rows() == [
        ("KAZ", "Kazakhstan", "KAZ", None),
        ("ARB", "Arab World", "wb:ARB", None),
    ]
    assert outcome.area_names.rows() == [("wb:ARB", "Arab World")]


def test_a_named_area_nobody_knows_goes_to_quarantine(tmp_path: Path) -> None:
    assert landed(tmp_path, "Country Code,Table Name\nQQQ,Nowhere\n")[2].failures["rule"].to_list() == ["known_area"]


NOTES = {
    "world_bank_footnotes": (
        "CountryCode,SeriesCode,Year,DESCRIPTION,Unnamed: 4\nKAZ,UIS.MS.56.T,YR2019,UIS Estimation,\n",
        ("inbound_students", "KAZ", "2019", "FootNote", "UIS Estimation", "KAZ"),
    ),
    "world_bank_country_series": (
        '"CountryCode","SeriesCode","DESCRIPTION",\n"KAZ","SM.POP.TOTL","Estimates by the UN",\n',
        ("migrant_stock", "KAZ", None, "Country-Series", "Estimates by the UN", "KAZ"),
    ),
    "world_bank_series_time": (
        '"SeriesCode","Year","DESCRIPTION",\n"SM.POP.TOTL","yr2019","New method",\n',
        ("migrant_stock", "_T", "2019", "Series-Time", "New method", None),
    ),
}


@pytest.mark.parametrize("layout", NOTES)
def test_notes_hang_on_what_they_are_about(tmp_path: Path, layout: str) -> None:
    text, said = NOTES[layout]
    found, _, outcome = landed(tmp_path, text, "EdStatsFootNote.csv")
    assert found == layout
    assert outcome.failures.is_empty()
    rows = outcome.valid["footnotes"]
    assert rows.select("indicator", "ref_area", "time_period", "footnote_type", "footnote", "source_area").rows() == [said]


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        ("KAZ,UIS.MS.56.T,2019/20,x", "known_period"),
        ("QQQ,UIS.MS.56.T,YR2019,x", "known_area"),
        ("KAZ,UIS.MS.56.T,YR2019,", "footnote_given"),
    ],
)
def test_a_note_on_nothing_known_goes_to_quarantine(tmp_path: Path, record: str, rule: str) -> None:
    outcome = landed(tmp_path, f"CountryCode,SeriesCode,Year,DESCRIPTION\n{record}\n")[2]
    assert outcome.failures["rule"].to_list() == [rule]


@pytest.mark.parametrize(
    "header",
    [
        "CountryCode,SeriesCode",
        "CountryCode,SeriesCode,Year,DESCRIPTION,Note",
        "Series Code,Series Code,Indicator Name",
        "Series Code,INDICATOR_CODE,Indicator Name",
        "Country Code,Short Name",
    ],
)
def test_companions_with_other_columns_are_not_known(tmp_path: Path, header: str) -> None:
    file = raw(tmp_path, header + "\n")
    assert [layout.parts(file) for layout in SOURCE.layouts] == [None] * len(SOURCE.layouts)


@pytest.mark.parametrize(
    ("path", "dataset"),
    [
        ("world_bank/r/EdStatsData.csv", "edstats"),
        ("world_bank/r/EdStats_CSV.zip#data.csv", "edstats"),
        ("world_bank/r/WDICSV.csv", "wdi"),
        ("world_bank/r/WDI_CSV.zip#WDIData.csv", "wdi"),
        ("world_bank/edstats-2020/data.csv", "edstats"),
        ("world_bank/r/Data_Extract_From_Education_Statistics_-_All_Indicators.zip#Data.csv", "edstats"),
        ("world_bank/r/data.csv", "bulk"),
    ],
)
def test_a_bulk_table_belongs_to_the_database_its_path_names(tmp_path: Path, path: str, dataset: str) -> None:
    named = RawFile(raw(tmp_path, BULK).path, path)
    assert recognised(named)[1].dataset == dataset
