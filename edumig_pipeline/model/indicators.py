"""The harmonised indicators: name, unit, kind, bounds and the definition their figures follow.

Belongs here: reading the declaration in `indicators.csv`. Does not belong here: which published code is which
indicator (`sources/mappings`).
"""

from functools import cache
from importlib.resources import files

import polars as pl

from edumig_pipeline.model.reference import INDICATORS
from edumig_pipeline.model.schemas import polars_schema

# How `reference_period` begins for indicators whose years are academic years, labelled by the year they end in.
_ACADEMIC_YEAR = "academic year"


@cache
def harmonised() -> pl.DataFrame:
    """One row per harmonised indicator, in the columns of the table `indicators`."""
    text = files("edumig_pipeline.model").joinpath("indicators.csv").read_bytes()
    return pl.read_csv(text, schema=polars_schema(INDICATORS))


def academic_indicators() -> pl.Series:
    """The harmonised indicators whose time_period is an academic year of the ref_area, by the year it ends in.

    Figures about the students of an origin in all its host countries go by no single country's academic year.
    """
    is_academic = pl.col("reference_period").str.starts_with(_ACADEMIC_YEAR) & (pl.col("ref_area_role") == "host")
    return harmonised().filter(is_academic)["indicator"]
