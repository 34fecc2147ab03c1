"""Hostile files by name, each with what must become of it: small ones of every kind, and ones of 100 MB.

Here: their content. Not here: running them (`test_extremes`, `test_large_files`, `fuzz`), or mutations (`texts`, `documents`).
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.hostile.documents import packed
from tests.pipeline.conftest import uis
from tests.unit.test_unesco_uis_api import RECORD, reply

LARGE = 100_000_000  # bytes

_HEADER = "indicatorId,geoUnit,year,value,qualifier,magnitude\n"
_ROW = "26637,KAZ,2018,13898,,\n"
_GOOD = _HEADER + _ROW
_JSON = json.dumps(reply(RECORD))
_MANY = 1_000_000  # columns


@dataclass(frozen=True)
class Extreme:
    """A hostile file: its name and content in pieces, whether it is landed, quarantined or refused, and what is said of it."""

    name: str
    pieces: Callable[[], Iterable[bytes]]
    becomes: str
    says: str = ""

    def write(self, folder: Path) -> None:
        """Put the file into a release folder."""
        folder.mkdir(parents=True)
        with (folder / self.name).open("wb") as stream:
            stream.writelines(self.pieces())


def _of(content: str | bytes, becomes: str, says: str = "", name: str = "data.csv") -> Extreme:
    data = content.encode() if isinstance(content, str) else content
    return Extreme(name, lambda: [data], becomes, says)


def _filled(text: tuple[str, str, str], becomes: str, says: str = "", name: str = "data.csv") -> Extreme:
    """A file of some 100 MB: something, the same piece again and again, something."""
    before, piece, after = text
    block = piece.encode() * (1_000_000 // len(piece.encode()))
    return Extreme(name, lambda: [before.encode(), *[block] * (LARGE // 1_000_000), after.encode()], becomes, says)


SMALL: dict[str, Extreme] = {
    # Cut short
    "cut in a figure": _of(_GOOD[:-6], "quarantined", "record_width: 4 fields where the header has 6"),
    "cut in a quoted field": _of(_GOOD + '26637,KAZ,2019,5,"UI', "refused", "csv_syntax: record 2"),
    "cut in a character": _of((_GOOD + "26637,KAZ,2019,5,é").encode()[:-1], "refused", "it ends within a character"),
    "cut in the header": _of(_HEADER[:22], "refused", "known_layout"),
    "cut in the byte order mark": _of(b"\xef\xbb", "refused", "line 1 is not UTF-8"),
    "cut JSON": _of(_JSON[:-5], "refused", "json_syntax", "data.json"),
    "cut archive": _of(packed({"data.csv": _GOOD.encode()})[:-10], "refused", "the archive cannot be read", "a.zip"),
    # In another encoding
    "UTF-16 with its mark": _of(_GOOD.encode("utf-16"), "refused", "encoding: line 1"),
    "UTF-16, little end first": _of(_GOOD.encode("utf-16-le"), "refused", "encoding: line 1 holds a NUL byte"),
    "UTF-16, big end first": _of(_GOOD.encode("utf-16-be"), "refused", "encoding: line 1 holds a NUL byte"),
    "UTF-32": _of(_GOOD.encode("utf-32"), "refused", "encoding: line 1"),
    "Windows-1251": _of((_GOOD + "26637,Казахстан,2019,5,,\n").encode("cp1251"), "refused", "encoding: line 3 is not UTF-8"),
    "Latin-1 in UTF-8": _of(_GOOD.encode() + b"26637,KAZ,2019,5,\xe9,\n", "refused", "encoding: line 3 is not UTF-8"),
    "two byte order marks": _of("\ufeff\ufeff" + _GOOD, "refused", "known_layout"),
    # NUL bytes
    "NUL in the header": _of(_GOOD.replace("year", "ye\0r"), "refused", "line 1 holds a NUL byte"),
    "NUL in a record": _of(_GOOD.replace("KAZ", "K\0Z"), "refused", "line 2 holds a NUL byte"),
    "NUL at the end": _of(_GOOD + "\0" * 4096, "refused", "line 3 holds a NUL byte"),
    # Quotes
    "an open quote in a record": _of(_HEADER + '26637,KAZ,2018,"5,,\n' + _ROW * 9, "refused", "csv_syntax: record 1"),
    "an open quote in the header": _of(_GOOD.replace("year", '"year'), "refused", "known_layout"),
    "text behind a quote": _of(_HEADER + '26637,KAZ,2018,"5"0,,\n', "refused", "csv_syntax: record 1"),
    # Too much or too little of something
    "a million columns": _of(_HEADER[:-1] + "".join(f",c{n}" for n in range(_MANY)) + "\n" + _ROW, "refused", "known_layout"),
    "a million columns of one name": _of(_HEADER[:-1] + ",x" * 500_000 + "\n" + _ROW, "refused", "known_layout"),
    "a million blank columns": _of(_HEADER[:-1] + "," * 1_000_000 + "\n" + _ROW, "refused", "known_layout"),
    "a record of a million fields": _of(_GOOD + "x," * _MANY + "\n", "quarantined", "1000001 fields where the header has 6"),
    "nothing": _of("", "refused", "nothing (it is empty)"),
    "blank lines alone": _of("\n" * 5000, "refused", "known_layout"),
    "a header alone": _of(_HEADER, "landed"),
    "a header alone, and no line end": _of(_HEADER[:-1], "landed"),
    "a cell of 10 MB": _of(_HEADER + f"26637,KAZ,2018,5,{'x' * 10_000_000},\n", "quarantined", "known_obs_status"),
    # Documents
    "JSON nested 100,000 deep": _of("[" * 100_000 + "]" * 100_000, "refused", "json_syntax", "data.json"),
    "a workbook that is none": _of(packed({"xl/workbook.xml": b"<x/>"}), "refused", "it is damaged", "a.xlsx"),
    "an archive within an archive": _of(
        packed({"inner.zip": packed({"data.csv": _GOOD.encode()})}), "refused", "an archive within an archive", "a.zip"
    ),
    "years as the serial numbers of days": _of(_GOOD.replace("2018", "43101"), "quarantined", "known_period"),
}

_TOO_LONG = "csv_syntax: a record has more than 16,777,216 bytes"
_BEFORE, _AFTER = _JSON.split("KAZ")
_BEFORE_VALUE, _AFTER_VALUE = _JSON.split("1.5")

# Some 100 MB each.
LARGE_FILES: dict[str, Extreme] = {
    "a quote that never closes": _filled((_HEADER + '26637,KAZ,2018,"5,,\n', _ROW, ""), "refused", "csv_syntax: record 1"),
    "a cell": _filled((_HEADER + "26637,KAZ,2018,5,", "x", ",\n" + _ROW), "refused", _TOO_LONG),
    "a quoted cell": _filled((_HEADER + '26637,KAZ,2018,5,"', "x\n", '",\n'), "refused", _TOO_LONG),
    "a figure": _filled((_HEADER + "26637,KAZ,2018,", "9", ",,\n"), "refused", _TOO_LONG),
    "a line without a line end": _filled(("", "x", ""), "refused", "known_layout"),
    "a record without a line end": _filled((_HEADER, "x,", ""), "refused", _TOO_LONG),
    "a heading": _filled((_HEADER[:-1] + ",", "x", "\n" + _ROW), "refused", "known_layout"),
    "blank lines": _filled((_HEADER, "\n", _ROW), "landed"),
    "quotes": _filled((_HEADER, '"', ""), "refused", "csv_syntax"),
    "short records": _filled(
        (_HEADER, "x\n", ""), "refused", "csv_syntax: more than 100,000 records, and most that were read, do not split"
    ),
    "a text of JSON": _filled((_BEFORE, "x", _AFTER), "refused", "'geoUnit' has a text of more than", "data.json"),
    "a number of JSON": _filled((_BEFORE_VALUE, "9", _AFTER_VALUE), "refused", "'value' has a text of more than", "data.json"),
    "lists of JSON": _filled(('{"records": [', "[],", "[]]}"), "refused", "has more than 10,000,000 values", "data.json"),
}

GOOD = uis(["26637,UZB,2018,5,,"])
