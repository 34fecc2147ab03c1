"""UN DESA's workbooks read cell by cell, in the sheet layouts of 2019 and 2020.

Here: workbooks made for the purpose, laid out as the publisher's. Not here: the publisher's own figures.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import openpyxl
import polars as pl
import pytest

from edumig_pipeline.ingest.inventory import take_inventory
from edumig_pipeline.ingest.landing import land_release
from edumig_pipeline.sources.rawfile import RawFile
from edumig_pipeline.sources.records import RefusedError
from edumig_pipeline.sources.un_desa import SOURCE

Cell: TypeAlias = str | int | float | None
Row: TypeAlias = Sequence[Cell]
Grid: TypeAlias = list[Row]


class Edition(NamedTuple):
    """How a revision lays out its sheets: rows are sheet row numbers."""

    title: str
    stock: str
    share: str
    area_heading: str
    code_heading: str
    type_heading: str
    title_row: int
    blocks_row: int
    headings_row: int
    years_row: int
    years: tuple[int, ...]
    blocks: tuple[str, ...]


OF_2019 = Edition(
    title="Table {} - {} by sex and by major area, region, country or area, 1990-2019",
    stock="International migrant stock at mid-year",
    share="International migrant stock as a percentage of the total population",
    area_heading="Major area, region, country or area of destination",
    code_heading="Code",
    type_heading="Type of data (a)",
    title_row=10,
    blocks_row=15,
    headings_row=15,
    years_row=16,
    years=(2015, 2019),
    blocks=("{} (both sexes)", "{} (male)", "{} (female)"),
)
OF_2020 = Edition(
    title="Table {}: {} by sex and by region, country or area of destination, 1990-2020",
    stock="International migrant stock at mid-year",
    share="International migrant stock as a percentage of the total population",
    area_heading="Region, development group, country or area",
    code_heading="Location code",
    type_heading="Type of data",
    title_row=3,
    blocks_row=8,
    headings_row=11,
    years_row=11,
    years=(2015, 2020),
    blocks=("{}, both sexes combined", "{}, males", "{}, females"),
)
EDITIONS = pytest.mark.parametrize("edition", [OF_2019, OF_2020], ids=["2019", "2020"])
FIRST_FIGURE = 6  # column F
WORLD: Row = (1, "WORLD", None, 900, None, 100, 110, 60, 65, 40, 45)
GROUP: Row = (2, "UN development groups", None, None, None, "..", "..", "..", "..", "..", "..")
AFRICA: Row = (3, "  Sub-Saharan Africa", "b", 947, None, 50, 55, 30, 33, 20, 22)
KAZAKHSTAN: Row = (4, "Kazakhstan", None, 398, "B", 7, 8, 4, 5, 3, 3)


def sheet(
    edition: Edition,
    rows: Sequence[Row],
    *,
    measure: str | None = None,
    title: str | None = None,
    blocks: Sequence[str | None] | None = None,
    years: Sequence[Cell] | None = None,
    code_heading: str | None = None,
) -> Grid:
    """A sheet of figures as the edition lays it out; what is not said is as the publisher has it."""
    measure = measure or edition.stock
    blocks = blocks if blocks is not None else [block.format(measure) for block in edition.blocks]
    years = years if years is not None else edition.years * len(edition.blocks)
    width = len(edition.years)
    grid: list[list[Cell]] = [[None] * (FIRST_FIGURE - 1 + len(years)) for _ in range(edition.years_row)]
    grid[edition.title_row - 1][4] = title if title is not None else edition.title.format(1, measure)
    headings = ["Sort\norder", edition.area_heading, "Notes", code_heading or edition.code_heading, edition.type_heading]
    grid[edition.headings_row - 1][: FIRST_FIGURE - 1] = headings
    for number, block in enumerate(blocks):
        grid[edition.blocks_row - 1][FIRST_FIGURE - 1 + number * width] = block
    grid[edition.years_row - 1][FIRST_FIGURE - 1 :] = list(years)
    return [*grid, *rows]


CONTENTS: Grid = [[], [None, "United Nations"], [None, "TABLE OF CONTENTS"], [], ["Table 1", "International migrant stock"]]
NOTES: Grid = [["NOTES"], ["(a)", "Type of data: B foreign-born"]]


def workbook(path: Path, sheets: Mapping[str, Grid]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


class Landed(NamedTuple):
    """What the tables hold after a release of one workbook landed."""

    observations: pl.DataFrame
    area_names: pl.DataFrame
    quarantine: pl.DataFrame
    ledger: dict[str, tuple[int, int, int, int, str | None]]
    layout: str | None

    def refusals(self) -> dict[str, str]:
        rows = self.quarantine.filter(pl.col("raw_row").is_null())
        assert set(rows["rule"]) <= {"known_layout"}
        return dict(rows.select("raw_file", "reason").iter_rows())

    def values(self, *columns: str) -> list[tuple[object, ...]]:
        return self.observations.sort("raw_file", "raw_row", "raw_column").select(columns).rows()


def land(folder: Path, sheets: Mapping[str, Grid], name: str = "stock.xlsx") -> Landed:
    workbook(folder / "raw/un_desa/rev2020" / name, sheets)
    (release,) = take_inventory(folder / "raw").releases
    part = folder / "part"
    part.mkdir()
    land_release(release, {SOURCE.id: SOURCE}, part)
    wanted = ("observations", "area_names", "quarantine", "row_ledger", "raw_files")
    tables = {table: pl.read_parquet(part / f"{table}.parquet") for table in wanted}
    ledger = {file: tuple(counts) for file, *counts in tables["row_ledger"].iter_rows()}
    ((layout,),) = tables["raw_files"].select("layout").rows()
    return Landed(tables["observations"], tables["area_names"], tables["quarantine"], ledger, layout)


def raw_file(sheet_name: str, name: str = "stock.xlsx") -> str:
    return f"un_desa/rev2020/{name}#{sheet_name}"


# Values and their places


@EDITIONS
def test_every_cell_becomes_a_value_with_its_year_sex_and_place(tmp_path: Path, edition: Edition) -> None:
    landed = land(tmp_path, {"Table 1": sheet(edition, [WORLD, KAZAKHSTAN])})
    assert landed.layout == "undesa_ims_destination"
    assert landed.quarantine.is_empty()
    early, late = (str(year) for year in edition.years)
    row = edition.years_row + 2
    kazakhstan = landed.observations.filter(ref_area="KAZ").sort("raw_column")
    assert kazakhstan.select("time_period", "sex", "obs_value", "raw_file", "raw_row", "raw_column").rows() == [
        (early, "_T", 7.0, raw_file("Table 1"), row, "F"),
        (late, "_T", 8.0, raw_file("Table 1"), row, "G"),
        (early, "M", 4.0, raw_file("Table 1"), row, "H"),
        (late, "M", 5.0, raw_file("Table 1"), row, "I"),
        (early, "F", 3.0, raw_file("Table 1"), row, "J"),
        (late, "F", 3.0, raw_file("Table 1"), row, "K"),
    ]
    assert landed.observations.select(
        "dataset", "indicator", "counterpart_area", "breakdown", "unit_measure"
    ).unique().rows() == [("ims_destination", "migrant_stock", "_T", "_T", "PS")]


@EDITIONS
def test_the_place_points_to_the_cell_of_the_sheet(tmp_path: Path, edition: Edition) -> None:
    landed = land(tmp_path, {"Table 1": sheet(edition, [WORLD, GROUP, AFRICA, KAZAKHSTAN])})
    book = openpyxl.load_workbook(tmp_path / "raw/un_desa/rev2020/stock.xlsx")
    places = landed.values("raw_column", "raw_row", "obs_value")
    assert len(places) == 18
    assert [book["Table 1"][f"{column}{row}"].value for column, row, _ in places] == [value for _, _, value in places]


def test_columns_beyond_z_have_two_letters(tmp_path: Path) -> None:
    years = tuple(range(1990, 2014))
    edition = OF_2020._replace(years=years, blocks=OF_2020.blocks[:1])
    landed = land(tmp_path, {"Table 1": sheet(edition, [(1, "Kazakhstan", None, 398, "B", *range(len(years)))])})
    places = dict(landed.observations.select("raw_column", "obs_value").iter_rows())
    assert (places["F"], places["Z"], places["AA"], places["AC"]) == (0.0, 20.0, 21.0, 23.0)


@EDITIONS
def test_shares_are_another_indicator_in_per_cent(tmp_path: Path, edition: Edition) -> None:
    share = (4, "Kazakhstan", None, 398, "B", 2.87225148013, 20.5, 1, 2, 3, 4)
    landed = land(tmp_path, {"Table 3": sheet(edition, [share], measure=edition.share)})
    assert landed.observations.select("indicator", "unit_measure").unique().rows() == [("migrant_stock_share", "PT")]
    assert landed.observations["obs_value"].max() == 20.5
    assert 2.87225148013 in landed.observations["obs_value"]


# Marks


@EDITIONS
def test_marks_are_statuses_and_are_kept_as_published(tmp_path: Path, edition: Edition) -> None:
    rows: list[Row] = [
        (1, "Kazakhstan", None, 398, "B", "..", "~", 4, " .. ", 3, 0),
        (2, "Kyrgyzstan", None, 417, "I", 1, "..", 2, 3, "~", 5),
        (3, "Uzbekistan", None, 860, "B R", 1, 1, 1, 1, 1, 1),
    ]
    landed = land(tmp_path, {"Table 1": sheet(edition, rows)})
    assert landed.quarantine.is_empty()
    columns = ("ref_area", "raw_column", "obs_value", "obs_status", "source_status")
    marked = {(area, column): tuple(rest) for area, column, *rest in landed.values(*columns)}
    assert marked["KAZ", "F"] == (None, "O", "..")
    assert marked["KAZ", "G"] == (None, "Q", "~")
    assert marked["KAZ", "H"] == (4.0, "A", "B")
    assert marked["KAZ", "I"] == (None, "O", "..")
    assert marked["KAZ", "K"] == (0.0, "A", "B")
    assert marked["KGZ", "F"] == (1.0, "I", "I")
    assert marked["KGZ", "G"] == (None, "O", "..")
    assert marked["KGZ", "J"] == (None, "Q", "~")
    assert marked["UZB", "F"] == (1.0, "A", "B R")


def test_a_cell_that_is_neither_number_nor_mark_goes_to_quarantine(tmp_path: Path) -> None:
    landed = land(tmp_path, {"Table 1": sheet(OF_2019, [(1, "Kazakhstan", None, 398, "B", "n.a.", "1 000", -5, 1, "-", 0)])})
    assert landed.quarantine.sort("reason").select("rule").to_series().to_list() == ["value_is_number"] * 3 + ["within_bounds"]
    assert landed.ledger == {raw_file("Table 1"): (6, 2, 4, 0, None)}


# Areas


def test_locations_are_countries_the_world_or_the_publishers_aggregates(tmp_path: Path) -> None:
    codes = {
        900: "WLD",
        398: "KAZ",
        4: "AFG",
        830: "desa:830",  # the Channel Islands, which ISO 3166 does not have
        901: "desa:901",
        947: "desa:947",
        1833: "desa:1833",
        5500: "desa:5500",
    }
    rows = [(number, f"  Area {code} *", None, code, "B", 0, 0, 0, 0, 0, 0) for number, code in enumerate(codes)]
    landed = land(tmp_path, {"Table 1": sheet(OF_2019, rows)})
    found = landed.observations.select(pl.col("source_area").cast(pl.Int32), "ref_area").unique()
    assert dict(found.iter_rows()) == codes
    assert dict(landed.area_names.select("code", "name").iter_rows()) == {
        area: f"Area {code}" for code, area in codes.items() if ":" in area
    }


def test_a_figure_of_a_row_without_location_code_goes_to_quarantine(tmp_path: Path) -> None:
    landed = land(tmp_path, {"Table 1": sheet(OF_2019, [KAZAKHSTAN, (2, "Somewhere", None, None, "B", 1, 2, 3, 4, 5, "~")])})
    assert set(landed.quarantine["rule"]) == {"known_area"}
    assert landed.ledger == {raw_file("Table 1"): (12, 6, 6, 0, None)}


def test_codes_that_are_no_number_go_to_quarantine(tmp_path: Path) -> None:
    landed = land(tmp_path, {"Table 1": sheet(OF_2019, [KAZAKHSTAN, (2, "Somewhere", None, "X1", "B", 1, 2, 3, 4, 5, 6)])})
    assert set(landed.quarantine["rule"]) == {"known_area"}
    assert "'X1'" in landed.quarantine["reason"][0]


# Accounting


@EDITIONS
def test_blank_cells_and_group_headings_are_excluded_and_counted(tmp_path: Path, edition: Edition) -> None:
    rows: list[Row] = [
        WORLD,
        GROUP,
        (4, "Kazakhstan", None, 398, "B", None, 8, None, 5, None, 3),
        (None, None, None, None, None, None, None, None, None, None, None),
        ("Notes: a line of text below the table",),
    ]
    landed = land(tmp_path, {"Table 1": sheet(edition, rows)})
    said = "15 blank cells; 6 cells of a group heading without location code"
    assert landed.ledger == {raw_file("Table 1"): (30, 9, 0, 21, said)}


def test_the_contents_sheet_is_counted_row_by_row_and_excluded(tmp_path: Path) -> None:
    landed = land(tmp_path, {"CONTENTS": CONTENTS, "Table 1": sheet(OF_2019, [KAZAKHSTAN])})
    assert landed.ledger == {
        raw_file("CONTENTS"): (3, 0, 0, 3, "3 rows of the table of contents"),
        raw_file("Table 1"): (6, 6, 0, 0, None),
    }


@EDITIONS
def test_a_sheet_without_rows_below_its_headings_has_no_cells(tmp_path: Path, edition: Edition) -> None:
    landed = land(tmp_path, {"Table 1": sheet(edition, [KAZAKHSTAN]), "Table 3": sheet(edition, [], measure=edition.share)})
    assert landed.ledger[raw_file("Table 3")] == (0, 0, 0, 0, None)
    assert landed.observations.height == 6


# Sheets that are refused, while the others land

NO_YEAR: Row = [2015, "n.a.", 2015, 2019, 2015, 2019]
BLANK_YEAR: Row = [2015, None, 2015, 2019, 2015, 2019]
BOTH, _, FEMALE = (block.format(OF_2019.stock) for block in OF_2019.blocks)
REFUSED: dict[str, tuple[Grid, str]] = {
    "a year heading that is no year": (sheet(OF_2019, [KAZAKHSTAN], years=NO_YEAR), "the heading 'n.a.' in row 16 is no year"),
    "figures under a blank year heading": (sheet(OF_2019, [KAZAKHSTAN], years=BLANK_YEAR), "year"),
    "no year at all": (sheet(OF_2019, [KAZAKHSTAN], years=["a", "b", "c", "d", "e", "f"]), "no row of years"),
    "headings in the last row": (sheet(OF_2019, [])[:-1], "no row of years"),
    "a block heading that names no sex": (
        sheet(OF_2019, [KAZAKHSTAN], blocks=[BOTH, "International migrant stock", FEMALE]),
        "names no sex",
    ),
    "a block heading that names two sexes": (
        sheet(OF_2019, [KAZAKHSTAN], blocks=[BOTH, "Stock (male and female)", FEMALE]),
        "or several",
    ),
    "a first block without heading": (sheet(OF_2019, [KAZAKHSTAN], blocks=[None, "Stock (male)", FEMALE]), "names no sex"),
    "a later block without heading": (sheet(OF_2019, [KAZAKHSTAN], blocks=[BOTH, None, FEMALE]), "sex"),
    "an unknown title": (
        sheet(OF_2019, [KAZAKHSTAN], title="Table 6 - Refugees by major area, region, country or area, 1990-2019"),
        "'Table 6 - Refugees by major area, region, country or area, 1990-2019'",
    ),
    "no title": (sheet(OF_2019, [KAZAKHSTAN], title=""), "title"),
    "no column of location codes": (sheet(OF_2019, [KAZAKHSTAN], code_heading="Number"), "'Location code'"),
    "notes": (NOTES, "no row has one heading"),
    "nothing at all": ([], "no row has one heading"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_sheet_laid_out_otherwise_is_refused_with_a_message(tmp_path: Path, what: str) -> None:
    odd, message = REFUSED[what]
    path = workbook(tmp_path / "stock.xlsx", {"Odd": odd, "Table 1": sheet(OF_2019, [KAZAKHSTAN])})
    (layout,) = SOURCE.layouts
    parts = layout.parts(RawFile(path, "un_desa/rev2020/stock.xlsx"))
    assert parts is not None
    first, second = parts
    assert [part.member for part in (first, second)] == ["#Odd", "#Table 1"]
    with pytest.raises(RefusedError) as refused:
        list(first.records())
    assert refused.value.rule == "known_layout"
    assert message in refused.value.reason
    assert sum(batch.records.height for batch in second.records()) == 6


def test_the_sheets_that_are_not_refused_land_and_every_refusal_is_named(tmp_path: Path) -> None:
    odd = {what[:31]: grid for what, (grid, _) in REFUSED.items()}
    landed = land(tmp_path, {**odd, "Table 1": sheet(OF_2019, [KAZAKHSTAN])})
    assert set(landed.refusals()) == {raw_file(name) for name in odd}
    assert landed.ledger == {
        **{raw_file(name): (0, 0, 0, 0, "refused: known_layout") for name in odd},
        raw_file("Table 1"): (6, 6, 0, 0, None),
    }


def test_every_figure_of_a_sheet_is_accounted_for_also_beside_the_last_year(tmp_path: Path) -> None:
    beside = sheet(OF_2019, [(*KAZAKHSTAN, 77)])
    landed = land(tmp_path, {"Odd": beside, "Table 3": sheet(OF_2019, [KAZAKHSTAN], measure=OF_2019.share)})
    read, *_ = landed.ledger[raw_file("Odd")]
    assert read == 7 or raw_file("Odd") in landed.refusals(), "the figure in column L was read by nobody and nobody is told"


# Recognition


@EDITIONS
def test_a_renamed_sheet_in_a_renamed_file_is_recognised_by_content(tmp_path: Path, edition: Edition) -> None:
    sheets = {
        "Лист1": CONTENTS,
        "Sheet 7": sheet(edition, [KAZAKHSTAN]),
        "x": sheet(edition, [KAZAKHSTAN], measure=edition.share),
    }
    landed = land(tmp_path, sheets, "download (2).xlsx")
    assert landed.layout == "undesa_ims_destination"
    assert landed.quarantine.is_empty()
    assert landed.observations.group_by("raw_file", "indicator").len().sort("raw_file").rows() == [
        (raw_file("Sheet 7", "download (2).xlsx"), "migrant_stock", 6),
        (raw_file("x", "download (2).xlsx"), "migrant_stock_share", 6),
    ]


def test_a_workbook_of_something_else_is_not_ours(tmp_path: Path) -> None:
    path = workbook(tmp_path / "other.xlsx", {"Table 1": [["Country", "2019"], ["Kazakhstan", 1]], "CONTENTS": CONTENTS})
    assert [layout.parts(RawFile(path, "un_desa/r/other.xlsx")) for layout in SOURCE.layouts] == [None]


def test_a_text_file_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    path.write_text("Code,Location code\n", encoding="utf-8")
    assert [layout.parts(RawFile(path, "un_desa/r/table.xlsx")) for layout in SOURCE.layouts] == [None]


def test_a_damaged_workbook_is_not_read_as_if_it_were_whole(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx", {"Table 1": sheet(OF_2019, [KAZAKHSTAN])}).read_bytes()
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(whole[: len(whole) // 2])
    try:
        found = [layout.parts(RawFile(path, "un_desa/r/damaged.xlsx")) for layout in SOURCE.layouts]
    except RefusedError as refused:
        assert refused.rule == "readable"  # noqa: PT017 - refused or not recognised, both are fine
    else:
        assert found == [None]
