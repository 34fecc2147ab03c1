"""UN DESA's real workbooks, whole: every sheet is read, and every figure is that of the cell it names.

They are not kept in this repository; where the folder beside it is absent, these tests skip.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import python_calamine

from edumig_pipeline.sources.reading.workbook import column_number
from tests.pipeline.conftest import ROOT, Place

DATA = ROOT.parent / "shared/data/un_desa"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="publishers' files are not kept in this repository")

TABLES = tuple(f"Table {number}" for number in range(1, 7))
Grids = dict[str, list[list[Any]]]


class Landed(NamedTuple):
    """A workbook that was refreshed, and its cells read independently."""

    place: Place
    file: str
    grids: Grids

    def figures(self, where: str = "true") -> list[tuple[Any, ...]]:
        return self.place.ask(f"""
            SELECT split_part(raw_file, '#', 2), raw_row, raw_column, indicator, ref_area, obs_value, obs_status, source_status
            FROM observations WHERE {where}
        """)

    def cell(self, sheet: str, row: int, column: str) -> Any:  # noqa: ANN401 - whatever the cell holds
        return self.grids[sheet][row - 1][column_number(column) - 1]

    def ledger(self) -> dict[str, tuple[int, int, int, int, str | None]]:
        rows = self.place.ask("""
            SELECT split_part(raw_file, '#', 2), rows_read, rows_published, rows_quarantined, rows_excluded, exclusion_reason
            FROM row_ledger
        """)
        return {sheet: tuple(counts) for sheet, *counts in rows}


@pytest.fixture(
    scope="module",
    params=["UN_MigrantStockTotal_2019.xlsx", "undesa_pd_2020_ims_stock_by_sex_and_destination.xlsx"],
    ids=["2019", "2020"],
)
def landed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Landed]:
    file: str = request.param
    folder = tmp_path_factory.mktemp("desa")
    place = Place(folder / "raw", folder / "warehouse")
    target = place.raw / "un_desa" / f"rev{2019 if '2019' in file else 2020}"
    target.mkdir(parents=True)
    shutil.copy(DATA / file, target)
    ran = place.refresh()
    assert (ran.code, ran.complaints) == (0, "")
    yield Landed(place, file, cells(DATA / file))
    shutil.rmtree(folder)


def cells(path: Path) -> Grids:
    """All cells of a workbook by sheet, from A1 on."""
    book = python_calamine.CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def expected(cell: float | str, indicator: str) -> float | None:
    """What a cell says in the base unit: the population is published in thousands."""
    if cell in ("..", "~"):
        return None
    assert isinstance(cell, float)
    return float(f"{cell!r}e3") if indicator == "population" else cell


def test_every_sheet_is_read(landed: Landed) -> None:
    ledger = landed.ledger()
    assert set(ledger) == set(landed.grids)
    assert all(published + excluded == read > 0 for read, published, _, excluded, _ in ledger.values())
    assert all(quarantined == 0 for _, _, quarantined, _, _ in ledger.values())
    assert landed.place.ask("SELECT DISTINCT layout FROM raw_files") == [("undesa_ims_destination",)]


@pytest.mark.parametrize("area", ["KAZ", "WLD"])
def test_figures_of_kazakhstan_and_the_world_equal_the_cells_they_name(landed: Landed, area: str) -> None:
    found = landed.figures(f"ref_area = '{area}'")
    by_sheet = {table: sum(sheet == table for sheet, *_ in found) for table in TABLES}
    assert by_sheet == {"Table 1": 21, "Table 2": 21, "Table 3": 21, "Table 4": 7, "Table 5": 18, "Table 6": 20}
    for sheet, row, column, indicator, _, value, *_ in found:
        assert value == expected(landed.cell(sheet, row, column), indicator)
        name = str(landed.cell(sheet, row, "B")).strip()
        assert name == {"KAZ": "Kazakhstan", "WLD": "WORLD"}[area]


def test_every_figure_equals_the_cell_it_names(landed: Landed) -> None:
    found = landed.figures()
    assert len(found) == len({tuple(place[:3]) for place in found}) > 30_000
    for sheet, row, column, indicator, _, value, status, source_status in found:
        cell = landed.cell(sheet, row, column)
        assert value == expected(cell, indicator)
        assert (status == "O") == (cell == "..")
        assert (status == "Q") == (cell == "~")
        has_type = sheet != "Table 2" or "NOTES" not in landed.grids
        assert source_status in (cell, landed.cell(sheet, row, "E") if has_type else "")


def test_every_cell_below_a_year_is_counted(landed: Landed) -> None:
    heading = 15 if "NOTES" in landed.grids else 10
    for table in TABLES:
        grid = landed.grids[table]
        columns = [i for i, cell in enumerate(grid[heading]) if str(cell)[:2] in ("19", "20")]
        figures = [cell for row in grid[heading + 1 :] for i, cell in enumerate(row) if i in columns and cell != ""]
        read, *_, reason = landed.ledger()[table]
        assert read == len(figures)
        said = {part.split(" ", 1)[1] for part in (reason or "").split("; ")}
        assert said <= {"cells of a group heading without location code", "repeated rows"}


def test_every_note_lands(landed: Landed) -> None:
    (sheet,) = {"NOTES", "Notes"} & set(landed.grids)
    notes = landed.place.ask(f"""
        SELECT raw_row, footnote FROM footnotes WHERE raw_file LIKE '%#{sheet}' AND ref_area = '_T' AND time_period IS NULL
    """)
    rows = [number for number, row in enumerate(landed.grids[sheet], start=1) if any(row)]
    heading = 16 if sheet == "NOTES" else 11
    assert sorted(row for row, _ in notes) == [row for row in rows if row > heading]
    assert all(landed.cell(sheet, row, "B").strip() in text for row, text in notes)


def test_types_of_data_and_notes_hang_on_figures(landed: Landed) -> None:
    for kind, column in (("Type of data", "E"), ("Note", "C")):
        said = landed.place.ask(f"""
            SELECT split_part(o.raw_file, '#', 2), o.raw_row, f.footnote_subtype
            FROM footnotes AS f JOIN observations AS o USING (
                source, dataset, release, indicator, ref_area, counterpart_area, sex, breakdown, time_period
            )
            WHERE f.footnote_type = '{kind}' AND f.footnote_subtype <> '*'
        """)
        assert len(said) > 1000
        for sheet, row, subtype in said:
            cell = landed.cell(sheet, row, column)
            assert subtype == (str(int(cell)) if isinstance(cell, float) else cell)
    assert landed.place.ask("SELECT count(*) FROM footnotes WHERE footnote LIKE '%does not hold%'") == [(0,)]


def test_the_population_has_no_type_of_data(landed: Landed) -> None:
    said = landed.place.ask("SELECT DISTINCT indicator FROM footnotes WHERE footnote_type = 'Type of data'")
    assert {indicator for (indicator,) in said} == {
        "migrant_stock",
        "migrant_stock_share",
        "migrant_stock_female_share",
        "migrant_stock_change_rate",
        "refugee_share_of_migrant_stock",
    }
    assert landed.place.ask("SELECT count(*) FROM observations WHERE indicator = 'population' AND obs_status = 'I'") == [(0,)]


def test_the_classification_says_which_groups_an_area_is_in(landed: Landed) -> None:
    if "ANNEX" not in landed.grids:
        assert landed.place.ask("SELECT count(*) FROM source_areas") == [(0,)]
        return
    flags = sum(cell == "Y" for row in landed.grids["ANNEX"] for cell in row)
    assert landed.place.ask("SELECT count(*), count(DISTINCT area) FROM source_areas") == [(flags, 236)]
    for row, column, group in landed.place.ask("SELECT raw_row, raw_column, parent_area FROM source_areas"):
        assert landed.cell("ANNEX", row, column) == "Y"
        assert group.startswith("desa:")
    assert landed.place.ask("SELECT parents FROM areas WHERE code = 'KAZ'") == [("WLD;desa:1502;desa:1517;desa:902",)]
    assert landed.place.ask("SELECT name FROM areas WHERE code = 'desa:902'") == [("Less developed regions",)]
