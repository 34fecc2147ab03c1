"""The shapes of the World Bank's tables: what stands in their rows, what in their columns, and what is no record.

Belongs here: telling a table by its headings, and reading it. Does not belong here: what the codes in it mean
(`source`).

A table of figures names two of area, series and time in each row, by name and code, and spreads the third over its
columns. Headings of columns with figures are years (`2013` in bulk files, `2013 [YR2013]` in DataBank extracts), or
`name [CODE]`. Headings seen in real files: the bulk files of EdStats, the indicator downloads (API_…_DS2_en_csv_v2),
and DataBank extracts with years and with series in the columns. DataBank lets the user put areas there as well.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import polars as pl

from edumig_pipeline.sources.layout import Harmonise, Part
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import Batch, RefusedError, cells, unique_names

AREA, SERIES, TIME = "area", "series", "time"

# Which dimension a column of a row names, and whether it holds the name or the code.
_ROLES = {
    "Country Name": (AREA, "name"),
    "Country Code": (AREA, "code"),
    "Indicator Name": (SERIES, "name"),
    "Indicator Code": (SERIES, "code"),
    "Series Name": (SERIES, "name"),
    "Series Code": (SERIES, "code"),
    "Time": (TIME, "name"),
    "Time Code": (TIME, "code"),
}
# A table of figures has four of them; one with three is one whose columns drifted.
_ENOUGH_TO_TELL = 3

_YEAR = re.compile(r"(?P<year>[0-9]{4})( \[YR(?P<code>[0-9]{4})\])?")
_CODED = re.compile(r".*\[(?P<code>[^\[\]]+)\]")
_UNNAMED = re.compile(r"(Unnamed: [0-9]+)?")  # pandas names a column without a heading, where the file was saved anew
_FOOTER = re.compile(r"(Data from database: |Last Updated: )")
_PREAMBLE = ("Data Source", "Last Updated Date")
_LONGEST_PREAMBLE = 10  # lines; the publisher's has four


@dataclass(frozen=True)
class Shape:
    """What the columns of a table of figures are.

    `columns` gives the column by dimension and kind ("name" or "code"); `spread` is the dimension that the columns with
    figures stand for, and `figures` gives the code (or the year) that each stands for, by heading.
    """

    columns: Mapping[tuple[str, str], str]
    spread: str
    figures: Mapping[str, str]
    unnamed: str | None


class Observe(Protocol):
    """Makes candidates for `observations` of cells; the records carry `heading` and `cell`."""

    def __call__(self, records: pl.DataFrame, shape: Shape) -> pl.DataFrame:
        """Candidates, one per record."""


def shape_of(header: Sequence[str]) -> Shape | None:
    """The shape of a table with this header; None when it is no table of figures of the World Bank.

    Raises RefusedError when it is one, but a column is missing, is twice there, or is none that the publisher has.
    """
    columns = {_ROLES[name.strip()]: name for name in header if name.strip() in _ROLES}
    if len(columns) < _ENOUGH_TO_TELL:
        return None
    whole = {dimension for dimension, _ in columns if {(dimension, "name"), (dimension, "code")} <= columns.keys()}
    if len(whole) != 2 or len(columns) != 4:
        found = ", ".join(columns.values())
        raise _drifted(f"expected name and code of two of country, series and time in each row; found {found}")
    (spread,) = {AREA, SERIES, TIME} - whole
    unnamed = _unnamed(header)
    named = header if unnamed is None else header[:-1]
    rest = [name for name in named if name not in columns.values()]
    figures = {name: _code(name, spread) for name in rest}
    if strange := [name for name, code in figures.items() if code is None]:
        expected = "a year such as 2013 or 2013 [YR2013]" if spread == TIME else "a name with its code in brackets at the end"
        raise _drifted(f"expected each other column to be {expected}; found {', '.join(strange)}")
    codes = {name: str(code) for name, code in figures.items()}
    if twice := sorted({name for name in header if header.count(name) > 1} | _doubled(codes)):
        raise _drifted(f"expected each column once; found twice: {', '.join(twice)}")
    if not codes:
        raise _drifted("expected columns with figures; found none")
    return Shape(columns, spread, codes, unnamed)


def _drifted(what: str) -> RefusedError:
    return RefusedError("known_layout", f"a table of the World Bank with other columns than those known: {what}")


def _code(heading: str, spread: str) -> str | None:
    """The year or code a column of figures stands for; None when its heading names none, or two different years."""
    if spread != TIME:
        coded = _CODED.fullmatch(heading.strip())
        return coded["code"] if coded else None
    year = _YEAR.fullmatch(heading.strip())
    return year["year"] if year and year["code"] in (None, year["year"]) else None


def _doubled(codes: Mapping[str, str]) -> set[str]:
    seen = list(codes.values())
    return {name for name, code in codes.items() if seen.count(code) > 1}


@dataclass(frozen=True)
class FigureTable:
    """A table of figures, under lines that say where it comes from if `preamble`, as DataBank names columns if `databank`."""

    name: str
    preamble: bool
    databank: bool
    observations: Observe
    dataset: Callable[[RawFile], str]

    @property
    def header(self) -> tuple[str, ...]:
        """No fixed columns: what drifted is said by `shape_of`."""
        return ()

    @property
    def expects(self) -> str:
        """The columns, for the message that refuses a file."""
        if self.databank:
            return "columns Country Name, Country Code, Series Name, Series Code and years such as 2013 [YR2013]"
        below = " below the line Data Source" if self.preamble else ""
        return f"columns Country Name, Country Code, Indicator Name, Indicator Code and years{below}"

    def parts(self, file: RawFile) -> list[Part] | None:
        """The table, or None when the file is another kind of table; raises RefusedError when its columns drifted."""
        lines_before = _lines_before_header(file)
        if lines_before is None or self.preamble != (lines_before > 0):
            return None
        header = file.first_records(lines_before + 1, file.delimiter)[lines_before] if lines_before else file.header
        shape = shape_of(header)
        if shape is None or self.databank != _is_databank(header, shape):
            return None
        lands = {"observations": partial(self.observations, shape=shape)}
        return [Part("", self.dataset(file), lands, partial(_cells, file, shape, lines_before))]


def _is_databank(header: Sequence[str], shape: Shape) -> bool:
    """Whether the columns are named as DataBank names them: series, not indicators, or codes in brackets."""
    return "Series Code" in {name.strip() for name in header} or any(name.strip().endswith("]") for name in shape.figures)


def _lines_before_header(file: RawFile) -> int | None:
    """How many lines stand before the header: only those of the publisher's preamble, blank lines among them."""
    records = [file.header] if file.sheet is not None else file.first_records(_LONGEST_PREAMBLE, file.delimiter)
    for number, record in enumerate(records):
        if sum(name.strip() in _ROLES for name in record) >= _ENOUGH_TO_TELL:
            return number
        if any(record) and record[0].strip() not in _PREAMBLE:
            return None
    return None


def preamble(file: RawFile) -> Mapping[str, str]:
    """What the lines before the header say, by their first field: Data Source, Last Updated Date."""
    records = file.first_records(_LONGEST_PREAMBLE, file.delimiter)
    return {record[0].strip(): record[1].strip() for record in records if len(record) > 1 and record[0].strip() in _PREAMBLE}


def database_named_below(file: RawFile) -> str | None:
    """The database that the last lines of a DataBank extract name, or None."""
    for line in file.last_lines:
        said = line.strip().strip(",\t").strip('"')
        if said.startswith("Data from database: "):
            return said.removeprefix("Data from database: ").strip()
    return None


def _cells(file: RawFile, shape: Shape, lines_before: int) -> Iterator[Batch]:
    for batch in file.records(footer=_FOOTER, lines_before=lines_before):
        records = without_unnamed(_without_lines_below(batch.records), shape.unnamed)
        yield cells(Batch(records, batch.malformed), list(shape.figures))


def _without_lines_below(records: pl.DataFrame) -> pl.DataFrame:
    """Records with the lines below the table excluded: DataBank fills them up with blank fields."""
    first, *others = [name for name in records.columns if name not in ("raw_row", "raw_column", "exclusion")]
    says_one_thing = pl.all_horizontal(pl.col(others).str.strip_chars() == "")
    said = pl.col(first).str.strip_chars()
    below = (
        pl.when(says_one_thing & (said == ""))
        .then(pl.lit("blank row"))
        .when(says_one_thing & said.str.contains(f"^{_FOOTER.pattern}"))
        .then(pl.lit("footer line"))
    )
    return records.with_columns(pl.coalesce("exclusion", below).alias("exclusion"))


def _unnamed(header: Sequence[str]) -> str | None:
    """The name that records have for a last column without a heading; None when the last one has a heading."""
    return unique_names(header)[-1] if header and _UNNAMED.fullmatch(header[-1].strip()) else None


def without_unnamed(records: pl.DataFrame, unnamed: str | None) -> pl.DataFrame:
    """Records without the column that has no heading, which a comma at the end of each line makes.

    Raises RefusedError when it says anything: what that is, nobody knows.
    """
    if unnamed is None:
        return records
    speaking = records.filter(pl.col("exclusion").is_null() & (pl.col(unnamed).str.strip_chars() != ""))
    if speaking.height:
        place, said = speaking.select("raw_row", unnamed).row(0)
        raise RefusedError("known_layout", f"record {place} says '{said[:80]}' in a column without a heading")
    return records.drop(unnamed)


@dataclass(frozen=True)
class CompanionTable:
    """A table about series, areas or figures, known by a few of its columns.

    `columns` are those needed, by what they are called here, each under one of several published names. Other columns
    may stand beside them where `open_ended` says so; the publisher adds and drops them freely. `lands` makes candidates
    of records whose needed columns carry the names used here.
    """

    name: str
    columns: Mapping[str, tuple[str, ...]]
    lands: Mapping[str, Harmonise]
    dataset: Callable[[RawFile], str]
    open_ended: bool = False

    @property
    def header(self) -> tuple[str, ...]:
        """The columns needed, under the first of their names."""
        return tuple(names[0] for names in self.columns.values())

    @property
    def expects(self) -> str:
        """The columns, for the message that refuses a file."""
        needed = ", ".join(" or ".join(names) for names in self.columns.values())
        return f"columns {needed}{' among others' if self.open_ended else ''}"

    def parts(self, file: RawFile) -> list[Part] | None:
        """The table, or None when it lacks a column, has one of two names for it, or has one that is not known."""
        unnamed = _unnamed(file.header)
        header = file.header if unnamed is None else file.header[:-1]
        found = {here: [name for name in header if name.strip() in names] for here, names in self.columns.items()}
        if len(set(header)) != len(header) or any(len(names) != 1 for names in found.values()):
            return None
        if not self.open_ended and len(header) != len(self.columns):
            return None
        names = {here: published for here, (published,) in found.items()}
        lands = {table: partial(_named, harmonise=harmonise, names=names) for table, harmonise in self.lands.items()}
        return [Part("", self.dataset(file), lands, partial(_whole, file, unnamed))]


def _named(records: pl.DataFrame, *, harmonise: Harmonise, names: Mapping[str, str]) -> pl.DataFrame:
    return harmonise(
        records.select(*(pl.col(published).alias(here) for here, published in names.items()), "raw_row", "raw_column")
    )


def _whole(file: RawFile, unnamed: str | None) -> Iterator[Batch]:
    for batch in file.records():
        yield Batch(without_unnamed(batch.records, unnamed), batch.malformed)
