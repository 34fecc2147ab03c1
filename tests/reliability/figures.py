"""Raw files whose sums show in their last digit in which order they were added.

Belongs here: releases made up for that, large enough that DuckDB splits the work among its threads. Does not belong here:
building or comparing warehouses (`sameness`).
"""

from pathlib import Path

import numpy as np
import polars as pl
import pycountry

from edumig_pipeline.sources.candidates import mapping

_HOSTS = 45
_YEARS = (1999, 2023)
_TOTALS = ("26637", "OE.5T8.40510", "MENF.5T8", "25053", "25057", "42620")  # of hosts, of origins; enrolment, by sex
_FILES = 4  # of the newer release


def write_raw(raw: Path, *, backwards: bool = False) -> int:
    """Write two releases of students by host and origin under `raw`, of one the newer figures; how many rows they have.

    DuckDB shares out a table in pieces of 122,880 rows. Written `backwards`, the same files come into being in the opposite
    order.
    """
    newer = _rows(seed=1)
    older = newer.filter(pl.col("year") >= _YEARS[1] - 2).with_columns((pl.col("value") * 0.97).round(5))
    size = newer.height // _FILES + 1
    footnotes = newer.head(130_000).select(
        "indicatorId",
        "geoUnit",
        "year",
        pl.lit("Source").alias("type"),
        pl.lit("Data sources").alias("subtype"),
        pl.format("As reported by {} for {}", "geoUnit", "year").alias("value"),
    )
    files = {f"2026-02/flows-{n}.csv": newer.slice(n * size, size) for n in range(_FILES)}
    files |= {"2026-02/footnotes.csv": footnotes, "2025-09/flows.csv": older}
    for name in sorted(files, reverse=backwards):
        target = raw / "unesco_uis" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        files[name].write_csv(target)
        # Else the day of writing would count.
        (target.parent / "release.toml").write_text('retrieved = "2026-11-01"\n', encoding="utf-8")
    return sum(frame.height for frame in files.values())


def _rows(seed: int) -> pl.DataFrame:
    """Figures with five decimals, as UIS publishes them: indicatorId, geoUnit, year, value, qualifier, magnitude."""
    known = mapping("unesco_uis_indicators")
    by_origin = known.filter((pl.col("indicator") == "inbound_students") & pl.col("counterpart_area").is_not_null())
    indicators = [*by_origin["source_indicator"].to_list(), *_TOTALS]
    hosts = sorted(country.alpha_3 for country in pycountry.countries)[:_HOSTS]
    years = range(_YEARS[0], _YEARS[1] + 1)
    count = len(indicators) * len(hosts) * len(years)
    return pl.DataFrame(
        {
            "indicatorId": np.repeat(indicators, len(hosts) * len(years)),
            "geoUnit": np.tile(np.repeat(hosts, len(years)), len(indicators)),
            "year": np.tile(np.array(years), len(indicators) * len(hosts)),
            "value": np.round(np.exp(np.random.default_rng(seed).normal(4, 3, count)), 5),
        }
    ).with_columns(pl.lit("").alias("qualifier"), pl.lit("").alias("magnitude"))
