"""What an export says of itself, for whoever finds the folder.

Belongs here: README.txt. Does not belong here: licences (`terms`) or how a format is read (each format's READING).
"""

from textwrap import fill

from edumig_pipeline.exports.extract import Extract
from edumig_pipeline.exports.report import LICENCES


def filters_text(extract: Extract) -> str:
    """Which rows of the tables are there."""
    codes = extract.wanted.codes
    if not codes:
        return "All rows of each table."
    chosen = "; ".join(f"{column}: {', '.join(values)}" for column, values in codes.items())
    whole = f" Whole, since they have no such column: {', '.join(extract.whole)}." if extract.whole else ""
    return f"Of each table that has the column only the rows of {chosen}.{whole}"


def readme(extract: Extract, name: str, reading: str) -> str:
    """README.txt of an export in the format `name`."""
    tables = "".join(
        f"  {declared.name:<28}{extract.rows(declared):>14,} rows  {declared.grain}\n" for declared in extract.tables
    )
    return (
        f"Educational migration: harmonised figures with source, release and status\n\n"
        f"Format {name}, from generation {extract.generation} of the warehouse.\n"
        f"{fill(filters_text(extract), 118)}\n\n{reading}\n\nTables:\n\n{tables}\n"
        f"{LICENCES} has the publishers' licences and how their figures are to be cited; it goes with them wherever they go.\n"
    )
