"""CSV for people and their spreadsheets: a file per table and the codebook, safe to open.

Belongs here: this format. Does not belong here: which texts are dangerous (`formulas`).

With a byte order mark, without which Excel takes UTF-8 for the machine's own code page and garbles Cyrillic; readers that know
UTF-8 skip it.
"""

from collections.abc import Sequence

import polars as pl

from edumig_pipeline.exports.delimited import records_in, write_csv
from edumig_pipeline.exports.extract import Extract
from edumig_pipeline.exports.folder import Work
from edumig_pipeline.exports.report import Written
from edumig_pipeline.exports.terms import Terms
from edumig_pipeline.model.reference import CODEBOOK
from edumig_pipeline.model.schemas import polars_schema
from edumig_pipeline.wording.formulas import disarmed

ALWAYS = (CODEBOOK.name,)

READING = """A CSV per table; codebook.csv says what each column means. UTF-8 with a byte order mark, comma between fields,
point in figures, days as 2026-02-28, RFC 4180. A NULL is an empty field; an empty text is two quotes (""), which DuckDB
tells apart, a spreadsheet does not.

A text that a spreadsheet would take for a formula (it begins with =, +, -, @, their full-width forms, a tab or a line
break) has an apostrophe before it. To have the texts as they were, take one apostrophe from each that begins with
apostrophes and then one of those characters. Figures are figures, negative ones as well.

Where the comma is the decimal sign (Kazakhstan, Russia, much of Europe), a double click in Excel does not split the columns:
use Data > From Text/CSV, or the format xlsx, which needs none of this."""


def write(extract: Extract, _terms: Sequence[Terms], work: Work) -> list[Written]:
    """Write the tables."""
    written = []
    for declared in extract.tables:
        name = f"{declared.name}.csv"
        frames = (pl.DataFrame(batch).with_columns(disarmed(pl.col(pl.String))) for batch in extract.batches(declared))
        write_csv(frames, polars_schema(declared), work.path / name, bom=True)
        written.append(Written(declared.name, name, records_in(work.path / name)))
    return written
