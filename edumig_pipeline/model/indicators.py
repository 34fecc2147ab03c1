"""The harmonised indicators: name, unit, kind, bounds and the definition their figures follow.

Belongs here: reading the declaration in `indicators.csv`. Does not belong here: which published code is which
indicator (`sources/mappings`).
"""

from functools import cache
from importlib.resources import files

import polars as pl

from edumig_pipeline.model.reference import INDICATORS
from edumig_pipeline.model.schemas import polars_schema


@cache
def harmonised() -> pl.DataFrame:
    """One row per harmonised indicator, in the columns of the table `indicators`."""
    text = files("edumig_pipeline.model").joinpath("indicators.csv").read_bytes()
    return pl.read_csv(text, schema=polars_schema(INDICATORS))
