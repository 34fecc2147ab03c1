"""International Organization for Migration: downloads of the Missing Migrants Project.

Belongs here: the columns and dates of those downloads. Does not belong here: what only the article says of IOM.
"""

import polars as pl

from edumig_pipeline.sources.candidates import number
from edumig_pipeline.sources.layout import Source
from edumig_pipeline.sources.rawfile import RawFile
from edumig_pipeline.sources.table_layout import TableLayout

_HEADER = (
    "Web ID",
    "Region of Incident",
    "Reported Date",
    "Reported Year",
    "Reported Month",
    "Number Dead",
    "Minimum Estimated Number of Missing",
    "Total Dead and Missing",
    "Number of Survivors",
    "Number of Females",
    "Number of Males",
    "Number of Children",
    "Cause of Death",
    "Location Description",
    "Information Source",
    "Location Coordinates",
    "Migration Route",
    "URL",
    "UNSD Geographical Grouping",
    "Source Quality",
)
_TOTAL = "Total Dead and Missing"


def _observations(records: pl.DataFrame) -> pl.DataFrame:
    """Incidents as candidates for `observations`: the total dead and missing of each, under the day it was reported."""
    total = pl.col(_TOTAL).str.strip_chars()
    # Thousands are set off by commas: "1,022".
    grouped = pl.when(total.str.contains(r"^[0-9]{1,3}(,[0-9]{3})+$")).then(total.str.replace_all(",", "")).otherwise(total)
    day = pl.col("Reported Date").str.strip_chars().str.to_date("%B %d, %Y", strict=False)
    return records.select(
        pl.lit("dead_and_missing_migrants").alias("indicator"),
        pl.concat_str(pl.lit("iom:"), "Region of Incident").alias("ref_area"),
        pl.lit("_T").alias("counterpart_area"),
        pl.lit("_T").alias("sex"),
        pl.concat_str(pl.lit("incident="), "Web ID").alias("breakdown"),
        day.dt.strftime("%Y-%m-%d").alias("time_period"),
        number(grouped).alias("obs_value"),
        pl.when(total == "").then(pl.lit("O")).otherwise(pl.lit("A")).alias("obs_status"),
        pl.lit("").alias("source_status"),
        pl.lit("PS").alias("unit_measure"),
        pl.lit(_TOTAL).alias("source_indicator"),
        pl.col("Region of Incident").alias("source_area"),
        "raw_row",
        "raw_column",
        total.alias("published_value"),
        pl.col("Reported Date").alias("published_period"),
        pl.lit(value=False).alias("undated"),
        pl.col("Region of Incident").alias("area_name"),
    )


def _missing_migrants(_file: RawFile) -> str:
    return "missing_migrants"


SOURCE = Source(
    id="iom",
    publisher="International Organization for Migration",
    url="https://missingmigrants.iom.int/downloads",
    description="Missing Migrants Project: deaths and disappearances during migration, one record per incident, as "
    "reported by authorities, media and organisations.",
    area_prefix="iom",
    layouts=(
        TableLayout(
            name="iom_missing_migrants_2020",
            header=_HEADER,
            lands={"observations": _observations},
            dataset=_missing_migrants,
        ),
    ),
)
