"""Small expressions that source modules share when they turn records into candidate rows.

Belongs here: numbers, periods and mapping look-ups that mean the same for every publisher. Does not belong here: a
publisher's own codes or flags.
"""

from functools import cache
from importlib.resources import files

import polars as pl


def number(text: pl.Expr) -> pl.Expr:
    """The finite number a text spells out in ASCII digits, else NULL; never NaN, infinity or -0.

    NULL too for one that is not nought, but too small for a double to tell from it.
    """
    return text.map_batches(_numbers, return_dtype=pl.Float64)


def _numbers(text: pl.Series) -> pl.Series:
    # What polars takes for a number is what we do, but for the spellings of NaN and infinity.
    value = text.str.strip_chars().cast(pl.Float64, strict=False)
    value = value.to_frame("value").select(pl.when(pl.col("value").is_finite()).then("value")).to_series()
    noughts = (value == 0).arg_true()
    if noughts.is_empty():
        return value
    too_small = noughts.filter(text.gather(noughts).str.contains("^[^eE]*[1-9]"))
    return value.scatter(noughts, 0.0).scatter(too_small, None)


@cache
def mapping(name: str) -> pl.DataFrame:
    """The mapping rows in `sources/mappings/<name>.csv`, every column as text, empty cells as NULL."""
    text = files("edumig_pipeline.sources").joinpath("mappings", f"{name}.csv").read_bytes()
    return pl.read_csv(text, infer_schema=False)


def _half_years() -> pl.Expr:
    return pl.col("time_period").str.extract(r"^([0-9]{4})-S([12])$", 1).cast(pl.Int32)


def period_bounds(time_period: pl.Series) -> pl.DataFrame:
    """First and last day of each distinct period: columns time_period, period_start, period_end.

    Forms: 2019, 2020-S1, 2019-11, 2020-01-05, 2011/2020. Both days are NULL where the text is none of them.
    """
    distinct = time_period.unique().drop_nulls().to_frame("time_period")
    text = pl.col("time_period")
    year = text.str.extract(r"^([0-9]{4})$", 1).cast(pl.Int32)
    half_year, first_half = _half_years(), text.str.ends_with("-S1")
    first = text.str.extract(r"^([0-9]{4})/[0-9]{4}$", 1).cast(pl.Int32)
    last = text.str.extract(r"^[0-9]{4}/([0-9]{4})$", 1).cast(pl.Int32)
    day = pl.when(text.str.contains(r"^[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}$")).then(text).str.to_date("%Y-%m-%d", strict=False)
    month = pl.when(text.str.contains(r"^[1-9][0-9]{3}-[0-9]{2}$")).then(text + "-01").str.to_date("%Y-%m-%d", strict=False)
    start_year = pl.coalesce(year, half_year, first)
    end_year = pl.coalesce(year, half_year, last)
    start = pl.date(start_year, pl.when(half_year.is_not_null() & ~first_half).then(7).otherwise(1), 1)
    end_of_june = half_year.is_not_null() & first_half
    end = pl.date(end_year, pl.when(end_of_june).then(6).otherwise(12), pl.when(end_of_june).then(30).otherwise(31))
    return distinct.with_columns(
        pl.coalesce(day, month, pl.when(start_year.is_not_null() & (start_year > 0)).then(start)).alias("period_start"),
        pl.coalesce(day, month.dt.month_end(), pl.when(end_year.is_not_null() & (end_year > 0)).then(end)).alias("period_end"),
    )
