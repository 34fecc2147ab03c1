"""Figures of UN DESA's International Migrant Stock: the cells of a sheet as records, and what they mean.

Belongs here: marks, what the type of data says of the status, and candidates for `observations`. Does not belong here:
where a sheet keeps what (`sheet`), or the remarks that hang on figures (`remarks`).

Sources of the rules: the workbooks' own notes. `..` not available, `~` protected because fewer than five, `—` not zero but
less than half a unit; "Type of data": B foreign-born, C foreign citizens, R refugees added, I imputed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import polars as pl

from edumig_pipeline.model.areas import ALL_AREAS, WORLD
from edumig_pipeline.sources.candidates import number
from edumig_pipeline.sources.reading.records import Batch, Malformed
from edumig_pipeline.sources.reading.text_grid import numerals
from edumig_pipeline.sources.reading.workbook import cells, text
from edumig_pipeline.sources.un_desa import areas
from edumig_pipeline.sources.un_desa.headings import find_headings
from edumig_pipeline.sources.un_desa.sheet import DESTINATION, ORIGIN, PAIR, Sheet, locate

_MARKS = {"..": "O", "~": "Q", "—": "N"}
_CELLS_AT_ONCE = 400_000

# Where each label of a row goes among the columns of a record.
_LABELS = ("area", "code", "type", "note", "origin", "origin_code", "year")


@dataclass(frozen=True)
class Page:
    """A sheet of a workbook, or one saved as text: then with the fields of each record and what separates them."""

    cells: pd.DataFrame
    widths: tuple[int, ...] = ()
    delimiter: str = ""


def figures(page: Page) -> Iterator[Batch]:
    """One record per cell of figures, with the labels of its row and the terms of its column.

    raw_row is the row of the sheet or, in a sheet saved as text, the record below the last one of headings. Raises
    RefusedError when the sheet is not laid out as known.
    """
    odd = _of_another_width(page)
    grid = page.cells.drop(index=odd) if odd else page.cells
    sheet = locate(grid)
    malformed = tuple(_malformed(page, row, sheet.first_row) for row in odd)
    columns = [one.column for one in sheet.figures]
    labels = _labels(grid, sheet)
    terms = _terms(sheet, labels)
    if sheet.is_matrix:
        labels = labels.drop("origin", "origin_code")
    said = cells(grid, sheet.first_row, columns)
    # How a text writes its numbers shows in all of them together.
    figure = numerals(said["cell"], page.delimiter) if page.delimiter else said["cell"].str.strip_chars()
    said = said.with_columns(figure.alias("figure"))
    rows = max(1, _CELLS_AT_ONCE // len(columns))
    for start in range(0, max(labels.height, 1), rows):
        records = (
            said.slice(start * len(columns), rows * len(columns))
            .join(labels, on="raw_row", how="left", maintain_order="left")
            .join(terms, on="column", how="left", maintain_order="left")
        )
        yield Batch(_placed(records.drop("column"), sheet, page), malformed if start == 0 else ())


def _of_another_width(page: Page) -> list[int]:
    """Records of a text (0-based) with more or fewer fields than the headings: their cells may stand in wrong columns."""
    if not page.widths:
        return []
    headings = find_headings(page.cells).row
    return [row for row, fields in enumerate(page.widths) if row > headings and fields != page.widths[headings]]


def _malformed(page: Page, row: int, first_row: int) -> Malformed:
    fields, width = page.widths[row], page.widths[first_row - 1]
    said = page.delimiter.join(page.cells.iloc[row].tolist()[:fields])
    return Malformed(row - first_row + 1, "record_width", f"{fields} fields where the headings have {width}", said)


def _labels(grid: pd.DataFrame, sheet: Sheet) -> pl.DataFrame:
    """The labels of each row below the headings; those a sheet does not have are ''."""
    below = grid.iloc[sheet.first_row :]
    found = {
        role: [text(cell) for cell in below[sheet.labels[role]]] if role in sheet.labels else [""] * len(below)
        for role in _LABELS
    }
    numbers = pl.Series("raw_row", [int(row) + 1 for row in below.index], dtype=pl.Int32)
    return pl.DataFrame(found, schema=dict.fromkeys(_LABELS, pl.String)).with_columns(
        numbers, areas.plain_code(pl.col("code")), areas.plain_code(pl.col("origin_code"))
    )


def _terms(sheet: Sheet, labels: pl.DataFrame) -> pl.DataFrame:
    """What the cells of each column of figures have in common; in a matrix, the origin's name and code too.

    A matrix heads its columns with names alone. Their codes are those of the destinations of the same sheet, which is the
    publisher's own list in its own spelling; a name that is not among them stands for itself.
    """
    names = ("column", "heading", "indicator", "unit_measure", "exponent", "sex", "has_data_type")
    schema = {"column": pl.Int32, "exponent": pl.Int32, "has_data_type": pl.Boolean}
    data = {name: [getattr(one, name) for one in sheet.figures] for name in names}
    terms = pl.DataFrame(data, schema={name: schema.get(name, pl.String) for name in names})
    if not sheet.is_matrix:
        return terms
    name = areas.plain_name(pl.col("area"))
    countries = labels.filter(pl.col("code").cast(pl.Int32, strict=False) < areas.FIRST_AGGREGATE)
    codes = dict(countries.select(name, "code").unique(maintain_order=True).iter_rows())
    plain = areas.plain_name(pl.col("heading"))
    return terms.select(pl.exclude("heading"), pl.col("heading").alias("origin"), plain.replace(codes).alias("origin_code"))


def _placed(records: pl.DataFrame, sheet: Sheet, page: Page) -> pl.DataFrame:
    period = "year" if sheet.is_matrix else "heading"
    is_group_heading = (pl.col("code") == "") & (pl.col("figure") == "..")
    return (
        records.drop("heading" if sheet.is_matrix else "year", strict=False)
        .rename({period: "period"})
        .with_columns(
            pl.lit(sheet.title.words).alias("title"),
            (pl.col("raw_row") - (sheet.first_row if page.widths else 0)).cast(pl.Int32).alias("raw_row"),
            pl.when(pl.col("figure") == "")
            .then(pl.lit("blank cell"))
            .when(is_group_heading)
            .then(pl.lit("cell of a group heading without location code"))
            .alias("exclusion"),
        )
    )


def key_of(side: str) -> tuple[pl.Expr, ...]:
    """The key of a figure: residence is ref_area, origin counterpart_area; a table of origins counts them anywhere."""
    code = pl.col("code")
    ends = {
        DESTINATION: (areas.area(code), pl.lit(ALL_AREAS)),
        ORIGIN: (pl.lit(WORLD), areas.origin(code)),
        PAIR: (areas.area(code), areas.origin(pl.col("origin_code"))),
    }
    ref_area, counterpart_area = ends[side]
    # 1990-1995 is the time from 1 July of the first year to that of the last.
    period = pl.col("period").str.strip_chars().str.replace(r"^([0-9]{4})[-–]([0-9]{4})$", "$1/$2")
    return (
        pl.col("indicator"),
        ref_area.alias("ref_area"),
        counterpart_area.alias("counterpart_area"),
        pl.col("sex"),
        pl.lit("_T").alias("breakdown"),
        period.alias("time_period"),
    )


def observations(records: pl.DataFrame, *, side: str) -> pl.DataFrame:
    """Cells as candidates for `observations`; `side` says whether rows are destinations, origins or pairs."""
    figure = pl.col("figure")
    is_mark = figure.is_in(list(_MARKS))
    # 8383.387 thousands are 8383387 persons: the point is moved, for a product of binary numbers would differ at its end.
    in_units = pl.when(pl.col("exponent") == 0).then(figure).otherwise(pl.concat_str(figure, pl.lit("e"), "exponent"))
    value = pl.when(figure == "—").then(pl.lit(0.0)).otherwise(number(in_units))
    names = {DESTINATION: ("area", None), ORIGIN: (None, "area"), PAIR: ("area", "origin")}
    area_name, counterpart_name = (
        areas.plain_name(pl.col(name)) if name else pl.lit(None, dtype=pl.String) for name in names[side]
    )
    return records.select(
        *key_of(side),
        value.alias("obs_value"),
        pl.when(is_mark)
        .then(figure.replace_strict(_MARKS, default=None, return_dtype=pl.String))
        .otherwise(_status())
        .alias("obs_status"),
        pl.when(is_mark).then(figure).otherwise(pl.col("type")).alias("source_status"),
        "unit_measure",
        pl.col("title").alias("source_indicator"),
        pl.col("code").alias("source_area"),
        "raw_row",
        "raw_column",
        pl.when(figure.is_in(["..", "~"])).then(pl.lit("")).otherwise(figure).alias("published_value"),
        pl.col("period").alias("published_period"),
        pl.lit(value=False).alias("undated"),
        area_name.alias("area_name"),
        counterpart_name.alias("counterpart_name"),
    )


def data_type_letters() -> pl.Expr:
    """The letters of a type of data: 'C R', 'CR' and 'C R ' are the same."""
    return pl.col("type").str.replace_all(r"\s", "")


def _status() -> pl.Expr:
    """obs_status where there is a figure; a type of data nobody declared becomes a status that fails validation."""
    return (
        pl.when(~pl.col("has_data_type"))
        .then(pl.lit("A"))
        .when(~data_type_letters().str.contains("^[BCRI]*$"))
        .then(pl.concat_str(pl.lit("type of data "), "type"))
        .when(data_type_letters().str.contains("I", literal=True))
        .then(pl.lit("I"))
        .otherwise(pl.lit("A"))
    )
