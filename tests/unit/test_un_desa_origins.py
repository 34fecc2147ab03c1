"""UN DESA's tables by origin, by destination and origin, and the matrices of 2017 and 2019.

Here: workbooks made for the purpose, laid out as the publisher's. Not here: what holds for sheets by destination too.
"""

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from tests.unit.un_desa_books import NOTES, Cell, Grid, Row, land, matrix, raw_file

STOCK = "International migrant stock at mid-year"
BLOCKS = (f"{STOCK}, both sexes combined", f"{STOCK}, males", f"{STOCK}, females")
REGION = "Region, development group, country or area"
LABELS_OF_PAIRS = {
    2020: (
        "Index",
        f"{REGION} of destination",
        "Notes of destination",
        "Location code of destination",
        "Type of data of destination",
        f"{REGION} of origin",
        "Location code of origin",
    ),
    2024: (
        "Index",
        f"{REGION} of destination ",
        "Coverage",
        "Data type",
        "Location code of destination",
        f"{REGION} of origin",
        "Location code of origin",
    ),
}


def table(title: str, labels: Sequence[Cell], years: Sequence[int], rows: Sequence[Row]) -> Grid:
    """A sheet of 2020 or 2024: the title in row 3, the captions in row 8, the headings in row 11."""
    captions: list[Cell] = [None] * len(labels)
    for block in BLOCKS:
        captions += [block, *[None] * (len(years) - 1)]
    above: list[Row] = [
        [],
        [None, None, None, "International Migrant Stock"],
        [None, None, None, title],
        [],
        [],
        [],
        [],
        captions,
    ]
    return [*above, [], [], [*labels, *(list(years) * len(BLOCKS))], *rows]


def pairs(edition: int, rows: Sequence[Row]) -> Grid:
    title = f"Table 1: {STOCK} by sex and by region, country or area of destination and origin, 1990-{edition}"
    return table(title, LABELS_OF_PAIRS[edition], (1990, edition), rows)


def pair(edition: int, destination: Sequence[Cell], origin: Sequence[Cell], *figures: Cell) -> Row:
    name, note, code, kind = destination
    labels = (note, code, kind) if edition == 2020 else (note, kind, code)
    return (1, name, *labels, *origin, *figures)


EDITIONS = pytest.mark.parametrize("edition", [2020, 2024])
KAZAKHSTAN = ("   Kazakhstan", None, 398, "B R")
GERMANY = ("   Germany*", 2, 276, "C")


@EDITIONS
def test_a_pair_has_the_residence_as_ref_area_and_the_origin_as_counterpart(tmp_path: Path, edition: int) -> None:
    rows = [
        pair(edition, ("WORLD", None, 900, None), ("WORLD", 900), 100, 110, 60, 65, 40, 45),
        pair(edition, KAZAKHSTAN, ("  Russian Federation", 643), 7, 8, 4, 5, 3, "~"),
        pair(edition, KAZAKHSTAN, ("Other", 2003), 1, "..", None, 1, 1, 1),
        pair(edition, KAZAKHSTAN, ("ASIA", 935), 2, 2, 2, 2, 2, 2),
    ]
    landed = land(tmp_path, {"Table 1": pairs(edition, rows)})
    assert landed.layout == "undesa_ims_destination_origin"
    assert landed.quarantine.is_empty()
    assert landed.ledger[raw_file("Table 1")] == (24, 23, 0, 1, "1 blank cell")
    late = str(edition)
    assert landed.values("ref_area", "counterpart_area", "time_period", "sex", "obs_value", "raw_row", "raw_column")[:12] == [
        ("WLD", "_T", "1990", "_T", 100.0, 12, "H"),
        ("WLD", "_T", late, "_T", 110.0, 12, "I"),
        ("WLD", "_T", "1990", "M", 60.0, 12, "J"),
        ("WLD", "_T", late, "M", 65.0, 12, "K"),
        ("WLD", "_T", "1990", "F", 40.0, 12, "L"),
        ("WLD", "_T", late, "F", 45.0, 12, "M"),
        ("KAZ", "RUS", "1990", "_T", 7.0, 13, "H"),
        ("KAZ", "RUS", late, "_T", 8.0, 13, "I"),
        ("KAZ", "RUS", "1990", "M", 4.0, 13, "J"),
        ("KAZ", "RUS", late, "M", 5.0, 13, "K"),
        ("KAZ", "RUS", "1990", "F", 3.0, 13, "L"),
        ("KAZ", "RUS", late, "F", None, 13, "M"),
    ]
    assert landed.observations["dataset"].unique().to_list() == ["ims_destination_origin"]
    others = landed.observations.filter(pl.col("raw_row") > 13)["counterpart_area"].unique().sort().to_list()
    assert others == ["desa:2003", "desa:935"]
    assert dict(landed.area_names.select("code", "name").iter_rows())["desa:2003"] == "Other"


@EDITIONS
def test_what_a_table_of_pairs_says_of_a_destination_is_said_once(tmp_path: Path, edition: int) -> None:
    rows = [
        pair(edition, GERMANY, ("Kazakhstan", 398), -1, 2, 3, 4, 5, 6),
        pair(edition, GERMANY, ("China*", 156), 1, 2, 3, 4, 5, 6),
    ]
    notes: Grid = [*NOTES, [2, "Of residents."]]
    landed = land(tmp_path, {"Table 1": pairs(edition, rows), "Notes": notes})
    assert landed.ledger[raw_file("Table 1")] == (12, 11, 1, 0, None)
    said = landed.footnotes.filter(pl.col("source_indicator").str.starts_with("Table"))
    assert said.select(
        "ref_area", "counterpart_area", "sex", "time_period", "footnote_type", "footnote_subtype", "footnote", "source_area"
    ).sort("ref_area", "footnote_subtype").rows() == [
        ("DEU", "_T", "_T", None, "Note", "*", "Refers to the publisher's note *, which this file does not hold.", "276"),
        ("DEU", "_T", "_T", None, "Note", "2", "Of residents.", "276"),
        ("DEU", "_T", "_T", None, "Type of data", "C", "The data count foreign citizens as migrants.", "276"),
        ("_T", "CHN", "_T", None, "Note", "*", "Refers to the publisher's note *, which this file does not hold.", "156"),
    ]


def test_an_unknown_end_of_a_pair_goes_to_quarantine(tmp_path: Path) -> None:
    rows = [
        pair(2020, KAZAKHSTAN, ("Ruritania", 895), 1, 2, 3, 4, 5, 6),
        pair(2020, ("Ruritania", None, 895, "B"), ("Kazakhstan", 398), 1, 2, 3, 4, 5, 6),
        pair(2020, ("Other", None, 2003, "B"), ("Kazakhstan", 398), 1, 2, 3, 4, 5, 6),
    ]
    landed = land(tmp_path, {"Table 1": pairs(2020, rows)})
    assert landed.ledger[raw_file("Table 1")] == (18, 0, 18, 0, None)
    assert landed.quarantine.group_by("rule").len().sort("rule").rows() == [("known_area", 12), ("known_counterpart_area", 6)]


def test_pairs_without_codes_of_origin_are_refused(tmp_path: Path) -> None:
    grid = [list(row) for row in pairs(2020, [pair(2020, KAZAKHSTAN, ("China", 156), 1, 2, 3, 4, 5, 6)])]
    grid[10][6] = "Code of the origin"
    (reason,) = land(tmp_path, {"Table 1": grid}).refusals().values()
    assert "there is no column of codes of origin" in reason


def test_notes_on_the_population_are_those_of_its_own_sheet(tmp_path: Path) -> None:
    title = "Table 2: Total population at mid-year by sex and by region, country or area of destination, 1990-2024 (thousands)"
    labels = (None, REGION, "Population notes", "Location code")
    grid = [list(row) for row in table(title, labels, (1990, 2024), [(1, "France", 2, 250, 1.5, 2, 3, 4, 5, 6)])]
    grid[7] = [cell.replace(STOCK, "Total population at mid-year") if isinstance(cell, str) else cell for cell in grid[7]]
    sheets: dict[str, Grid] = {
        "Migrant notes": [["Migrant notes"], [2, "About migrants."]],
        "Population notes": [["Population notes"], [2, "About people."]],
        "Table 2": grid,
    }
    landed = land(tmp_path, sheets)
    assert landed.layout == "undesa_ims_destination"
    assert landed.values("obs_value")[0] == (1500.0,)
    assert landed.footnotes.filter(ref_area="FRA")["footnote"].unique().to_list() == ["About people."]


# By origin

ORIGINS_2020 = ("Index", REGION, "Notes", "Location code", "Type of data")
ORIGINS_2024 = ("Index", REGION, "Coverage", None, "Location code")


@pytest.mark.parametrize("labels", [ORIGINS_2020, ORIGINS_2024], ids=["2020", "2024"])
def test_a_table_by_origin_counts_people_living_anywhere(tmp_path: Path, labels: tuple[str | None, ...]) -> None:
    title = f"Table 1: {STOCK} by sex and by region, country or area of origin, 1990-2020"
    at = labels.index("Location code")
    rows: list[list[Cell]] = [
        [1, "WORLD", None, None, None, 100, 110, 60, 65, 40, 45],
        [2, "OTHER", None, None, None, 1, 2, 3, 4, 5, 6],
        [3, "  Kazakhstan", None, None, None, 7, 8, 4, 5, 3, 3],
    ]
    for row, code in zip(rows, (900, 2003, 398), strict=True):
        row[at] = code
    landed = land(tmp_path, {"Table 1": table(title, labels, (1990, 2020), rows)})
    assert landed.layout == "undesa_ims_origin"
    assert landed.refusals() == {}
    assert landed.values("ref_area", "counterpart_area", "sex", "obs_value", "dataset", "source_area")[::6] == [
        ("WLD", "_T", "_T", 100.0, "ims_origin", "900"),
        ("WLD", "desa:2003", "_T", 1.0, "ims_origin", "2003"),
        ("WLD", "KAZ", "_T", 7.0, "ims_origin", "398"),
    ]


def test_a_column_without_heading_that_holds_something_is_refused(tmp_path: Path) -> None:
    title = f"Table 1: {STOCK} by sex and by region, country or area of origin, 1990-2020"
    grid = table(title, ORIGINS_2024, (1990, 2020), [[3, "Kazakhstan", None, "B", 398, 7, 8, 4, 5, 3, 3]])
    (reason,) = land(tmp_path, {"Table 1": grid}).refusals().values()
    assert "column D has cells below a heading that is no year" in reason


def test_a_title_that_contradicts_the_heading_is_refused(tmp_path: Path) -> None:
    title = f"Table 1: {STOCK} by sex and by region, country or area of origin, 1990-2020"
    labels = ("Index", f"{REGION} of destination", "Notes", "Location code", "Type of data")
    grid = table(title, labels, (1990, 2020), [[3, "Kazakhstan", None, 398, "B", 7, 8, 4, 5, 3, 3]])
    (reason,) = land(tmp_path, {"Table 1": grid}).refusals().values()
    assert "do not agree on whether areas are destinations or origins" in reason


# Matrices: destinations and years in rows, origins in columns

SEXES = {"Table 1": "Total", "Table 2": "Male", "Table 3": "Female"}

OF_2017 = ("Total", "Other North", "Other South", "Germany", "Kazakhstan")
OF_2019 = ("Total", "Other South", "Other North", "Germany", "Kazakhstan")
ROWS: list[Row] = [
    (1990, 1990001, "WORLD", None, 900, None, 9, 1, 2, 3, 4),
    (1990, 1990002, "UN development groups", None, None, None, "..", "..", "..", "..", ".."),
    (1990, 1990108, "Kazakhstan", None, 398, "B", 5, None, 1, 4, None),
    (2019, 2019200, "Germany", None, 276, "CR", 6, 1, "..", None, 0),
]


@pytest.mark.parametrize("origins", [OF_2017, OF_2019], ids=["2017", "2019"])
def test_origins_of_a_matrix_are_matched_by_name(tmp_path: Path, origins: tuple[str, ...]) -> None:
    landed = land(tmp_path, {name: matrix(sex, origins, ROWS) for name, sex in SEXES.items()})
    assert landed.layout == "undesa_ims_destination_origin"
    assert landed.quarantine.is_empty()
    said = "3 blank cells; 5 cells of a group heading without location code"
    assert landed.ledger == {raw_file(name): (20, 12, 0, 8, said) for name in SEXES}
    north, south = (1, 2) if origins == OF_2017 else (2, 1)
    women = landed.observations.filter(raw_file=raw_file("Table 3"))
    assert women["sex"].unique().to_list() == ["F"]
    key = ("ref_area", "time_period", "counterpart_area")
    found = {tuple(row[:3]): row[3] for row in women.select(*key, "obs_value").rows()}
    assert {origin: value for (area, _, origin), value in found.items() if area == "WLD"} == {
        "_T": 9, "desa:Other North": north, "desa:Other South": south, "DEU": 3, "KAZ": 4,
    }  # fmt: skip
    assert found["DEU", "2019", "KAZ"] == 0
    assert found["KAZ", "1990", "DEU"] == 4
    book = openpyxl.load_workbook(tmp_path / "raw/un_desa/rev2020/stock.xlsx")
    for sheet, row, column, value in landed.observations.select("raw_file", "raw_row", "raw_column", "obs_value").iter_rows():
        cell = book[sheet.split("#")[1]][f"{column}{row}"].value
        assert value == (None if cell == ".." else cell)


def test_an_origin_that_is_no_destination_of_the_matrix_goes_to_quarantine(tmp_path: Path) -> None:
    rows = [(*row[:6], 1, 2, 3) for row in ROWS]
    landed = land(tmp_path, {"Table 1": matrix("Total", ("Total", "Germany", "Swasiland"), rows)})
    unknown = landed.quarantine.filter(rule="known_counterpart_area")
    assert unknown.height == 3
    assert "Swasiland" in unknown["reason"][0]
    assert landed.observations["counterpart_area"].unique().sort().to_list() == ["DEU", "_T"]


def test_a_row_of_a_matrix_whose_year_is_none_goes_to_quarantine(tmp_path: Path) -> None:
    landed = land(tmp_path, {"Table 1": matrix("Total", OF_2019, [*ROWS, ("199o", *ROWS[3][1:])])})
    assert landed.quarantine["rule"].unique().to_list() == ["known_period"]
    assert landed.ledger[raw_file("Table 1")] == (
        25,
        12,
        4,
        9,
        "4 blank cells; 5 cells of a group heading without location code",
    )


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        (matrix("All", OF_2019, ROWS), "title 'Table 1. All migrant stock at mid-year"),
        (matrix("Total", ("Total", "Germany", "Germany"), ROWS), "name each origin once; it has ['Germany']"),
        (matrix("Total", (), ROWS), "name each origin once"),
        (matrix("Total", OF_2019, ROWS, caption="Age"), "a column 'Year' goes with columns 'Country or area of origin'"),
    ],
)
def test_a_matrix_laid_out_otherwise_is_refused(tmp_path: Path, grid: Grid, message: str) -> None:
    (reason,) = land(tmp_path, {"Table 1": grid}).refusals().values()
    assert message in reason
