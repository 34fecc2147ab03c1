"""The workbook: read back it is the warehouse, no cell is a formula, and nothing that does not fit is cut."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from openpyxl.utils.escape import unescape
from openpyxl.workbook import Workbook

from edumig_pipeline.exports import xlsx
from edumig_pipeline.exports.errors import ExportError
from edumig_pipeline.exports.exporting import export
from edumig_pipeline.exports.extract import Wanted
from edumig_pipeline.exports.xlsx import NAME
from edumig_pipeline.model.catalogue import TABLES, table
from edumig_pipeline.wording.formulas import looks_like_formula
from tests.unit.fabricated import as_frame, made_up_rows, made_up_warehouse, observation
from tests.unit.test_exports import Silent


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up warehouse as a workbook."""
    folder = made_up_warehouse(tmp_path_factory.mktemp("warehouse"), made_up_rows())
    target = tmp_path_factory.mktemp("export") / "xlsx"
    export(folder, "xlsx", Wanted(), target, Silent())
    return target / NAME


@pytest.fixture(scope="module")
def book(exported: Path) -> Workbook:
    """It, opened."""
    return openpyxl.load_workbook(exported)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Exports a workbook of these rows."""

    def written(rows: dict[str, list[dict[str, Any]]], wanted: Wanted | None = None) -> Path:
        folder = made_up_warehouse(tmp_path / "warehouse", made_up_rows() | rows)
        export(folder, "xlsx", wanted or Wanted(), tmp_path / "out", Silent())
        return tmp_path / "out" / NAME

    return written


def as_read(value: object) -> object:
    """A value of the warehouse as a reader of workbooks has it: a day has a time."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - Excel knows no time zones
    return value


@pytest.mark.parametrize("name", [declared.name for declared in TABLES if not declared.is_view])
def test_every_value_of_every_table_comes_back(name: str, book: Workbook) -> None:
    header, *rows = book[name].iter_rows(values_only=True)
    assert header == table(name).names
    found = [tuple(unescape(value) if isinstance(value, str) else value for value in row) for row in rows]
    expected = [tuple(map(as_read, row)) for row in as_frame(name, made_up_rows()).rows()]
    assert len(found) == len(expected)
    for row, wanted in zip(found, expected, strict=True):
        # Workbooks have figures to 16 digits.
        assert row == tuple(pytest.approx(one, rel=1e-15) if isinstance(one, float) else one for one in wanted)


def test_no_cell_is_a_formula_or_a_link(exported: Path, book: Workbook) -> None:
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} == {"s", "n", "d", "b"}
    with ZipFile(exported) as archive:
        for name in archive.namelist():
            assert b"<f>" not in archive.read(name)
            assert b"hyperlink" not in archive.read(name)


def test_a_text_that_looks_like_a_formula_stays_one_when_it_is_edited(book: Workbook) -> None:
    column = table("observations").names.index("source_area") + 1
    cells = [row[0] for row in book["observations"].iter_rows(min_row=2, min_col=column, max_col=column)]
    marked = {cell.value for cell in cells if cell.quotePrefix}
    assert {"=1+1", "@SUM(A1)", "＝1+1", "-1", "\u00a0=1+1"} <= marked
    assert all(cell.quotePrefix == looks_like_formula(unescape(str(cell.value))) for cell in cells if cell.value)


def test_figures_are_numbers_days_are_days_and_no_number_is_a_blank(book: Workbook) -> None:
    names = table("observations").names
    rows = list(book["observations"].iter_rows(min_row=2))
    by_row = {row[names.index("raw_row")].value: row for row in rows}
    assert by_row[100][names.index("obs_value")].value == -5
    assert by_row[100][names.index("obs_value")].data_type == "n"
    assert by_row[100][names.index("period_start")].number_format == "yyyy-mm-dd"
    assert by_row[200][names.index("obs_value")].value is None
    assert by_row[205][names.index("obs_value")].value == 0


def test_an_empty_text_is_a_cell_and_no_value_is_none(exported: Path, write: Callable[..., Path]) -> None:
    del exported
    path = write({"observations": [observation(source_area="", raw_column=None)]}, Wanted(tables=("observations",)))
    with ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet3.xml").decode()
    cells = {column: f'r="{column}2"' in sheet for column in ("Q", "T")}  # source_area, raw_column
    assert cells == {"Q": True, "T": False}


def test_headers_stay_in_sight_and_can_be_filtered(book: Workbook) -> None:
    for name in book.sheetnames[1:]:
        sheet = book[name]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet["A1"].font.bold
        assert sheet.column_dimensions["A"].width > len(table(name).names[0])


def test_the_first_sheet_says_where_the_figures_are_from(book: Workbook) -> None:
    assert book.sheetnames[:3] == ["about", "codebook", "observations"]
    said = [cell for row in book["about"].iter_rows(values_only=True) for cell in row if cell]
    for text in (
        "Generation of the warehouse: 0123456789abcdef",
        "CC BY 4.0 https://creativecommons.org/licenses/by/4.0/",
        "=Nobody (2026)",
        "missing; suppressed",
        "All rows of each table.",
    ):
        assert text in said


def test_a_workbook_of_some_rows_says_which(write: Callable[..., Path]) -> None:
    path = write({}, Wanted(tables=("observations", "sources"), ref_area=("KZ-75",)))
    about = openpyxl.load_workbook(path)["about"]
    assert "only the rows of ref_area: KZ-75. Whole, since they have no such column: codebook, sources." in " ".join(
        str(about.cell(3, 1).value).split()
    ).replace("sources, codebook", "codebook, sources")


def test_more_rows_than_a_sheet_holds_are_refused_and_it_is_said_what_helps(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(xlsx, "MAX_ROWS", 10)
    with pytest.raises(ExportError, match=r"a sheet of Excel holds 10: choose rows with --indicator, --ref-area or --source"):
        write({})
    assert not (tmp_path / "out").exists()
    assert xlsx.MAX_ROWS == 10


def test_a_sheet_of_excel_holds_a_million_rows_and_the_header() -> None:
    assert xlsx.MAX_ROWS == 2**20 - 1


@pytest.mark.parametrize(("text", "units"), [("x" * 32_768, 32_768), ("🎓" * 16_384, 32_768), ("x" * 32_700 + "🎓" * 40, 32_780)])
def test_a_text_longer_than_a_cell_is_refused_not_cut(text: str, units: int, write: Callable[..., Path]) -> None:
    with pytest.raises(ExportError, match=f"source_area of observations has a text of {units:,} characters"):
        write({"observations": [observation(source_area=text)]})


@pytest.mark.parametrize("text", ["x" * 32_767, "🎓" * 16_383 + "x"])
def test_the_longest_text_that_fits_is_whole(text: str, write: Callable[..., Path]) -> None:
    path = write({"observations": [observation(source_area=text)]}, Wanted(tables=("observations",)))
    assert openpyxl.load_workbook(path)["observations"].cell(2, 17).value == text


def test_what_excel_has_no_number_or_day_for_is_a_text(write: Callable[..., Path]) -> None:
    row = observation(obs_value=float("inf"), period_start=date(1850, 1, 1))
    path = write({"observations": [row]}, Wanted(tables=("observations",)))
    sheet = openpyxl.load_workbook(path)["observations"]
    names = table("observations").names
    assert sheet.cell(2, names.index("obs_value") + 1).value == "inf"
    assert sheet.cell(2, names.index("period_start") + 1).value == "1850-01-01"
