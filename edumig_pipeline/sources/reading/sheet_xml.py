"""What the XML of a workbook must be, so that the library reads from it what a spreadsheet program shows.

Belongs here: XML as stored, and the cells in it. Does not belong here: grids of cells (`workbook`).

The library is quick because it trusts its input: it passes over what it does not expect within a cell (an entity, CDATA, a
second value), takes the last of two cells at one place, the first text for one that is not there, a sheet in UTF-16 for an
empty one, and fills a rectangle around all cells, however far apart. Spreadsheet programs write none of that.
"""

import re
import xml.parsers.expat
from collections.abc import Callable
from typing import NoReturn

from edumig_pipeline.sources.reading.records import RefusedError

_MOST_CELLS = 50_000_000  # of the rectangle around all cells of a sheet, blank ones too
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
_MOST_TEXTS = 10_000_000  # shared by the cells of a workbook
_SLASH = ord("/")

_P = rb"(?:[\w.-]+:)?"
_ATTRIBUTES = rb'(?:\s+[\w:.-]+="[^"<&]*")*+\s*'
# A cell as most programs write it, which is quick to match; any other one, with its attributes in any order, a formula or
# formatted text; and the beginning of one that is neither.
_CELL = re.compile(
    rb'<c r="([A-Za-z]{1,3})([0-9]{1,7})"(?: s="[0-9]+")?(?: t="(\w+)")?'
    rb"(?:/>|>(?:<v>([^<&]+)</v>|<is><t[^<>]*>[^<]*</t></is>)</c>)"
    rb"|<" + _P + rb'c(?=[\s/>])(?=[^>]*?\sr="([A-Za-z]{1,3})([0-9]{1,7})")(' + _ATTRIBUTES + rb")(?:/>|>"
    rb"(?P<content>\s*(?:<" + _P + rb"f" + _ATTRIBUTES + rb"(?:/>|>[^<]*+</" + _P + rb"f>))?"
    rb"\s*(?:<" + _P + rb"v" + _ATTRIBUTES + rb"(?:/>|>[^<]*+</" + _P + rb"v>)|<" + _P + rb"is>.*?</" + _P + rb"is>)?\s*)"
    rb"</" + _P + rb"c\s*>)"
    rb"|<[^\s<>/!?]*?\bc(?=[\s/>])[^<>]*",
    re.DOTALL,
)
# A cell without a type, or of this one, holds a number; the library takes "inf" and "nan" for such.
_OF_NUMBERS = (None, b"n")
_NUMBER = re.compile(rb"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DATE = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T|$)")
_TYPE = re.compile(rb'\st="(\w*)"')
_FORMULA = re.compile(rb"<" + _P + rb"f[\s/>]")
_VALUE = re.compile(rb"<" + _P + rb"v[^>]*>([^<]+)<")
_TEXT = re.compile(rb"<" + _P + rb"is>")


def require_plain_xml(data: bytes, name: str) -> None:
    """Refuse a part that is no XML as spreadsheet programs write it, in UTF-8 and without a document type."""
    parser = xml.parsers.expat.ParserCreate()
    parser.XmlDeclHandler = _declaration(name)
    parser.StartDoctypeDeclHandler = _document_type(name)
    try:
        parser.Parse(data, True)  # noqa: FBT003 - it takes no keyword
    except xml.parsers.expat.ExpatError as error:
        _refuse(f"{name} is no well-formed XML: {error}")
    if b"\x00" in data:
        _refuse(f"{name} is not in UTF-8; open the workbook in a spreadsheet program and save it")
    if data.count(b"<si") > _MOST_TEXTS:
        _refuse(f"{name} holds more than {_MOST_TEXTS:,} texts")


def _declaration(name: str) -> Callable[[str, str | None, int], None]:
    def check(_version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in ("utf-8", "us-ascii"):
            _refuse(f"{name} is in {encoding}, not in UTF-8; open the workbook in a spreadsheet program and save it")

    return check


def _document_type(name: str) -> Callable[[str, str | None, str | None, bool], None]:
    def check(_type: str, _system: str | None, _public: str | None, _internal: object) -> None:
        _refuse(f"{name} declares a document type, by which entities may stand for anything; no spreadsheet program does")

    return check


def require_plain_cells(data: bytes, name: str) -> None:
    """Refuse a sheet with cells that the library would not read as they are shown, or that are too far apart."""
    if b"<!" in data:
        _refuse(f"{name} holds comments or CDATA among its cells; open the workbook in a spreadsheet program and save it")
    numbers = _ColumnNumbers()
    last, rows, columns = -1, 0, 0
    for found in _CELL.finditer(data):
        letters, digits, kind, value = found.group(1, 2, 3, 4)
        if letters is None:
            letters, digits, kind, value = _of_another_form(found, name)
        row, column = int(digits), numbers[letters]
        place = row * _LAST_COLUMN + column
        if place <= last or row > _LAST_ROW or column > _LAST_COLUMN:
            _refuse(f"cell {_place(letters, digits)} of {name} stands twice, out of order, or outside any sheet")
        last = place
        if kind == b"e":
            _refuse(f"cell {_place(letters, digits)} of {name} holds an error such as #N/A; put there what the publisher has")
        if value and kind in _OF_NUMBERS and not value.isdigit() and not _NUMBER.fullmatch(value):
            _refuse(f"cell {_place(letters, digits)} of {name} says '{value[:40].decode(errors='replace')}', which is no number")
        if value and kind == b"d" and not _DATE.match(value):
            _refuse(f"cell {_place(letters, digits)} of {name} says '{value[:40].decode(errors='replace')}', which is no date")
        if kind == b"s" and value and not value.isdigit():
            _refuse(f"cell {_place(letters, digits)} of {name} names no text of the workbook")
        if column > columns or row > rows:
            if data[found.end() - 2] == _SLASH:  # what ends with /> holds a format and nothing else
                continue
            rows, columns = row, max(columns, column)
    if rows * columns > _MOST_CELLS:
        _refuse(f"the cells of {name} spread over {rows:,} rows and {columns:,} columns")


def _of_another_form(found: re.Match[bytes], name: str) -> tuple[bytes, bytes, bytes | None, bytes | None]:
    """Letters and digits of the place, type and value of a cell that is not of the most frequent form."""
    letters, digits, attributes, content = found.group(5, 6, 7, "content")
    if letters is None:
        _refuse(f"{name} has a cell written as no spreadsheet program writes it: {found[0][:80]!r}")
    said = _TYPE.search(attributes)
    kind = said[1] if said else None
    if content is None or _TEXT.search(content):
        return letters, digits, kind, None
    where = f"cell {_place(letters, digits)} of {name}"
    value = _VALUE.search(content)
    if _FORMULA.search(content) and value is None and kind != b"str":
        # A library saved the workbook, and nobody has worked its formulas out since.
        _refuse(f"{where} has a formula and no value; open the workbook in a spreadsheet program and save it")
    if value and b"&" in value[1] and kind != b"str":
        _refuse(f"{where} has a number written with an entity; open the workbook in a spreadsheet program and save it")
    return letters, digits, kind, value[1] if value else None


def _place(letters: bytes, digits: bytes) -> str:
    return letters.decode() + digits.decode()


class _ColumnNumbers(dict[bytes, int]):
    """The 1-based number of each column by its letters."""

    def __missing__(self, letters: bytes) -> int:
        number = 0
        for letter in letters.upper():
            number = number * 26 + letter - ord("A") + 1
        self[letters] = number
        return number


def _refuse(reason: str) -> NoReturn:
    raise RefusedError("readable", reason)
