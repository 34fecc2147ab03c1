"""What a file says at a place, read again by other means: Python's csv and json, and openpyxl, cell by cell, strictly.

Here: finding the text of a published figure, and the number it is by its publisher's syntax. Not here: the pipeline's own
reading, of which nothing is used.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path

import openpyxl

from tests.hostile.documents import packed, parts_of

# Reads a figure: (raw_row, raw_column) -> the number that stands there; None where none does.
Figure = Callable[[int, str | None], float | None]

# What may stand around a number: Unicode's white space, and nothing else.
_BLANKS = "\t\n\x0b\x0c\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+", re.ASCII)
_WORDS = re.compile(
    r"(?:USD |US\$ ?)?([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(\.[0-9]+)?(?: (thousand|million|billion|trillion)| ?%)?", re.ASCII
)
_SCALES = {None: 0, "thousand": 3, "million": 6, "billion": 9, "trillion": 12}
_KAZAKH = re.compile(r"-?[0-9]{1,3}([ \xa0\u202f][0-9]{3})+([.,][0-9]+)?|-?[0-9]+,([0-9]{1,2}|[0-9]{4,})", re.ASCII)
_FLAGGED = re.compile(r"\s*(\S+?)\s*[A-Za-z]*\s*")

_MISSING_MIGRANTS = {
    "2015": ("#affected+dead", "#affected+missing"),
    "2026": ("Number Dead", "Minimum Estimated Number of Missing"),
    "2020": ("Total Dead and Missing",),
    "2021": ("Total Dead and Missing",),
}
_VALUE = {
    "uis_data_browser": "value",
    "uis_bdds_data": "value",
    "uis_bdds_regional_data": "value",
    "uis_stat": "value",
    "eurostat_sdmx_csv": "obs_value",
    "oecd_sdmx_csv": "obs_value",
    "eurostat_long": "values",
    "kz_article_statements": "claimed_value",
    "kz_stat_dynamic_table": "val",
    "iom_wmr_key_figures": "figure",
}


def number(text: str, power: int = 0) -> float | None:
    """The finite double nearest to a plain number times ten to the power; None where the text is none or too small for one."""
    said = text.strip(_BLANKS)
    if not _NUMBER.fullmatch(said):
        return None
    try:
        exact = Decimal(said).scaleb(power)
    except InvalidOperation:
        return None
    value = float(exact)
    return value if abs(value) != float("inf") and (value != 0 or exact == 0) else None


def figures_of(layout: str, path: Path, member: str) -> Figure:
    """How figures of a file of the layout are found; `member` is what follows the file's name in raw_file."""
    if path.suffix == ".json" or member.startswith("#records"):
        return _of_json(path)
    if zipfile.is_zipfile(path) and layout.startswith("undesa"):
        return _of_sheet(path, member.removeprefix("#"))
    if layout.startswith("undesa"):
        return _of_grid(_text_of_sheet(path.read_bytes()))
    return _of_table(layout, path.read_bytes().decode("utf-8-sig"))


def records_of(layout: str, path: Path) -> int | None:
    """How many records a table has below its header, blank lines aside; None where its cells count as rows."""
    if path.suffix == ".json" or zipfile.is_zipfile(path) or layout.startswith(("undesa", "kz_article_table", "iom_dtm")):
        return None
    if layout in ("eurostat_tsv", "world_bank_bulk", "world_bank_indicator_download", "world_bank_databank"):
        return None
    return len(_records(path.read_bytes().decode("utf-8-sig"), None)) - 1


def _records(text: str, delimiter: str | None) -> list[list[str]]:
    def split(mark: str) -> list[list[str]]:
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if row]

    csv.field_size_limit(1 << 30)
    if delimiter:
        return split(delimiter)
    first = {mark: next(csv.reader(io.StringIO(text, newline=""), delimiter=mark), []) for mark in ",\t;"}
    return split(max(first, key=lambda mark: len(first[mark])))


def _of_json(path: Path) -> Figure:
    reply = json.loads(path.read_text(encoding="utf-8-sig"), parse_float=str, parse_int=str, parse_constant=str)

    def figure(row: int, column: str | None) -> float | None:
        records = reply.get("records", reply.get("result"))
        said = records[row - 1]["value" if column is None else column]
        return number(said) if isinstance(said, str) else None

    return figure


def _text_of_sheet(content: bytes) -> str:
    """A sheet saved as text, which spreadsheet programs do in UTF-8 or in the code page of western Europe."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252")


def _of_sheet(path: Path, sheet: str) -> Figure:
    # Who wrote the workbook and when is none of its figures, and openpyxl opens none where it is spoilt.
    parts = {name: data for name, data in parts_of(path.read_bytes()).items() if name != "docProps/core.xml"}
    book = openpyxl.load_workbook(io.BytesIO(packed(parts)), data_only=True)
    page = book[sheet]
    title = " ".join(str(cell) for row in page.iter_rows(max_row=20, values_only=True) for cell in row if cell)
    power = 3 if "(thousands)" in title else 0

    def figure(row: int, column: str | None) -> float | None:
        said = page[f"{column}{row}"].value
        if said == "—":
            return 0.0
        return None if isinstance(said, bool) or said is None else number(str(said), power)

    return figure


def _of_grid(text: str) -> Figure:
    """A sheet saved as text: rows are counted below the years, which stand below the headings."""
    rows = _records(text, max("\t,;", key=text[:4000].count))
    years = next(n for n, row in enumerate(rows) if sum(bool(re.fullmatch("[0-9]{4}", cell.strip())) for cell in row) > 1)

    headings = next((n for n, row in enumerate(rows[:years]) if "Code" in [cell.strip() for cell in row]), years - 1)

    def figure(row: int, column: str | None) -> float | None:
        said = rows[headings + 1 + row][_index(column or "")].strip(_BLANKS)
        return (
            0.0 if said == "—" else number(said.replace(",", "") if re.fullmatch(r"[1-9][0-9]{0,2}(,[0-9]{3})+", said) else said)
        )

    return figure


def _index(letters: str) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def _of_table(layout: str, text: str) -> Figure:
    rows = _records(text, "\t" if layout == "eurostat_tsv" else None)
    start = (
        next((n for n, row in enumerate(rows) if "Country Code" in [cell.strip() for cell in row]), 0) if "world" in layout else 0
    )
    header, records = [cell.strip() for cell in rows[start]], rows[start + 1 :]

    def figure(row: int, column: str | None) -> float | None:
        record = records[row - 1]
        by_name = dict(zip(header, record, strict=False))
        if column is not None:
            return _cell(layout, by_name[column.strip()])
        if layout.startswith("iom_missing_migrants"):
            names = _MISSING_MIGRANTS.get(layout.rpartition("_")[2], ("Total Number of Dead and Missing",))
            return _sum([by_name[name] for name in names])
        return _one(layout, {_plain(name): said for name, said in by_name.items()})

    return figure


def _plain(heading: str) -> str:
    return heading.partition(": ")[0].strip().lower()


def _cell(layout: str, said: str) -> float | None:
    match = _FLAGGED.fullmatch(said) if layout == "eurostat_tsv" else None
    return number(match[1] if match else said)


def _sum(said: Sequence[str]) -> float | None:
    given = [text.strip(_BLANKS) for text in said if text.strip(_BLANKS)]
    counts = [number(text.replace(",", "") if _GROUPED.fullmatch(text) else text) for text in given]
    return None if None in counts else sum(count for count in counts if count is not None)


def _one(layout: str, by_name: Mapping[str, str]) -> float | None:
    said = by_name[_VALUE[layout]].strip(_BLANKS)
    if layout == "uis_stat" and not said and "n" in by_name["flag codes"]:
        return 0.0
    if layout == "iom_wmr_key_figures":
        match = _WORDS.fullmatch(said)
        return number(match[1].replace(",", "") + (match[2] or ""), _SCALES[match[3]]) if match else None
    if layout == "kz_stat_dynamic_table" and _KAZAKH.fullmatch(said):
        said = re.sub(r"[ \xa0\u202f]", "", said).replace(",", ".")
    power = _plain(by_name.get("unit_mult", "") or "0") if "sdmx" in layout else "0"
    return number(said, int(power or 0)) if re.fullmatch("[+-]?[0-9]{0,2}", power, re.ASCII) else None
