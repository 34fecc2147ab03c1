"""Where a sheet of UN DESA's International Migrant Stock keeps its figures, and the year, sex and measure of each column.

Belongs here: the geometry of the tables: years side by side in blocks, repeated for both sexes, men and women; or a
matrix with a column per origin and the years stacked in rows. Does not belong here: the words of headings and titles
(`headings`), or what codes and marks mean (`figures`).
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import polars as pl

from edumig_pipeline.sources.candidates import mapping
from edumig_pipeline.sources.reading.records import RefusedError
from edumig_pipeline.sources.reading.workbook import column_letter, text
from edumig_pipeline.sources.un_desa.headings import (
    Headings,
    Title,
    captions_of_origins,
    find_headings,
    origins_in_columns,
    plain,
    read_title,
)

DESTINATION, ORIGIN, PAIR = "destination", "origin", "destination and origin"

_YEAR, _INTERVAL = r"(19|20)[0-9]{2}", r"(?:19|20)[0-9]{2}[-–](?:19|20)[0-9]{2}"
_SEXES = {"both sexes": "_T", "male": "M", "males": "M", "female": "F", "females": "F"}
_SEX_WORDS = re.compile(r",?\s*\(?(?:\bof )?\b(?:both sexes(?: combined)?|females?|males?)\b\)?", re.IGNORECASE)
_EXPONENT = {"thousands": 3}


@dataclass(frozen=True)
class Figures:
    """One column of figures: its place (0-based) and what all its cells have in common.

    `heading` is the year or interval as published, or the origin of a matrix. Published figures are in units of ten to the
    power of `exponent`.
    """

    column: int
    heading: str
    indicator: str
    unit_measure: str
    exponent: int
    sex: str
    has_data_type: bool


@dataclass(frozen=True)
class Sheet:
    """A sheet of figures: rows and columns are 0-based. `side` says what its rows are: destinations, origins, pairs.

    In a matrix the rows are destinations and years, and the columns of figures origins.
    """

    title: Title
    side: str
    is_matrix: bool
    first_row: int
    labels: dict[str, int]
    figures: tuple[Figures, ...]


def locate(grid: pd.DataFrame) -> Sheet:
    """Where a sheet keeps what; raises RefusedError when it is not laid out as any revision's."""
    headings = find_headings(grid)
    title = read_title(grid, headings.row)
    is_matrix = origins_in_columns(grid, headings.row)
    side = _side(title, headings, grid, is_matrix=is_matrix)
    terms = _terms(title)
    year_row, figures = _matrix(grid, headings, title, terms) if is_matrix else _blocks(grid, headings, title, terms)
    _require_known_columns(grid, headings, year_row, {one.column for one in figures})
    return Sheet(title, side, is_matrix, year_row + 1, headings.columns, figures)


def side_of(grid: pd.DataFrame) -> str:
    """What the rows of a sheet are; of one that cannot be read, what its headings look like."""
    try:
        headings = find_headings(grid)
        is_matrix = origins_in_columns(grid, headings.row)
        if is_matrix or "origin_code" in headings.columns:
            return PAIR
        return _side(read_title(grid, headings.row), headings, grid, is_matrix=is_matrix)
    except RefusedError:
        return DESTINATION


def _side(title: Title, headings: Headings, grid: pd.DataFrame, *, is_matrix: bool) -> str:
    """Whether the rows are destinations, origins or pairs of both: what the title says and the headings bear out."""
    has_origin = "origin_code" in headings.columns
    if is_matrix != ("year" in headings.columns):
        raise RefusedError("known_layout", "a column 'Year' goes with columns 'Country or area of origin', and they with it")
    if is_matrix:
        return PAIR
    heading = plain(text(grid[headings.columns["area"]].iloc[headings.row]))
    of_heading = next((side for side in (DESTINATION, ORIGIN) if heading.endswith(f" of {side}")), None)
    side = title.side or of_heading
    if has_origin != (side == PAIR) or (side != PAIR and of_heading not in (None, side)) or side is None:
        raise RefusedError(
            "known_layout",
            f"the title '{title.words}' and the headings do not agree on whether areas are destinations or origins: the "
            f"column of areas is headed '{heading}', and there is {'a' if has_origin else 'no'} column of codes of origin",
        )
    return side


def _terms(title: Title) -> pl.DataFrame:
    """What the blocks of a table with this title may hold; raises RefusedError when the title is unknown."""
    terms = mapping("un_desa_indicators")
    found = terms.filter(pl.col("title").str.to_lowercase() == title.measure.lower())
    if found.is_empty():
        known = "; ".join(terms["title"].unique(maintain_order=True))
        raise RefusedError("known_layout", f"the sheet's title '{title.words}' is about none of: {known}")
    return found


def _figures(column: int, heading: str, term: dict[str, str], sex: str, title: Title) -> Figures:
    """A column's terms; raises RefusedError unless the title states the unit that goes with its measure."""
    expected, found = (f"state '({unit})'" if unit else "state no unit" for unit in (term["states"], title.unit))
    if (term["states"] or "") != (title.unit or ""):
        raise RefusedError(
            "known_layout", f"the title of a table of '{term['title']}' should {expected}; '{title.words}' does {found}"
        )
    exponent = _EXPONENT.get(title.unit or "", 0)
    return Figures(column, heading, term["indicator"], term["unit_measure"], exponent, sex, term["data_type"] == "yes")


def _matrix(grid: pd.DataFrame, headings: Headings, title: Title, terms: pl.DataFrame) -> tuple[int, tuple[Figures, ...]]:
    """The row of the origins, and a column of figures for each."""
    row = headings.row + 1
    names = [text(cell).strip() for cell in grid.iloc[row]] if row < len(grid) else []
    term = terms.row(0, named=True)
    if terms.height != 1 or not term["sex"]:
        raise RefusedError("known_layout", f"the title '{title.words}' of a matrix of origins says no sex")
    labels = set(headings.columns.values())
    columns = [(i, name) for i, name in enumerate(names) if name and i not in labels]
    twice = sorted(name for name, count in Counter(name for _, name in columns).items() if count > 1)
    if not columns or twice:
        raise RefusedError("known_layout", f"row {row + 1} should name each origin once; it has {twice or 'none'}")
    return row, tuple(_figures(i, name, term, term["sex"], title) for i, name in columns)


def _is_period(words: str) -> bool:
    return bool(re.fullmatch(f"{_YEAR}|{_INTERVAL}", words))


def _blocks(grid: pd.DataFrame, headings: Headings, title: Title, terms: pl.DataFrame) -> tuple[int, tuple[Figures, ...]]:
    """The row of the years, and their columns; measure and sex are in the caption above the first year of each run."""
    labels = set(headings.columns.values()) | _unheaded(grid, headings)
    for year_row in range(headings.row, min(headings.row + 2, len(grid))):
        years = [(i, text(cell).strip()) for i, cell in enumerate(grid.iloc[year_row]) if i not in labels]
        years = [(column, year) for column, year in years if year]
        if any(_is_period(year) for _, year in years):
            break
    else:
        raise RefusedError("known_layout", f"no row of years at or below row {headings.row + 1}")
    figures, caption = [], ""
    for column, year in years:
        if not _is_period(year):
            place = f"{column_letter(column)}{year_row + 1}"
            raise RefusedError("known_layout", f"the heading '{year}' in row {year_row + 1} is no year (cell {place})")
        above = [" ".join(text(cell).split()) for cell in grid.iloc[max(0, year_row - 3) : year_row, column]]
        caption = next((words for words in reversed(above) if words), caption)
        term, sex = _said(caption, title, terms)
        if bool(re.fullmatch(_YEAR, year)) != (term["period"] == "year"):
            raise RefusedError("known_layout", f"below '{caption}' each heading should be a {term['period']}, found '{year}'")
        figures.append(_figures(column, year, term, sex, title))
    if len({(one.indicator, one.heading, one.sex) for one in figures}) != len(figures):
        raise RefusedError("known_layout", "two columns have the same year and sex: a heading that says the sex is missing")
    return year_row, tuple(figures)


def _unheaded(grid: pd.DataFrame, headings: Headings) -> set[int]:
    """Columns before the areas without a heading: the running number of a row may stand there."""
    return {i for i in range(headings.columns["area"]) if not text(grid[i].iloc[headings.row]).strip()}


def _said(caption: str, title: Title, terms: pl.DataFrame) -> tuple[dict[str, str], str]:
    """The measure of a block and its sex, by its caption: 'Total male population at mid-year (thousands)'.

    Raises RefusedError when the caption says no sex, or another measure than the title.
    """
    # The letter of a note may be glued to the end: '(thousands)g'.
    words = re.sub(r"\)[a-z]$", ")", caption)
    unit = re.search(r" \((thousands|percentage)\)$", words)
    if unit and unit[1] != title.unit:
        raise RefusedError("known_layout", f"the block heading '{caption}' states '({unit[1]})', the title '{title.words}' not")
    words = words[: unit.start()] if unit else words
    if term := _row(terms.filter(pl.col("sex").is_not_null()), words):
        return term, term["sex"]
    sexes = {code for name, code in _SEXES.items() if re.search(rf"\b{name}\b", words.lower())}
    if len(sexes) != 1:
        raise RefusedError("known_layout", f"the block heading '{caption}' names no sex of {', '.join(_SEXES)}, or several")
    measure = " ".join(_SEX_WORDS.sub("", words).split())
    # A caption that says nothing but the sex leaves the measure to the title.
    term = terms.row(0, named=True) if not measure and terms.height == 1 else _row(terms, measure)
    if not term:
        expected = "; ".join(terms["caption"].drop_nulls())
        raise RefusedError("known_layout", f"the block heading '{caption}' is none of those known with this title: {expected}")
    return term, sexes.pop()


def _row(terms: pl.DataFrame, caption: str) -> dict[str, str] | None:
    found = terms.filter(pl.col("caption").str.to_lowercase() == caption.lower())
    return found.row(0, named=True) if found.height else None


def _require_known_columns(grid: pd.DataFrame, headings: Headings, year_row: int, figures: set[int]) -> None:
    """Refuse a sheet that has cells, or a heading, in a column of which nobody knows what it holds."""
    known = set(headings.columns.values()) | figures
    unheaded = _unheaded(grid, headings)
    for column in sorted(set(range(grid.shape[1])) - known):
        said = [text(cell).strip() for cell in grid.iloc[headings.row : year_row + 1, column]]
        heading = next((words for words in said if words and not captions_of_origins(words)), "")
        if column in unheaded and not heading:
            continue
        if heading or _has_cells(grid.iloc[year_row + 1 :, column].tolist()):
            raise RefusedError(
                "known_layout",
                f"column {column_letter(column)} has cells below a heading that is no year and no known label: '{heading}'",
            )


def _has_cells(cells: Sequence[object]) -> bool:
    return any(cell is not None and str(cell).strip() for cell in cells)
