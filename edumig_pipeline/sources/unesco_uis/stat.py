"""UIS.Stat, the service UIS ran until 2024 at data.uis.unesco.org: its CSV of figures.

Belongs here: UIS.Stat's columns, locations and flags. Does not belong here: what UIS's terms mean (`terms`).

Source of the rules: the legend UIS prints with its figures (a: category not applicable, n: magnitude nil or negligible,
+: national estimation, ‡: UIS estimation, …: data not available). Their counterparts in the bulk files are NA, NIL,
NAT_EST and UIS_EST.
"""

import re

import polars as pl

from edumig_pipeline.sources.candidates import mapping
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.table_layout import TableLayout
from edumig_pipeline.sources.unesco_uis.terms import AREA_PREFIX, observations, ref_area

_MAGNITUDE = {"a": "NA", "n": "NIL"}
_QUALIFIER = {"‡": "UIS_EST", "+": "NAT_EST"}
_NOT_AVAILABLE = "…"

_DATASET_COLUMN = re.compile(r"^([A-Z][A-Z0-9]*)_IND$")


def _spelling(name: str) -> str:
    """The first column is called after the dataset: EDULIT_IND, NATMON_IND, DEMO_IND."""
    return _DATASET_COLUMN.sub("<DATASET>_IND", name.strip())


def _dataset(file: RawFile) -> str:
    (name,) = (found[1] for column in file.header if (found := _DATASET_COLUMN.match(column.strip())))
    return name.lower()


def _flags(records: pl.DataFrame) -> pl.DataFrame:
    """The records with magnitude and qualifier as the bulk files have them, and the value that goes with them.

    Flag Codes holds one code or several, whatever stands between them. Codes that nobody declared, two that exclude each
    other, and a text without a code become a magnitude that is no magnitude.
    """
    codes = pl.col("Flag Codes").str.replace_all(r"[\s,;|]", "")
    value = pl.col("Value").str.strip_chars()
    magnitude, qualifier = codes.str.extract(r"([an])", 1), codes.str.extract(r"([‡+])", 1)
    rest = codes.str.replace(r"[an]", "").str.replace(r"[‡+]", "")
    says_nothing = (rest == "") | ((codes == _NOT_AVAILABLE) & (value == ""))
    is_known = says_nothing & ((codes != "") | (pl.col("Flags").str.strip_chars() == ""))
    return records.with_columns(
        pl.when(is_known)
        .then(magnitude.replace(_MAGNITUDE).fill_null(""))
        .otherwise(pl.format("'{}' ({})", "Flag Codes", "Flags"))
        .alias("magnitude"),
        qualifier.replace(_QUALIFIER).fill_null("").alias("qualifier"),
        # Nil is a nought, which the bulk files print and UIS.Stat leaves blank.
        pl.when((value == "") & (magnitude == "n")).then(pl.lit("0")).otherwise(value).alias("value"),
    )


def _observations(records: pl.DataFrame) -> pl.DataFrame:
    location = pl.col("LOCATION").str.strip_chars()
    known = mapping("unesco_uis_stat_areas")
    areas, names = (dict(known.select("location", column).iter_rows()) for column in ("area", "name"))
    is_aggregate = location.str.contains(r"^[0-9]{5}$")
    own = pl.when(is_aggregate).then(pl.concat_str(pl.lit(f"{AREA_PREFIX}:"), location)).otherwise(ref_area("LOCATION"))
    year, again = pl.col("TIME").str.strip_chars(), pl.col("Time").str.strip_chars()
    renamed = _flags(records).with_columns(
        pl.col("<DATASET>_IND").alias("indicatorId"),
        location.alias("geoUnit"),
        # Both columns say the same; where they do not, neither can be believed.
        pl.when(year == again).then(year).otherwise(pl.format("{} or {}", year, again)).alias("year"),
    )
    located = records.select(
        location.replace_strict(areas, default=own).alias("ref_area"),
        location.alias("source_area"),
        location.replace_strict(names, default=pl.col("Country").str.strip_chars()).alias("area_name"),
    )
    return observations(renamed, areas=located, source_status=pl.col("Flag Codes"))


UIS_STAT = TableLayout(
    name="uis_stat",
    header=("<DATASET>_IND", "Indicator", "LOCATION", "Country", "TIME", "Time", "Value", "Flag Codes", "Flags"),
    lands={"observations": _observations},
    dataset=_dataset,
    spelling=_spelling,
)
