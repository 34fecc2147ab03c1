"""The extracts under `raw/` hold the publishers' own figures, whole and unchanged.

Here: every `release.toml` names the data files of its folder with their checksums, and
every figure of an extract stands under the same key in the publisher's file, with nothing
missing that the rule in the release's notes keeps. The rules are written out again here,
so that an extract and its notes cannot drift apart unseen. Not here: how files become
observations, and `raw/kz_article`, a transcription with a test of its own.

The publishers' files are no part of the repository. Without them only the checksums are
tested.
"""

import csv
import hashlib
import tomllib
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pycountry
import pytest
from python_calamine import CalamineWorkbook

ROOT = Path(__file__).resolve().parents[2]
RAW = ROOT / "raw"
PUBLISHED = ROOT.parent / "shared" / "data"
RELEASES = sorted(RAW.glob("*/*/release.toml"))

ALPHA_3 = "AFG AIA ALB AUS AZE BLR CAN CHN CZE DEU ERI FRA GBR GRD IND JPN KAZ KGZ KOR MYS NAM POL PSE RUS SYC TKM TUR USA UZB"
COUNTRIES = frozenset(ALPHA_3.split())
UIS_AREAS = COUNTRIES | {
    "UIS: World",
    "SDG: World",
    "MDG: World",
    "WB: World",
    "UNICEF: World",
    "UIS: Central Asia",
    "GPE: High income WB FY24, December 2024",
}

Cells = list[list[Any]]


@pytest.fixture(scope="module")
def published() -> Path:
    """The folder of the publishers' files; skips the test where it is absent."""
    if not PUBLISHED.is_dir():
        pytest.skip("publishers' files are not kept in this repository")
    return PUBLISHED


def csv_rows(path: Path) -> list[list[str]]:
    """All records of a CSV file, header first, cells as text."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def csv_records(path: Path) -> list[dict[str, str]]:
    """The records after the header, by column name."""
    header, *rows = csv_rows(path)
    return [dict(zip(header, row, strict=True)) for row in rows]


# Checksums


def is_data(path: Path) -> bool:
    """A published file; the manifest, READMEs and dotfiles are not."""
    name = path.name
    ours = name == "release.toml" or name.upper().startswith("README")
    return path.is_file() and not ours and not name.startswith(".")


def release_id(manifest: Path) -> str:
    return manifest.parent.relative_to(RAW).as_posix()


def test_there_are_releases() -> None:
    assert RELEASES


@pytest.mark.parametrize("manifest", RELEASES, ids=release_id)
def test_release_names_its_files_and_their_checksums(manifest: Path) -> None:
    folder = manifest.parent
    found = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if is_data(path)
    }
    assert found == tomllib.loads(manifest.read_text(encoding="utf-8"))["files"]


# UIS Data Browser


@pytest.mark.parametrize("release", ["2025-02", "2026-02"])
def test_uis_values(published: Path, release: str) -> None:
    source = published / "unesco_uis" / f"data_browser_{release}" / "data.csv"
    header, *rows = csv_rows(source)
    expected = [header, *(row for row in rows if row[1] in UIS_AREAS)]
    assert csv_rows(RAW / "unesco_uis" / release / "data.csv") == expected


def test_uis_footnotes(published: Path) -> None:
    source = published / "unesco_uis" / "data_browser_2026-02" / "footnotes.csv"
    header, *rows = csv_rows(source)
    types = {"Source", "Data Status"}
    kept = [row for row in rows if row[1] in UIS_AREAS and row[3] in types]
    assert csv_rows(RAW / "unesco_uis" / "2026-02" / "footnotes.csv") == [header, *kept]


@pytest.mark.parametrize(
    ("release", "members"),
    [
        ("2025-02", ["inbound_indicators.csv", "net_indicators.csv"]),
        ("2026-02", ["indicators.csv"]),
    ],
)
def test_uis_indicators(published: Path, release: str, members: list[str]) -> None:
    source = published / "unesco_uis" / f"data_browser_{release}"
    extract = RAW / "unesco_uis" / release
    with_rows = {row["indicatorId"] for row in csv_records(extract / "data.csv")}
    rows = [row for member in members for row in csv_records(source / member)]
    expected = {row["indicatorId"]: row for row in rows if row["indicatorId"] in with_rows}
    assert csv_rows(extract / "indicators.csv")[0] == csv_rows(source / members[0])[0]
    assert csv_records(extract / "indicators.csv") == list(expected.values())


# UIS OPRI: flows by host country, in 360info's edition

FLOWS = Path("unesco_uis", "flows_360info")
DESTINATIONS = "360info_popular-destinations-by-origin.csv"
OPRI = RAW / "unesco_uis" / "opri-2022-03"
INDICATOR_OF_ORIGIN = {"India": "26533", "Kazakhstan": "26540"}
MAGNITUDE = {"a": "INCLUDES"}
QUALIFIER = {"c": "NAT_EST", "d": "UIS_EST"}
NAMES_NOT_IN_ISO = {
    "Holy See": "VAT",
    "Republic of Korea": "KOR",
    "Russia": "RUS",
    "Turkey": "TUR",
}


def alpha_3(country: str) -> str:
    if country in NAMES_NOT_IN_ISO:
        return NAMES_NOT_IN_ISO[country]
    return str(pycountry.countries.lookup(country).alpha_3)


def shortest(figure: str) -> str:
    """The figure rounded to five decimals, without trailing zeros or exponent."""
    return format(Decimal(figure).quantize(Decimal("0.00001")).normalize(), "f")


def flag(letters: str, meaning: dict[str, str]) -> str:
    (found,) = {meaning[letter] for letter in letters.split() if letter in meaning} or {""}
    return found


def flow_rows(path: Path) -> list[dict[str, str]]:
    """360info's rows that name a destination."""
    rows = csv_records(path)
    return [row for row in rows if row["dest_country_lumped"] != "Other countries"]


def opri_row(flow: dict[str, str]) -> list[str]:
    return [
        INDICATOR_OF_ORIGIN[flow["origin_country_name"]],
        alpha_3(flow["dest_country_lumped"]),
        flow["year"],
        shortest(flow["value_lumped"]),
        flag(flow["cond_all"], MAGNITUDE),
        flag(flow["cond_all"], QUALIFIER),
    ]


def test_opri_flows(published: Path) -> None:
    flows = flow_rows(published / FLOWS / DESTINATIONS)
    kept = [flow for flow in flows if flow["origin_country_name"] in INDICATOR_OF_ORIGIN]
    header, *rows = csv_rows(OPRI / "OPRI_DATA_NATIONAL.csv")
    assert header == ["INDICATOR_ID", "COUNTRY_ID", "YEAR", "VALUE", "MAGNITUDE", "QUALIFIER"]
    assert rows == sorted(map(opri_row, kept))


def test_opri_letter_d_is_a_uis_estimate(published: Path) -> None:
    flows = flow_rows(published / FLOWS / DESTINATIONS)
    marked = {(flow["origin_country_name"], flow["dest_country_lumped"]) for flow in flows if "d" in flow["cond_all"].split()}
    notes = csv_records(published / FLOWS / "360info_notes-estimates.csv")
    estimates = {(note["origin_country_name"], note["dest_country_name"]) for note in notes if note["qualifier"] == "UIS_EST"}
    assert marked
    assert marked <= estimates


def test_opri_labels(published: Path) -> None:
    codes = {*INDICATOR_OF_ORIGIN.values(), "INDICATOR_ID"}
    labels = csv_rows(published / "unesco_uis" / "bdds" / "OPRI_LABEL.csv")
    assert csv_rows(OPRI / "OPRI_LABEL.csv") == [row for row in labels if row[0] in codes]


# UIS SDG: countries and their groups


def uis_countries() -> set[str]:
    """Countries and territories that the releases of UIS in `raw/` have figures of."""
    found = {
        row[1] for name in ("data.csv", "*_DATA_NATIONAL.csv") for file in OPRI.parent.glob(f"*/{name}") for row in csv_rows(file)
    }
    return {code for code in found if len(code) == 3}


@pytest.mark.parametrize(("table", "column"), [("SDG_COUNTRY.csv", 0), ("SDG_REGION.csv", 1)])
def test_uis_countries_and_their_groups(published: Path, table: str, column: int) -> None:
    header, *rows = csv_rows(published / "unesco_uis" / "bdds" / table)
    countries = uis_countries()
    assert len(countries) == 55
    kept = [row for row in rows if row[column] in countries]
    assert csv_rows(RAW / "unesco_uis" / "sdg-2021-09" / table) == [header, *kept]


# UN DESA International Migrant Stock


class Workbook(NamedTuple):
    """A workbook's layout: where its header lies, as sheet row numbers."""

    release: str
    file: str
    contents: str
    blocks_row: int
    years_row: int
    annex: tuple[str, ...] = ()


WORKBOOKS = [
    Workbook("rev2019", "UN_MigrantStockTotal_2019.xlsx", "CONTENTS", 15, 16, ("ANNEX",)),
    Workbook(
        "rev2020",
        "undesa_pd_2020_ims_stock_by_sex_and_destination.xlsx",
        "Table of contents",
        8,
        11,
    ),
]
COLUMNS = {"Table 1": 21, "Table 2": 21, "Table 3": 21, "Table 4": 7, "Table 5": 18, "Table 6": 20}
TABLES = list(COLUMNS)
SHEETS_LEFT_OUT = {"NOTES", "Notes"}
LABEL_COLUMNS = 5
M49_LEFT_OUT = {int(country.numeric) for country in pycountry.countries if country.alpha_3 not in COUNTRIES}

every_workbook = pytest.mark.parametrize("book", WORKBOOKS, ids=lambda book: book.release)
every_table = pytest.mark.parametrize("table", TABLES)


def sheet(path: Path, name: str) -> Cells:
    """All cells of a sheet from A1 on; a blank cell is the empty text."""
    workbook = CalamineWorkbook.from_path(path)
    rows: Cells = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return rows


def both(published: Path, book: Workbook, name: str) -> tuple[Cells, Cells]:
    """The same sheet of the publisher's workbook and of the extract."""
    extract = RAW / "un_desa" / book.release / book.file
    return sheet(published / "un_desa" / book.file, name), sheet(extract, name)


def label_columns(book: Workbook, table: str) -> int:
    """Columns before the figures; the population of 2019 has no type of data."""
    return LABEL_COLUMNS - (table == "Table 2" and book.release == "rev2019")


def is_kept(row: list[Any]) -> bool:
    """Aggregates and heading rows are kept, and of the countries those of the extract."""
    return row[3] not in M49_LEFT_OUT


def figures(book: Workbook, table: str, cells: Cells, rows: Iterable[list[Any]]) -> dict[Any, Any]:
    """Cell by number of the row, code, name, block of columns (sex) and year."""
    blocks = cells[book.blocks_row - 1]
    years = cells[book.years_row - 1]
    block = ""
    found = {}
    for column in range(label_columns(book, table), len(years)):
        block = blocks[column] or block
        if years[column] == "":  # below the last year of a table of fewer columns
            continue
        for row in rows:
            found[row[0], row[3], row[1], block, years[column]] = row[column]
    return found


@every_workbook
def test_desa_sheets(published: Path, book: Workbook) -> None:
    extract = RAW / "un_desa" / book.release / book.file
    names = CalamineWorkbook.from_path(extract).sheet_names
    assert names == [book.contents, *TABLES, *book.annex]
    theirs, ours = both(published, book, book.contents)
    kept = [row for row in theirs if not SHEETS_LEFT_OUT & {str(cell).strip() for cell in row}]
    assert ours == kept


@every_workbook
@every_table
def test_desa_headers(published: Path, book: Workbook, table: str) -> None:
    theirs, ours = both(published, book, table)
    assert ours[: book.years_row] == theirs[: book.years_row]


@every_workbook
@every_table
def test_desa_rows(published: Path, book: Workbook, table: str) -> None:
    theirs, ours = both(published, book, table)
    labels = label_columns(book, table)
    kept = [row[:labels] for row in theirs[book.years_row :] if is_kept(row)]
    assert [row[:labels] for row in ours[book.years_row :]] == kept


@every_workbook
@every_table
def test_desa_figures(published: Path, book: Workbook, table: str) -> None:
    theirs, ours = both(published, book, table)
    kept = [row for row in theirs[book.years_row :] if is_kept(row)]
    expected = figures(book, table, theirs, kept)
    assert len(expected) == len(kept) * COLUMNS[table]
    assert figures(book, table, ours, ours[book.years_row :]) == expected


def test_desa_annex(published: Path) -> None:
    theirs, ours = both(published, WORKBOOKS[0], "ANNEX")
    heading = WORKBOOKS[0].years_row
    assert ours == [*theirs[:heading], *(row for row in theirs[heading:] if is_kept(row))]


# IOM Missing Migrants

INCIDENTS = "MissingMigrants-Global-2020-01-08T14-05-32.csv"
LATEST_IN_EUROPE = 40


def reported(incident: dict[str, str]) -> datetime:
    return datetime.strptime(incident["Reported Date"], "%B %d, %Y")


def is_kept_anywhere(incident: dict[str, str]) -> bool:
    region = incident["Region of Incident"]
    return (
        "Central Asia" in (region, incident["UNSD Geographical Grouping"])
        or region in ("East Asia", "North America")
        or incident["Total Dead and Missing"] == "1,022"
    )


def test_iom_incidents(published: Path) -> None:
    source = published / "iom" / "missing_migrants" / INCIDENTS
    extract = RAW / "iom" / "2020-01-08" / INCIDENTS
    incidents = csv_records(source)
    europe = [row for row in incidents if row["Region of Incident"] == "Europe"]
    latest = sorted(europe, key=reported, reverse=True)[:LATEST_IN_EUROPE]
    kept = [row for row in incidents if is_kept_anywhere(row) or row in latest]
    assert csv_rows(extract)[0] == csv_rows(source)[0]
    assert csv_records(extract) == kept
