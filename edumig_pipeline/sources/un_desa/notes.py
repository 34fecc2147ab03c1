"""What UN DESA's workbooks hold beside figures: the table of contents, the notes, and the classification of areas.

Belongs here: reading those sheets, and finding the note a marker refers to. Does not belong here: tables of figures.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd
import polars as pl

from edumig_pipeline.model.areas import ALL_AREAS, UNKNOWN
from edumig_pipeline.sources.candidates import mapping
from edumig_pipeline.sources.reading.records import Batch, RefusedError
from edumig_pipeline.sources.reading.workbook import cells, column_letter, text
from edumig_pipeline.sources.un_desa import areas
from edumig_pipeline.sources.un_desa.headings import ANNEX_ROLES, find_headings, plain

# Texts of notes by marker: 'b', '1', '*'.
Notes = Mapping[str, str]

_CONTENTS = "table of contents"
_POPULATION_NOTES = "population notes"  # of the table of the population, in 2024
_NOTES = ("notes", "migrant notes", _POPULATION_NOTES)
_FIRST_ROWS = 30
_MARKER = re.compile(r"\(?([A-Za-z]|[0-9]{1,3}|\*)\)?")


def _first_lines(grid: pd.DataFrame) -> list[list[str]]:
    """The words of the filled cells of each of the first rows, in small letters."""
    lines = grid.head(_FIRST_ROWS).to_numpy().tolist()
    return [[words for cell in line if (words := " ".join(text(cell).split()).casefold())] for line in lines]


def is_contents(grid: pd.DataFrame) -> bool:
    """Whether a sheet is a table of contents."""
    return any(_CONTENTS in line for line in _first_lines(grid))


def is_notes(grid: pd.DataFrame) -> bool:
    """Whether a sheet without a table has the heading of notes."""
    return notes_heading(grid) is not None


def notes_heading(grid: pd.DataFrame) -> tuple[int, str] | None:
    """Row (0-based) and words of the heading that the notes follow; the sheet's title may say the same above it.

    It stands alone in its row: 'Notes' beside other words heads a column of a table.
    """
    found = [(row, line[0]) for row, line in enumerate(_first_lines(grid)) if len(line) == 1 and line[0] in _NOTES]
    return found[-1] if found else None


def is_classification(grid: pd.DataFrame) -> bool:
    """Whether a sheet is the annex that says which areas belong to which groups."""
    return any(words.startswith("annex. classification") for line in _first_lines(grid) for words in line)


def contents(grid: pd.DataFrame) -> Iterator[Batch]:
    """The rows of a table of contents, all left out."""
    yield Batch(_lines(grid).with_columns(pl.lit("row of the table of contents").alias("exclusion")))


def _lines(grid: pd.DataFrame) -> pl.DataFrame:
    """Rows with text: raw_row, no raw_column, the first cell if column A has one beside others, and the others as one text."""
    rows = []
    for row, line in enumerate(grid.to_numpy().tolist(), start=1):
        said = [text(cell).strip() for cell in line]
        filled = [words for words in said if words]
        if not filled:
            continue
        match = _MARKER.fullmatch(said[0]) if len(filled) > 1 else None
        words = filled[1:] if match else filled
        # A note that begins with the asterisk it explains has no marker of its own.
        marker = match[1].lower() if match else "*" if words[0].startswith("* ") else None
        rows.append((row, None, marker, " ".join(words)))
    schema = {"raw_row": pl.Int32, "raw_column": pl.String, "marker": pl.String, "line": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def notes(grid: pd.DataFrame) -> Iterator[Batch]:
    """The notes of a sheet: raw_row, marker (NULL where there is none), line; rows above them are left out."""
    heading, words = notes_heading(grid) or (0, "")
    above = pl.when(pl.col("raw_row") <= heading + 1).then(pl.lit("row above the notes"))
    yield Batch(_lines(grid).with_columns(pl.lit(words.capitalize()).alias("heading"), above.alias("exclusion")))


def texts_of(grid: pd.DataFrame) -> dict[str, str]:
    """The notes of a sheet by marker."""
    (batch,) = notes(grid)
    marked = batch.records.filter(pl.col("exclusion").is_null() & pl.col("marker").is_not_null())
    return dict(marked.select("marker", "line").iter_rows())


def texts_for(table: pd.DataFrame, sheets: Sequence[pd.DataFrame]) -> Notes:
    """The notes that a table's column of markers refers to: those of the sheet headed as the column is, else of the others."""
    try:
        headings = find_headings(table)
    except RefusedError:
        return {}
    column = headings.columns.get("note")
    name = plain(text(table[column].iloc[headings.row])) if column is not None else ""
    headed = [(heading[1], texts_of(grid)) for grid in sheets if (heading := notes_heading(grid))]
    own = [texts for heading, texts in headed if heading == name]
    others = [texts for heading, texts in headed if heading != _POPULATION_NOTES]
    return {marker: line for texts in reversed(own or others) for marker, line in texts.items()}


def spoken(texts: Notes, markers: str) -> str:
    """The notes that the markers of a row refer to ('b', '1', '(1)', '1, 2'), or that the file does not hold them."""
    found = []
    for marker in re.split(r"[\s,;]+", markers.strip()):
        plain = marker.strip("()").lower()
        found.append(texts.get(plain, f"Refers to the publisher's note {marker}, which this file does not hold."))
    return " ".join(found)


def footnotes(records: pl.DataFrame) -> pl.DataFrame:
    """Notes as candidates for `footnotes` on everything: what a note is about is said by the rows that refer to it."""
    everything = {"indicator": ALL_AREAS, "ref_area": ALL_AREAS, "counterpart_area": ALL_AREAS, "sex": "_T", "breakdown": "_T"}
    return records.select(
        *(pl.lit(value).alias(name) for name, value in everything.items()),
        pl.lit(None, dtype=pl.String).alias("time_period"),
        pl.lit("Note").alias("footnote_type"),
        pl.col("marker").alias("footnote_subtype"),
        pl.col("line").alias("footnote"),
        pl.col("heading").alias("source_indicator"),
        pl.lit(None, dtype=pl.String).alias("source_area"),
        "raw_row",
    )


def classification(grid: pd.DataFrame) -> Iterator[Batch]:
    """One record per cell of the classification: the area of the row, the heading of the group, the flag.

    Raises RefusedError when a column's heading is neither a label nor a group that is known.
    """
    headings = find_headings(grid, ANNEX_ROLES)
    names = [" ".join(text(cell).split()) for cell in grid.iloc[headings.row]]
    groups = dict(mapping("un_desa_groups").iter_rows())
    columns = [i for i, name in enumerate(names) if name in groups]
    for column in set(range(len(names))) - set(columns) - set(headings.columns.values()):
        if names[column] or any(text(cell).strip() for cell in grid.iloc[headings.row + 1 :, column]):
            raise RefusedError(
                "known_layout",
                f"column {column_letter(column)} of the classification, '{names[column]}', is none of: {', '.join(groups)}",
            )
    if not columns:
        raise RefusedError("known_layout", f"the classification has no column headed by one of: {', '.join(groups)}")
    below = grid.iloc[headings.row + 1 :]
    labels = pl.DataFrame(
        {
            "raw_row": pl.Series(range(headings.row + 2, len(grid) + 1), dtype=pl.Int32),
            "area": pl.Series([text(cell) for cell in below[headings.columns["area"]]], dtype=pl.String),
            "code": pl.Series([text(cell) for cell in below[headings.columns["code"]]], dtype=pl.String),
        }
    ).with_columns(areas.plain_code(pl.col("code")))
    heading = pl.col("column").replace_strict({i: names[i] for i in columns}, return_dtype=pl.String)
    records = cells(grid, headings.row + 1, columns).join(labels, on="raw_row", how="left", maintain_order="left")
    yield Batch(
        records.select(
            pl.exclude("column"),
            heading.alias("group"),
            heading.replace_strict(groups, return_dtype=pl.String).alias("group_code"),
            pl.when(pl.col("cell").str.strip_chars() == "").then(pl.lit("blank cell")).alias("exclusion"),
        )
    )


def memberships(records: pl.DataFrame) -> pl.DataFrame:
    """Flags of the classification as candidates for `source_areas`; one that is no Y makes an unknown group of its column."""
    says_yes = pl.col("cell").str.strip_chars() == "Y"
    unknown = pl.concat_str(pl.lit(UNKNOWN), "cell", pl.lit(" in "), "group")
    return records.select(
        pl.col("code").alias("source_area"),
        areas.plain_name(pl.col("area")).alias("label"),
        areas.area(pl.col("code")).alias("area"),
        pl.when(says_yes).then(areas.area(pl.col("group_code"))).otherwise(unknown).alias("parent_area"),
        "raw_row",
        "raw_column",
    )
