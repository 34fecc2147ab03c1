"""What IOM's records have in common: a day beside its year and month, and columns that an observation has no place for.

Belongs here: reading the one and keeping the other. Does not belong here: the columns of any download.
"""

from collections.abc import Sequence

import polars as pl

# What a day in a cell of a workbook reads as; it is unambiguous wherever it stands.
_ISO_DAYS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S")


def day(date: pl.Expr, formats: Sequence[str], year: pl.Expr | None = None, month: pl.Expr | None = None) -> pl.Expr:
    """The day a text names in one of the formats or as ISO 8601, as YYYY-MM-DD; NULL where it names none.

    NULL too where it is not in the year and month that stand beside it (the month by name, abbreviated name or number):
    which of them is wrong cannot be told. Where they are blank they say nothing.
    """
    text = date.str.strip_chars()
    found = pl.coalesce(_read(text, form) for form in (*formats, *_ISO_DAYS))
    agrees = pl.lit(value=True)
    if year is not None:
        agrees &= _blank(year) | (found.dt.year().cast(pl.String) == year.str.strip_chars())
    if month is not None:
        said = month.str.strip_chars().str.to_lowercase()
        named = (said.str.len_chars() >= len("jan")) & found.dt.strftime("%B").str.to_lowercase().str.starts_with(said)
        agrees &= _blank(month) | named | (found.dt.month().cast(pl.String) == said.str.strip_prefix("0"))
    return pl.when(agrees).then(found.dt.strftime("%Y-%m-%d"))


def _read(text: pl.Expr, form: str) -> pl.Expr:
    if "%H" in form:
        return text.str.to_datetime(form, strict=False).dt.date()
    return text.str.to_date(form, strict=False)


def _blank(text: pl.Expr) -> pl.Expr:
    return text.str.strip_chars() == ""


def as_object(columns: Sequence[str], *, no_value: str = "") -> pl.Expr:
    """A JSON object of the columns that say something, exactly as published; NULL where none does.

    A column that says `no_value` says nothing, as a blank one does.
    """
    members = [
        pl.when(~_blank(pl.col(name)) & (pl.col(name) != no_value)).then(
            pl.struct(name).struct.json_encode().str.strip_prefix("{").str.strip_suffix("}")
        )
        for name in columns
    ]
    joined = pl.concat_str(members, separator=",", ignore_nulls=True)
    return pl.when(joined != "").then(pl.concat_str(pl.lit("{"), joined, pl.lit("}")))
