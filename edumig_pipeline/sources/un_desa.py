"""UN DESA Population Division: International Migrant Stock workbooks by destination, revisions 2019 and 2020.

Belongs here: the sheet layouts, M49 location codes and marks of these workbooks. Does not belong here: spreadsheets as
such (`workbook`).

Sources of the rules: the workbooks' own NOTES sheets (`..` not available, `~` protected because fewer than five, the
codes of "Type of data": B foreign-born, C foreign citizens, R refugees added, I imputed). Location codes from 900 on are
aggregates; below, they are M49.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import pandas as pd
import polars as pl

from edumig_pipeline.model.areas import UNKNOWN, WORLD, iso_by_m49
from edumig_pipeline.sources.candidates import mapping, number
from edumig_pipeline.sources.layout import Part, Source
from edumig_pipeline.sources.rawfile import RawFile
from edumig_pipeline.sources.records import Batch, RefusedError
from edumig_pipeline.sources.workbook import Cell, cells, column_letter, text

_ID = "un_desa"
_WORLD_CODE = "900"
_FIRST_AGGREGATE = 900
# Regions and groups (9xx), income and development groups, SDG regions (15xx to 18xx), parts of Asia (55xx); and the
# Channel Islands (830), which ISO 3166 does not have.
_AGGREGATE = r"^(830|9[0-9]{2}|1[5-8][0-9]{2}|55[0-9]{2})$"

_CODE_HEADINGS = ("Code", "Location code")
_AREA_HEADINGS = (
    "Major area, region, country or area of destination",
    "Region, development group, country or area",
    "Region, development group, country or area of destination",
)
# "Table 1 -  International migrant stock at mid-year by sex and by major area, region, country or area, 1990-2019"
_TITLE = re.compile(
    r"^Table [0-9]+\s*[-:]\s*(?P<measure>.+?) (?:by sex and )?by (?:major area, )?region, country or area(?: of destination)?, "
    r"[0-9]{4}-[0-9]{4}(?: \(.+\))?$"
)
_OTHER_HEADINGS = ("Sort\norder", "Sort order", "Index", "Notes")
_SEXES = {"both sexes": "_T", "male": "M", "males": "M", "female": "F", "females": "F"}
_CONTENTS = "table of contents"


@dataclass(frozen=True)
class _Block:
    """One column of figures: where it is, its year and sex."""

    column: int
    year: str
    sex: str


@dataclass(frozen=True)
class _Sheet:
    """Where things are on a sheet of figures; rows and columns are 0-based."""

    grid: pd.DataFrame
    title: str
    first_row: int
    area_column: int
    code_column: int
    type_column: int | None
    blocks: tuple[_Block, ...]


def _find_heading(grid: pd.DataFrame) -> tuple[int, int, int]:
    """Row of the headings, column of the area names, column of the location codes."""
    for row in range(min(40, len(grid))):
        headings = [text(cell).strip() for cell in grid.iloc[row]]
        areas = [i for i, heading in enumerate(headings) if heading in _AREA_HEADINGS]
        codes = [i for i, heading in enumerate(headings) if heading in _CODE_HEADINGS]
        if len(areas) == 1 and len(codes) == 1:
            return row, areas[0], codes[0]
    raise RefusedError(
        "known_layout",
        f"no row has one heading of {_AREA_HEADINGS} and one of {_CODE_HEADINGS}; found the first rows "
        f"{[[text(c) for c in row if text(c)] for row in grid.head(20).to_numpy().tolist()][-4:]}"[:600],
    )


def _is_year(cell: Cell) -> bool:
    return bool(re.fullmatch(r"(19|20)[0-9][0-9]", text(cell).strip()))


def _sex_of(heading: str) -> str:
    words = heading.lower()
    found = {code for name, code in _SEXES.items() if re.search(rf"\b{name}\b", words)}
    if len(found) != 1:
        raise RefusedError("known_layout", f"the block heading '{heading}' names no sex of {', '.join(_SEXES)}, or several")
    return found.pop()


def _blocks(grid: pd.DataFrame, heading_row: int, labels: set[int]) -> tuple[int, tuple[_Block, ...]]:
    """The row of the years, and a block for each year; the sex is in the heading above the first year of each run.

    `labels` are the columns that hold no figures. Raises RefusedError when any other column has cells but no year.
    """
    for year_row in range(heading_row, min(heading_row + 2, len(grid))):
        years = [(i, text(cell).strip()) for i, cell in enumerate(grid.iloc[year_row]) if i not in labels]
        years = [(column, year) for column, year in years if year]
        if any(_is_year(year) for _, year in years):
            break
    else:
        raise RefusedError("known_layout", f"no row of years at or below row {heading_row + 1}")
    blocks, heading = [], ""
    for column, year in years:
        if not _is_year(year):
            raise RefusedError("known_layout", f"the heading '{year}' in row {year_row + 1} is no year")
        above = [text(cell).strip() for cell in grid.iloc[max(0, year_row - 3) : year_row, column]]
        heading = next((words for words in reversed(above) if words), heading)
        blocks.append(_Block(column, year, _sex_of(heading)))
    if len({(block.year, block.sex) for block in blocks}) != len(blocks):
        raise RefusedError("known_layout", "two columns have the same year and sex: a heading that says the sex is missing")
    for column in set(range(grid.shape[1])) - labels - {block.column for block in blocks}:
        if any(text(cell).strip() for cell in grid.iloc[year_row + 1 :, column]):
            raise RefusedError("known_layout", f"column {column_letter(column)} has cells below a heading that is no year")
    return year_row, tuple(blocks)


def _locate(grid: pd.DataFrame) -> _Sheet:
    """Where a sheet keeps what; raises RefusedError when it is not laid out as expected."""
    heading_row, area_column, code_column = _find_heading(grid)
    titles = [
        t for row in range(heading_row) for cell in grid.iloc[row] if (t := " ".join(text(cell).split())).startswith("Table ")
    ]
    if len(titles) != 1:
        raise RefusedError("known_layout", f"expected one title 'Table N: …' above the headings, found {titles}")
    headings = [text(cell).strip() for cell in grid.iloc[heading_row]]
    types = [i for i, heading in enumerate(headings) if heading.startswith("Type of data")]
    # The running number of a row may stand without a heading, before the name of the area.
    unheaded = {i for i in range(area_column) if not headings[i]}
    others = {i for i, heading in enumerate(headings) if heading in _OTHER_HEADINGS}
    year_row, blocks = _blocks(grid, heading_row, {area_column, code_column, *types} | unheaded | others)
    return _Sheet(grid, titles[0], year_row + 1, area_column, code_column, types[0] if types else None, blocks)


def _records(sheet: _Sheet) -> Iterator[Batch]:
    """One record per cell of figures: the area's name, code and type of data, the block's year and sex, the cell."""
    grid, first = sheet.grid, sheet.first_row
    labels = pl.DataFrame(
        {
            "raw_row": pl.Series(range(first + 1, len(grid) + 1), dtype=pl.Int32),
            "area": [text(c) for c in grid.iloc[first:, sheet.area_column]],
            # M49 codes are numbers; stored as text they may have their leading zeros.
            "code": [text(c).strip().lstrip("0") for c in grid.iloc[first:, sheet.code_column]],
            "type_of_data": [text(c).strip() for c in grid.iloc[first:, sheet.type_column]]
            if sheet.type_column is not None
            else [""] * (len(grid) - first),
        }
    )
    blocks = pl.DataFrame(
        {
            "column": pl.Series([b.column for b in sheet.blocks], dtype=pl.Int32),
            "year": [b.year for b in sheet.blocks],
            "sex": [b.sex for b in sheet.blocks],
        }
    )
    found = cells(grid, first, [b.column for b in sheet.blocks])
    records = found.join(labels, on="raw_row", how="left", maintain_order="left").join(
        blocks, on="column", how="left", maintain_order="left"
    )
    yield Batch(
        records.drop("column").with_columns(
            pl.lit(sheet.title).alias("title"),
            pl.when(pl.col("cell") == "")
            .then(pl.lit("blank cell"))
            .when((pl.col("code") == "") & (pl.col("cell") == ".."))
            .then(pl.lit("cell of a group heading without location code"))
            .alias("exclusion"),
        )
    )


def _ref_area(code: pl.Expr) -> pl.Expr:
    """Location code as ref_area: 900 is WLD, M49 codes of countries become ISO, the known ranges of aggregates desa:."""
    iso = {str(m49): alpha3 for m49, alpha3 in iso_by_m49().items() if m49 < _FIRST_AGGREGATE}
    return (
        pl.when(code == _WORLD_CODE)
        .then(pl.lit(WORLD))
        .when(code.is_in(list(iso)))
        .then(code.replace_strict(iso, default=None, return_dtype=pl.String))
        .when(code.str.contains(_AGGREGATE))
        .then(pl.concat_str(pl.lit("desa:"), code))
        .otherwise(pl.concat_str(pl.lit(UNKNOWN), code))
    )


def _observations(records: pl.DataFrame) -> pl.DataFrame:
    """Cells of a sheet as candidates for `observations`."""
    cell = pl.col("cell").str.strip_chars()
    is_mark = cell.is_in(["..", "~"])
    status = (
        pl.when(cell == "..")
        .then(pl.lit("O"))
        .when(cell == "~")
        .then(pl.lit("Q"))
        .when(pl.col("type_of_data").str.contains(r"^I\b"))
        .then(pl.lit("I"))
        .otherwise(pl.lit("A"))
    )
    return records.select(
        "indicator",
        _ref_area(pl.col("code")).alias("ref_area"),
        pl.lit("_T").alias("counterpart_area"),
        "sex",
        pl.lit("_T").alias("breakdown"),
        pl.col("year").alias("time_period"),
        (number(cell) * pl.col("multiplier").cast(pl.Float64)).alias("obs_value"),
        status.alias("obs_status"),
        pl.when(is_mark).then(cell).otherwise(pl.col("type_of_data")).alias("source_status"),
        "unit_measure",
        pl.col("title").alias("source_indicator"),
        pl.col("code").alias("source_area"),
        "raw_row",
        "raw_column",
        pl.when(is_mark).then(pl.lit("")).otherwise(cell).alias("published_value"),
        pl.col("year").alias("published_period"),
        pl.lit(value=False).alias("undated"),
        pl.col("area").str.strip_chars(" *").alias("area_name"),
    )


def _terms(title: str) -> pl.DataFrame:
    """The harmonised terms of a sheet's title, one row; raises RefusedError when there are none."""
    match = _TITLE.match(title)
    terms = mapping("un_desa_indicators")
    found = terms.filter(pl.col("title") == (match["measure"] if match else title))
    if found.is_empty():
        raise RefusedError("known_layout", f"the sheet's title '{title}' is none of: {'; '.join(terms['title'])}")
    return found.drop("title")


def _figures(grid: pd.DataFrame) -> Iterator[Batch]:
    sheet = _locate(grid)
    terms = _terms(sheet.title)
    for batch in _records(sheet):
        yield Batch(batch.records.join(terms, how="cross", maintain_order="left"))


def _has_headings(grid: pd.DataFrame) -> bool:
    try:
        _find_heading(grid)
    except RefusedError:
        return False
    return True


def _is_contents(grid: pd.DataFrame) -> bool:
    return any(text(cell).strip().lower() == _CONTENTS for row in grid.head(20).to_numpy().tolist() for cell in row)


def _contents(grid: pd.DataFrame) -> Iterator[Batch]:
    lines = [" | ".join(text(cell) for cell in row if text(cell)) for row in grid.to_numpy().tolist()]
    filled = [(row, line) for row, line in enumerate(lines, start=1) if line]
    yield Batch(
        pl.DataFrame(
            {
                "raw_row": pl.Series([row for row, _ in filled], dtype=pl.Int32),
                "raw_column": pl.Series([None] * len(filled), dtype=pl.String),
                "line": [line for _, line in filled],
                "exclusion": ["row of the table of contents"] * len(filled),
            }
        )
    )


class _Workbook:
    """A workbook of the International Migrant Stock by destination."""

    name = "undesa_ims_destination"
    header = ()
    expects = "a workbook with a contents sheet and sheets 'Table N' titled 'International migrant stock at mid-year …'"

    def parts(self, file: RawFile) -> list[Part] | None:
        sheets = file.sheets
        if not any(_has_headings(grid) for grid in sheets.values()):
            return None
        return [
            Part(
                member=f"#{name}",
                dataset="ims_destination",
                lands={"observations": _observations},
                records=partial(_contents if _is_contents(grid) else _figures, grid),
            )
            for name, grid in sheets.items()
        ]


SOURCE = Source(
    id=_ID,
    publisher="United Nations Department of Economic and Social Affairs, Population Division",
    url="https://www.un.org/development/desa/pd/content/international-migrant-stock",
    description="International migrants by country of residence at mid-year, estimated from censuses, registers and "
    "surveys: foreign-born where known, else foreign citizens, with refugees added where they were not counted.",
    area_prefix="desa",
    layouts=(_Workbook(),),
)
