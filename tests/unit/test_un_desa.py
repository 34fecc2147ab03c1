"""UN DESA's workbooks read cell by cell, in the sheet layouts of 2019 and 2020.

Here: workbooks made for the purpose, laid out as the publisher's. Not here: the publisher's own figures.
"""

from pathlib import Path

import openpyxl
import polars as pl
import pytest

from edumig_pipeline.sources.reading.records import RefusedError
from tests.unit.un_desa_books import (
    AFRICA,
    CONTENTS,
    EDITIONS,
    GROUP,
    KAZAKHSTAN,
    OF_2019,
    OF_2020,
    WORLD,
    Edition,
    Grid,
    Row,
    land,
    parts_of,
    raw_file,
    sheet,
    workbook,
)

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
    "nothing at all": ([], "no row has one heading"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_sheet_laid_out_otherwise_is_refused_with_a_message(tmp_path: Path, what: str) -> None:
    odd, message = REFUSED[what]
    path = workbook(tmp_path / "stock.xlsx", {"Odd": odd, "Table 1": sheet(OF_2019, [KAZAKHSTAN])})
    parts = parts_of(path)
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
    assert parts_of(path) is None


def test_a_text_file_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "table.xlsx"
    path.write_text("Code,Location code\n", encoding="utf-8")
    assert parts_of(path) is None


def test_a_damaged_workbook_is_not_read_as_if_it_were_whole(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx", {"Table 1": sheet(OF_2019, [KAZAKHSTAN])}).read_bytes()
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(whole[: len(whole) // 2])
    try:
        found = parts_of(path)
    except RefusedError as refused:
        assert refused.rule == "readable"  # noqa: PT017 - refused or not recognised, both are fine
    else:
        assert found is None


@EDITIONS
def test_a_caption_may_leave_the_measure_to_the_title(tmp_path: Path, edition: Edition) -> None:
    blocks = ["Both sexes combined", "Males", "Females"]
    landed = land(tmp_path, {"Table 1": sheet(edition, [KAZAKHSTAN], blocks=blocks)})
    assert landed.refusals() == {}
    assert landed.values("indicator", "sex", "obs_value")[::2] == [
        ("migrant_stock", "_T", 7.0),
        ("migrant_stock", "M", 4.0),
        ("migrant_stock", "F", 3.0),
    ]


# Drift


def test_a_renamed_caption_is_refused_with_what_was_expected(tmp_path: Path) -> None:
    blocks = ["Immigrants, both sexes combined", *(block.format(OF_2020.stock) for block in OF_2020.blocks[1:])]
    (reason,) = land(tmp_path, {"Table 1": sheet(OF_2020, [KAZAKHSTAN], blocks=blocks)}).refusals().values()
    assert "'Immigrants, both sexes combined' is none of those known" in reason
    assert "International migrant stock at mid-year" in reason


def test_an_unknown_column_is_refused_by_its_letter_and_heading(tmp_path: Path) -> None:
    grid = [list(row) for row in sheet(OF_2020, [KAZAKHSTAN])]
    for row in grid:
        row.insert(3, None)
    grid[OF_2020.headings_row - 1][3], grid[-1][3] = "Last update", "2021"
    (reason,) = land(tmp_path, {"Table 1": grid}).refusals().values()
    assert "the heading 'Last update' in row 11 is no year (cell D11)" in reason


def test_labels_that_stand_elsewhere_are_found_by_name(tmp_path: Path) -> None:
    grid = [list(row) for row in sheet(OF_2020, [WORLD, KAZAKHSTAN])]
    for row in grid[OF_2020.headings_row - 1 :]:
        row[1], row[3], row[4] = row[4], row[1], row[3]  # type of data, notes, names, codes
    landed = land(tmp_path, {"Table 1": grid})
    assert landed.refusals() == {}
    assert landed.values("ref_area", "obs_value")[6:8] == [("KAZ", 7.0), ("KAZ", 8.0)]


def test_a_column_of_labels_that_stands_twice_is_refused(tmp_path: Path) -> None:
    grid = [list(row) for row in sheet(OF_2020, [KAZAKHSTAN])]
    grid[OF_2020.headings_row - 1][0] = "Notes"
    (reason,) = land(tmp_path, {"Table 1": grid}).refusals().values()
    assert "several columns of one kind (note): A 'Notes', C 'Notes'" in reason


def test_a_blank_column_of_labels_in_between_is_no_matter(tmp_path: Path) -> None:
    grid = [list(row) for row in sheet(OF_2020, [KAZAKHSTAN])]
    for row in grid:
        row.insert(3, None)
    assert land(tmp_path, {"Table 1": grid}).observations.height == 6


def test_a_column_of_figures_before_the_names_is_not_taken_for_a_running_number(tmp_path: Path) -> None:
    grid = [list(row) for row in sheet(OF_2019, [KAZAKHSTAN])]
    for row in grid[OF_2019.headings_row - 1 :]:
        row.insert(0, row.pop(6))
    (reason,) = land(tmp_path, {"Table 1": grid}).refusals().values()
    assert "column A has cells below a heading" in reason
    assert "2019" in reason


def test_an_unknown_sheet_is_refused_by_name_and_the_others_land(tmp_path: Path) -> None:
    landed = land(tmp_path, {"Table 1": sheet(OF_2020, [KAZAKHSTAN]), "Table 9": [["Destination", "Origin"], ["Africa", 1]]})
    assert list(landed.refusals()) == [raw_file("Table 9")]
    assert landed.observations.height == 6


# Two rows of one area


def test_an_area_that_stands_twice_with_the_same_figures_is_kept_once(tmp_path: Path) -> None:
    landed = land(tmp_path, {"Table 1": sheet(OF_2019, [AFRICA, (9, "SUB-SAHARAN AFRICA", *AFRICA[2:])])})
    assert landed.ledger == {raw_file("Table 1"): (12, 6, 0, 6, "6 repeated rows")}


def test_an_area_that_stands_twice_with_other_figures_is_not_believed(tmp_path: Path) -> None:
    landed = land(tmp_path, {"Table 1": sheet(OF_2019, [AFRICA, (9, "SUB-SAHARAN AFRICA", *AFRICA[2:-1], 23)])})
    assert landed.ledger == {raw_file("Table 1"): (12, 5, 2, 5, "5 repeated rows")}
    assert set(landed.quarantine["rule"]) == {"unique_key"}
