"""The code lists that marts go by, as CSV files under `code_lists/`: each is a table of the file's name.

Belongs here: reading them. Does not belong here: publishers' codes (`sources/mappings`) or SDMX's lists (`codes`).

- source_preference: which source a mart shows where several have a figure
- source_definitions: what a source's figures count, as claims name it
- definition_differences: why two sources may part
- derived_indicators: which indicators follow from others, and how
- cited_releases: which release a publication that a claim cites rests on
"""

from functools import cache
from importlib.resources import files

import polars as pl


@cache
def code_lists() -> dict[str, pl.DataFrame]:
    """All code lists by name; columns of whole numbers are integers, all others text."""
    folder = files("edumig_pipeline.model").joinpath("code_lists")
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".csv")), key=lambda entry: entry.name)
    return {e.name.removesuffix(".csv"): pl.read_csv(e.read_bytes()) for e in found}
