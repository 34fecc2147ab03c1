"""UN DESA Population Division: International Migrant Stock workbooks of the revisions 2017, 2019, 2020 and 2024.

Belongs here: the publisher, and which kind of sheet a file or sheet is. Does not belong here: how each kind is read
(`figures`, `remarks`, `notes`), the geometry of tables (`sheet`), DESA's words
(`headings`) and codes (`areas`), or spreadsheets as such (`workbook`, `text_grid`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

import pandas as pd

from edumig_pipeline.sources.downloads import Bounds, Cadence, Download, Plan, ReplyError, Request, Web
from edumig_pipeline.sources.layout import Part, Source
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import Batch
from edumig_pipeline.sources.reading.text_grid import DELIMITERS, first_grid, read_text_grid
from edumig_pipeline.sources.un_desa import notes
from edumig_pipeline.sources.un_desa.figures import Page, figures, observations
from edumig_pipeline.sources.un_desa.headings import has_headings
from edumig_pipeline.sources.un_desa.remarks import remarks
from edumig_pipeline.sources.un_desa.sheet import DESTINATION, ORIGIN, PAIR, side_of

_ID = "un_desa"

# Spreadsheet programs on Windows save text in it.
_FALLBACK_ENCODING = "cp1252"
_FIRST_RECORDS = 40

_DATASETS = {DESTINATION: "ims_destination", ORIGIN: "ims_origin", PAIR: "ims_destination_origin"}


@dataclass(frozen=True)
class _Tables:
    """Tables of the International Migrant Stock by `side`: a workbook with its contents and notes, or a sheet saved as text."""

    name: str
    side: str
    expects: str
    header: tuple[str, ...] = ()

    def parts(self, file: RawFile) -> list[Part] | None:
        """The sheets, or None when none has a table of areas, or the first that has is of another side."""
        if file.sheet is not None:
            pages = {"": file.sheet}
        elif file.is_zip_container:
            pages = {f"#{name}": grid for name, grid in file.sheets.items()}
        else:
            return self._text(file)
        if not self._is_mine(pages):
            return None
        noted = [
            grid for grid in pages.values() if not has_headings(grid) and not notes.is_contents(grid) and notes.is_notes(grid)
        ]
        return [self._part(member, Page(grid), noted) for member, grid in pages.items()]

    def _is_mine(self, pages: Mapping[str, pd.DataFrame]) -> bool:
        tables = [grid for grid in pages.values() if has_headings(grid) and not notes.is_classification(grid)]
        return bool(tables) and side_of(tables[0]) == self.side

    def _text(self, file: RawFile) -> list[Part] | None:
        for delimiter in DELIMITERS:
            grid = first_grid(file.path, delimiter, _FALLBACK_ENCODING, _FIRST_RECORDS)
            if self._is_mine({"": grid}):
                return [_figures("", partial(_text_figures, file, delimiter), side_of(grid), {})]
        return None

    def _part(self, member: str, page: Page, noted: list[pd.DataFrame]) -> Part:
        """A sheet by its kind; one of no kind is refused by name when it is read."""
        grid, dataset = page.cells, _DATASETS[self.side]
        if notes.is_classification(grid):
            return Part(member, dataset, {"source_areas": notes.memberships}, partial(notes.classification, grid))
        if not has_headings(grid) and notes.is_contents(grid):
            return Part(member, dataset, {"footnotes": notes.footnotes}, partial(notes.contents, grid))
        if not has_headings(grid) and notes.is_notes(grid):
            return Part(member, dataset, {"footnotes": notes.footnotes}, partial(notes.notes, grid))
        return _figures(member, partial(figures, page), side_of(grid), notes.texts_for(grid, noted))


def _figures(member: str, read: Callable[[], Iterator[Batch]], side: str, texts: notes.Notes) -> Part:
    return Part(member, _DATASETS[side], {"observations": partial(observations, side=side)}, read, remarks(side, texts))


def _text_figures(file: RawFile, delimiter: str) -> Iterator[Batch]:
    grid = read_text_grid(file.path, delimiter, _FALLBACK_ENCODING)
    yield from figures(Page(grid.cells, grid.widths, delimiter))


_FILES = "https://www.un.org/development/desa/pd/sites/www.un.org.development.desa.pd/files"
_WORKBOOK = ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/octet-stream")
_TABLES = ("sex_and_destination", "sex_and_origin", "sex_destination_and_origin")
_FIRST_REVISION = 2020  # the first that has these names


def _plan(web: Web) -> Plan:
    """The newest revision: that of the latest year for which there is a workbook by destination."""
    for year in range(datetime.now(UTC).year, _FIRST_REVISION - 1, -1):
        if web.exists(_workbook(year, _TABLES[0])):
            addresses = [_workbook(year, table) for table in _TABLES]
            requests = (Request(address, address.rpartition("/")[2], _WORKBOOK) for address in addresses)
            return Plan(tuple(requests), release=f"rev{year}")
    raise ReplyError(f"no workbook of a revision from {_FIRST_REVISION} on is at {_FILES}/")


def _workbook(revision: int | str, table: str) -> str:
    return f"{_FILES}/undesa_pd_{revision}_ims_stock_by_{table}.xlsx"


_MIGRANT_STOCK = Download(
    id="migrant_stock",
    title="International Migrant Stock: by sex and destination, by sex and origin, by sex, destination and origin",
    address=_workbook("{revision}", "{table}"),
    licence="CC BY 3.0 IGO",
    citation="United Nations Department of Economic and Social Affairs, Population Division. International Migrant Stock, "
    "https://www.un.org/development/desa/pd/content/international-migrant-stock (accessed {retrieved})",
    cadence=Cadence.SEVERAL_YEARS,
    layouts=("undesa_ims_destination", "undesa_ims_origin", "undesa_ims_destination_origin"),
    plan=_plan,
    max_bytes=1 << 28,
    as_browser=True,
)

SOURCE = Source(
    id=_ID,
    publisher="United Nations Department of Economic and Social Affairs, Population Division",
    url="https://www.un.org/development/desa/pd/content/international-migrant-stock",
    description="International migrants by country of residence and of origin at mid-year, estimated from censuses, registers "
    "and surveys: foreign-born where known, else foreign citizens, with refugees added where they were not counted.",
    area_prefix="desa",
    layouts=(
        _Tables(
            "undesa_ims_destination",
            DESTINATION,
            "a workbook with a contents sheet and sheets 'Table N' titled 'International migrant stock at mid-year …' by "
            "destination, or one such sheet saved as CSV",
        ),
        _Tables("undesa_ims_origin", ORIGIN, "the same by origin"),
        _Tables("undesa_ims_destination_origin", PAIR, "the same by destination and origin"),
    ),
    downloads=(_MIGRANT_STOCK,),
    # Every revision estimates all years anew, and takes the last year of the one before back where that was no fifth year:
    # the revision of 2020 revised 40% of the rows of that of 2019 and lost 16%.
    bounds=Bounds(gained=0.5, lost=0.25, revised=0.6),
)
