"""A workbook for Excel: a sheet per table, the codebook, and a sheet that says where the figures are from.

Belongs here: sheets of tables and their limits. Does not belong here: the text of the first sheet (`about_sheet`).

Nothing is cut: a table or a text that does not fit is refused, with what to do instead.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from math import isfinite
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

import xlsxwriter  # type: ignore[import-untyped]

from edumig_pipeline.exports.about_sheet import write_about
from edumig_pipeline.exports.errors import ExportError
from edumig_pipeline.exports.extract import Extract
from edumig_pipeline.exports.folder import Work
from edumig_pipeline.exports.report import Written
from edumig_pipeline.exports.terms import Terms, as_of
from edumig_pipeline.model.reference import CODEBOOK
from edumig_pipeline.model.table import Column, Table, Type
from edumig_pipeline.wording.formulas import looks_like_formula

ALWAYS = (CODEBOOK.name,)
NAME = "educational-migration.xlsx"

READING = f"""{NAME}: the sheet "about" says where the figures are from, what each status means and how to
cite; "codebook" what each column means; every other sheet is a table, with a frozen header and filters. A cell without a
figure is blank, never 0.

Texts are texts, also those that begin with =, +, - or @: no cell is a formula. Figures are stored to 16 significant digits, as
Excel does. Characters that a workbook cannot hold (control characters) are written as _x0001_, which Excel reads back."""

# What Excel can hold, by its specification; a row is taken by the header.
MAX_ROWS = 1_048_576 - 1
MAX_TEXT = 32_767
_INSTEAD = "choose rows with --indicator, --ref-area or --source, or other tables with --table; the format csv has no such limit"
_FIRST_DAY = date(1900, 3, 1)  # Excel takes 1900 for a leap year
_BATCH_ROWS = 8_192
_WIDEST = 60
_SAMPLE_ROWS = 200

_Writer = Callable[[int, int, Any], object]


def write(extract: Extract, terms: Sequence[Terms], work: Work) -> list[Written]:
    """Write the workbook; raises ExportError when a table or a text does not fit."""
    for declared in extract.tables:
        _require_fits(extract, declared)
    try:
        _write_book(extract, terms, work)
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(*error.args[0].args) from error
    found = _rows_in(work.path / NAME)
    return [Written(declared.name, NAME, found[declared.name] - 1) for declared in extract.tables]


def _require_fits(extract: Extract, declared: Table) -> None:
    if (rows := extract.rows(declared)) > MAX_ROWS:
        raise ExportError(f"{declared.name} has {rows:,} rows, a sheet of Excel holds {MAX_ROWS:,}: {_INSTEAD}")
    for column in declared.columns:
        if column.type is Type.VARCHAR and (longest := _longest(extract, declared, column)) > MAX_TEXT:
            raise ExportError(
                f"{column.name} of {declared.name} has a text of {longest:,} characters, a cell of Excel holds {MAX_TEXT:,}: "
                + _INSTEAD
            )


def _longest(extract: Extract, declared: Table, column: Column) -> int:
    """The longest text of a column that may be too long, as Excel counts it, in units of UTF-16; 0 when there is none."""
    ((longest,),) = extract.db.execute(
        f"""
        SELECT max(length(text) + length(regexp_replace(text, '[^\\x{{10000}}-\\x{{10FFFF}}]', '', 'g')))
        FROM (SELECT "{column.name}" AS text FROM exported.{declared.name}) AS texts
        WHERE length(text) > {MAX_TEXT // 2}
        """
    ).fetchall()
    return int(longest or 0)


def _write_book(extract: Extract, terms: Sequence[Terms], work: Work) -> None:
    options = {
        "constant_memory": True,
        "tmpdir": str(work.path),
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(str(work.path / NAME), options) as book:
        book.use_zip64()
        # The day of the data, not of the export: the same data makes the same file.
        created = datetime.combine(as_of(terms), time(), UTC)
        book.set_properties({"title": "Educational migration", "created": created})
        styles = Styles(book)
        write_about(book.add_worksheet("about"), styles.bold, styles.wrapped, extract, terms)
        for declared in sorted(extract.tables, key=lambda one: one.name != CODEBOOK.name):
            _write_sheet(book.add_worksheet(declared.name), styles, extract, declared)


class Styles:
    """The formats of cells."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.bold = book.add_format({"bold": True})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.heading = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E7ECF2"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.count = book.add_format({"num_format": "#,##0"})
        # What Excel itself gives a text that was typed behind an apostrophe: it stays a text when the cell is edited.
        self.text_of_formula = book.add_format({"quote_prefix": True})


def _write_sheet(sheet: xlsxwriter.worksheet.Worksheet, styles: Styles, extract: Extract, declared: Table) -> None:
    for place, column in enumerate(declared.columns):
        sheet.write_string(0, place, column.name, styles.heading)
    sheet.freeze_panes(1, 0)
    writers = [_writer(sheet, styles, column) for column in declared.columns]
    widths = [len(column.name) + 4 for column in declared.columns]
    number = 0
    for batch in extract.batches(declared, _BATCH_ROWS):
        for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            number += 1
            for place, value in enumerate(values):
                if value is None:
                    continue
                writers[place](number, place, value)
                if number <= _SAMPLE_ROWS:
                    widths[place] = max(widths[place], min(len(str(value)) + 2, _WIDEST))
    sheet.autofilter(0, 0, number, len(declared.columns) - 1)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)


def _writer(sheet: xlsxwriter.worksheet.Worksheet, styles: Styles, column: Column) -> _Writer:
    """How the values of a column become cells."""

    def text(row: int, place: int, value: str) -> None:
        sheet.write_string(row, place, value, styles.text_of_formula if looks_like_formula(value) else None)

    def day(row: int, place: int, value: date) -> None:
        if value < _FIRST_DAY:
            sheet.write_string(row, place, value.isoformat())
        else:
            sheet.write_datetime(row, place, value, styles.day)

    def moment(row: int, place: int, value: datetime) -> None:
        sheet.write_datetime(row, place, value, styles.moment)

    def number(row: int, place: int, value: float) -> None:
        if isfinite(value):
            sheet.write_number(row, place, value, styles.count if column.type is Type.BIGINT else None)
        else:  # which Excel does not know
            sheet.write_string(row, place, str(value))

    kinds: dict[Type, _Writer] = {
        Type.VARCHAR: text,
        Type.DATE: day,
        Type.TIMESTAMP: moment,
        Type.BOOLEAN: sheet.write_boolean,
    }
    return kinds.get(column.type, number)


def _rows_in(path: Path) -> dict[str, int]:
    """Rows of each sheet of a finished workbook, by its name, the header among them."""
    counts = {}
    with ZipFile(path) as archive:
        names = _sheet_names(archive)
        for position, name in enumerate(names, start=1):
            with archive.open(f"xl/worksheets/sheet{position}.xml") as sheet:
                rest, found = b"", 0
                while block := sheet.read(1 << 22):
                    found += (rest + block).count(b"<row ")
                    rest = block[-4:]
                counts[name] = found
    return counts


def _sheet_names(archive: ZipFile) -> list[str]:
    """Names of the sheets of a workbook in their order."""
    book = ET.fromstring(archive.read("xl/workbook.xml"))
    return [sheet.attrib["name"] for sheet in book.iterfind("{*}sheets/{*}sheet")]
