"""Headings and titles of UN DESA's sheets: which column holds what, by name, and what a table says it is about.

Belongs here: the words DESA puts above its tables, revision by revision. Does not belong here: where figures and years
are (`sheet`), or what codes and marks mean (`figures`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from edumig_pipeline.sources.reading.records import RefusedError
from edumig_pipeline.sources.reading.workbook import column_letter, text

# What a column of labels holds, by its heading without line breaks, asterisks and references to notes, in small letters.
_AREA = (
    "major area, region, country or area",
    "major area, region, country or area of destination",
    "region, development group, country or area",
    "region, development group, country or area of destination",
)
_CODE = ("code", "country code", "location code", "location code of destination")
ROLES = {
    "order": ("sort order", "index"),
    "year": ("year",),
    "area": _AREA,
    "note": ("notes", "notes of destination", "coverage", "coverage of destination", "population notes"),
    "code": _CODE,
    "type": ("type of data", "type of data of destination", "data type", "data type of destination"),
    "origin": ("region, development group, country or area of origin",),
    "origin_code": ("location code of origin",),
}
# The classification of areas at the end of a workbook has a heading of its own.
ANNEX_ROLES = {**ROLES, "area": ("region, subregion, country or area", *_AREA)}

_ORIGINS_CAPTION = ("country or area of origin", "country of origin")
_FIRST_ROWS = 40  # headings stand in row 11, 15 or 16

# "Table 1 -  International migrant stock at mid-year by sex and by major area, region, country or area, 1990-2019"
_TITLE = re.compile(
    r"Table [0-9]+\s*[-–:.]\s*(?P<measure>.+?)(?: by sex and| by origin and)? by (?:major area, )?"
    r"region, country or area(?: of (?P<side>destination and origin|destination|origin))?, "
    r"[0-9]{4}-[0-9]{4}(?: \((?P<unit>[^()]+)\))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Headings:
    """A row of headings (0-based) and the columns of labels in it, by what they hold."""

    row: int
    columns: dict[str, int]


@dataclass(frozen=True)
class Title:
    """A table's title, what it says is measured, of which side of migration, and the unit it states in brackets."""

    words: str
    measure: str
    side: str | None
    unit: str | None


def plain(heading: str) -> str:
    """A heading to compare by: 'Type of data (a)' is 'type of data', whatever its line breaks, asterisks and capitals."""
    return re.sub(r" ?\([a-z]\)$", "", " ".join(heading.split()).rstrip(" *")).casefold()


def _roles_of(cells: Sequence[str], roles: dict[str, tuple[str, ...]]) -> dict[str, list[int]]:
    names = [plain(cell) for cell in cells]
    return {role: found for role, known in roles.items() if (found := [i for i, name in enumerate(names) if name in known])}


def find_headings(grid: pd.DataFrame, roles: dict[str, tuple[str, ...]] = ROLES) -> Headings:
    """The first row with one heading for names of areas and one for their codes.

    Raises RefusedError when there is none, or when one of its headings stands twice.
    """
    for row in range(min(_FIRST_ROWS, len(grid))):
        cells = [text(cell) for cell in grid.iloc[row]]
        found = _roles_of(cells, roles)
        if "area" not in found and {"origin", "origin_code"} <= set(found):
            # A table of origins alone: they are its areas.
            found["area"], found["code"] = found.pop("origin"), found.pop("origin_code")
        if {"area", "code"} <= set(found):
            for role, columns in found.items():
                if len(columns) > 1:
                    places = ", ".join(f"{column_letter(i)} '{cells[i]}'" for i in columns)
                    raise RefusedError("known_layout", f"row {row + 1} has several columns of one kind ({role}): {places}")
            return Headings(row, {role: columns[0] for role, columns in found.items()})
    shown = [[text(cell) for cell in row if text(cell)] for row in grid.head(20).to_numpy().tolist()][-4:]
    raise RefusedError(
        "known_layout",
        f"no row has one heading of {_spelled(roles['area'])} and one of {_spelled(roles['code'])}; found the first rows {shown}"[
            :900
        ],
    )


def _spelled(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.capitalize() for name in names)


def has_headings(grid: pd.DataFrame) -> bool:
    """Whether some row begins a table of areas, even one that is refused later."""
    for row in range(min(_FIRST_ROWS, len(grid))):
        found = _roles_of([text(cell) for cell in grid.iloc[row]], ANNEX_ROLES)
        if {"area", "code"} <= set(found) or {"origin", "origin_code"} <= set(found):
            return True
    return False


def origins_in_columns(grid: pd.DataFrame, row: int) -> bool:
    """Whether a row of headings has the caption that stands above the columns of a matrix of origins."""
    return any(plain(text(cell)) in _ORIGINS_CAPTION for cell in grid.iloc[row])


def captions_of_origins(cell: str) -> bool:
    """Whether a cell is that caption."""
    return plain(cell) in _ORIGINS_CAPTION


def read_title(grid: pd.DataFrame, above: int) -> Title:
    """The title of the table whose headings stand in row `above` (0-based).

    Raises RefusedError unless there is one, 'Table N: …', in words known from some revision.
    """
    said = [words for cells in grid.head(above).to_numpy().tolist() for cell in cells if (words := " ".join(text(cell).split()))]
    titles = [words for words in said if words.startswith("Table ")]
    if len(titles) != 1:
        raise RefusedError("known_layout", f"expected one title 'Table N: …' above the headings, found {titles}")
    if not (match := _TITLE.fullmatch(titles[0])):
        raise RefusedError(
            "known_layout",
            f"the sheet's title '{titles[0]}' is not of the form 'Table N: … by … region, country or area …, 1990-2020'",
        )
    side = match["side"]
    return Title(titles[0], match["measure"], side.casefold() if side else None, match["unit"])
