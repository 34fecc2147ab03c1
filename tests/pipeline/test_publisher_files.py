"""The real publishers' files, whole: every record lands or is accounted for, value by value.

They are not kept in this repository; where the folder beside it is absent, these tests skip.
"""

import csv
import shutil
from pathlib import Path

import pytest
import python_calamine

from tests.pipeline.conftest import ROOT, Place

DATA = ROOT.parent / "shared/data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="publishers' files are not kept in this repository")


def records(path: Path) -> list[dict[str, str]]:
    """The records of a CSV, read independently."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def put(place: Place, folder: str, *files: str) -> None:
    """Lay real files out as a release."""
    target = place.raw / folder
    target.mkdir(parents=True)
    for file in files:
        shutil.copy(DATA / file, target)


@pytest.mark.parametrize(
    ("file", "revision"),
    [("UN_MigrantStockTotal_2019.xlsx", "2019"), ("undesa_pd_2020_ims_stock_by_sex_and_destination.xlsx", "2020")],
)
def test_every_cell_of_the_migrant_stock(place: Place, file: str, revision: str) -> None:
    put(place, f"un_desa/rev{revision}", f"un_desa/{file}")
    ran = place.refresh()
    assert ran.code == 1, "sheets that no reader knows yet are refused by name"
    assert f"{file}#Table 5: known_layout" in ran.err
    book = python_calamine.CalamineWorkbook.from_path(DATA / "un_desa" / file)
    found = place.ask("SELECT split_part(raw_file, '#', 2), raw_row, raw_column, obs_value FROM observations")
    assert len(found) > 11_000
    grids = {sheet: book.get_sheet_by_name(sheet).to_python(skip_empty_area=False) for sheet in ("Table 1", "Table 3")}
    for sheet, row, column, value in found:
        cell = grids[sheet][row - 1][ord(column) - ord("A")]
        assert value == (None if cell == ".." else cell)
