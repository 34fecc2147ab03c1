"""Workbooks laid out as UN DESA's, made for the purpose, and what becomes of them.

Here: what the tests of UN DESA's sheets share. Not here: the publisher's own figures, or tests.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import openpyxl
import polars as pl
import pytest

from edumig_pipeline.ingest.inventory import take_inventory
from edumig_pipeline.ingest.landing import land_release
from edumig_pipeline.sources.layout import Part
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.un_desa.source import SOURCE

Cell: TypeAlias = str | int | float | None
Row: TypeAlias = Sequence[Cell]
Grid: TypeAlias = Sequence[Row]


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
    note_heading: str = "Notes"
    order_heading: str | None = "Sort\norder"


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
OF_2017 = OF_2019._replace(title="Table {} - {} by sex and by major area, region, country or area, 1990-2017", years=(2015, 2017))
OF_2024 = OF_2020._replace(
    title="Table {}: {} by sex and by region, country or area of destination, 1990-2024",
    type_heading="Data type",
    years=(2020, 2024),
    note_heading="Coverage",
    order_heading=None,
)
EDITIONS = pytest.mark.parametrize("edition", [OF_2017, OF_2019, OF_2020, OF_2024], ids=["2017", "2019", "2020", "2024"])
RELEASE = "raw/un_desa/rev2020"
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
    headings = [
        edition.order_heading,
        edition.area_heading,
        edition.note_heading,
        code_heading or edition.code_heading,
        edition.type_heading,
    ]
    grid[edition.headings_row - 1][: FIRST_FIGURE - 1] = headings
    for number, block in enumerate(blocks):
        grid[edition.blocks_row - 1][FIRST_FIGURE - 1 + number * width] = block
    grid[edition.years_row - 1][FIRST_FIGURE - 1 :] = list(years)
    return [*grid, *rows]


def matrix(sex: str, origins: Sequence[str], rows: Sequence[Row], *, caption: str = "Country or area of origin") -> Grid:
    """A sheet of 2017 or 2019: the title in row 10, the headings in row 15, the origins in row 16."""
    by = "migrant stock at mid-year by origin and by major area, region, country or area of destination, 1990-2019"
    headings: Row = ("Year", "Sort\norder", OF_2019.area_heading, "Notes", "Code", "Type of data (a)", None, None, None, caption)
    above: list[Row] = [[] for _ in range(9)]
    return [*above, [None] * 4 + [f"Table 1. {sex} {by}"], [], [], [], [], headings, [*[None] * 6, *origins], *rows]


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
    """What the tables hold after a release of one file landed."""

    observations: pl.DataFrame
    footnotes: pl.DataFrame
    source_areas: pl.DataFrame
    area_names: pl.DataFrame
    quarantine: pl.DataFrame
    ledger: dict[str, tuple[int, int, int, int, str | None]]
    layout: str | None

    def refusals(self) -> dict[str, str]:
        """Reason by file, member or sheet that was refused."""
        rows = self.quarantine.filter(pl.col("raw_row").is_null())
        return dict(rows.select("raw_file", "reason").iter_rows())

    def values(self, *columns: str) -> list[tuple[object, ...]]:
        """These columns of the observations, in the order of the file."""
        return (
            self.observations.sort("raw_file", "raw_row", pl.col("raw_column").str.len_chars(), "raw_column")
            .select(columns)
            .rows()
        )


def land(folder: Path, sheets: Mapping[str, Grid], name: str = "stock.xlsx") -> Landed:
    """Land a release that is one workbook."""
    workbook(folder / RELEASE / name, sheets)
    return landed(folder)


def land_text(folder: Path, content: bytes, name: str = "stock.csv") -> Landed:
    """Land a release that is one sheet saved as text."""
    path = folder / RELEASE / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return landed(folder)


def landed(folder: Path) -> Landed:
    """Land the release below `folder`."""
    (release,) = take_inventory(folder / "raw").releases
    part = folder / "part"
    part.mkdir()
    land_release(release, {SOURCE.id: SOURCE}, part)
    wanted = ("observations", "footnotes", "source_areas", "area_names", "quarantine", "row_ledger", "raw_files")
    tables = {table: pl.read_parquet(part / f"{table}.parquet") for table in wanted}
    ledger = {file: tuple(counts) for file, *counts in tables.pop("row_ledger").iter_rows()}
    ((layout,),) = tables.pop("raw_files").select("layout").rows()
    return Landed(**tables, ledger=ledger, layout=layout)


def parts_of(path: Path) -> list[Part] | None:
    """The parts of a file by the first layout that takes it, or None."""
    found = [layout.parts(RawFile(path, f"un_desa/rev2020/{path.name}")) for layout in SOURCE.layouts]
    return next((parts for parts in found if parts is not None), None)


def raw_file(sheet_name: str, name: str = "stock.xlsx") -> str:
    """How a sheet is named in raw_file."""
    return f"un_desa/rev2020/{name}#{sheet_name}"
