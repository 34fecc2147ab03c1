"""UNESCO Institute for Statistics: the Data Browser (API) export and the Bulk Data Download Service's tables.

Belongs here: UIS's columns, indicator codes, area codes, magnitudes and qualifiers. Does not belong here: reading CSV
itself, or what the harmonised codes mean.

Sources of the rules: the README of every BDDS package (magnitude and qualifier, their values and what VALUE holds with
each); the export's own members for the Data Browser.
"""

import re
from functools import partial
from pathlib import PurePosixPath

import polars as pl

from edumig_pipeline.model.areas import UNKNOWN, WORLD, iso_countries
from edumig_pipeline.sources.candidates import mapping, number
from edumig_pipeline.sources.layout import Source
from edumig_pipeline.sources.rawfile import RawFile
from edumig_pipeline.sources.table_layout import TableLayout

_ID = "unesco_uis"

# Where two flags apply the earlier one wins (design: K, M, Q, then N, then W, U, E).
_MAGNITUDE_STATUS = {"INCLUDED": "K", "NA": "M", "SUPP": "Q", "NIL": "N", "INCLUDES": "W", "LOWREL": "U"}
_QUALIFIER_STATUS = {"UIS_EST": "E", "NAT_EST": "E"}

# UIS's own codes without the usual "<organisation>: <name>" form: an aggregate, and two areas that ISO 3166 does not
# have under these letters (Sudan before secession, the Channel Islands).
_OWN_CODES = ("CECC-SICA", "XDN", "ZZA")

# "<organisation>: <name>", the organisation whose grouping it is: SDG: Asia, WB: Arab World, UNICEF: Gulf Area.
_AGGREGATE = r"^[A-Z][A-Za-z0-9-]+: \S"


def _mapped(records: pl.DataFrame, code: str) -> pl.DataFrame:
    """The records with the harmonised terms of their indicator code beside them, in the same order."""
    terms = mapping("unesco_uis_indicators")
    return records.join(terms, left_on=code, right_on="source_indicator", how="left", maintain_order="left")


def _indicator(code: str) -> pl.Expr:
    return pl.coalesce(pl.col("indicator"), pl.concat_str(pl.lit(f"{_ID}:"), pl.col(code)))


def _area(code: str) -> pl.Expr:
    """UIS area code as ref_area: ISO codes stay, UIS's own world is WLD, aggregates get the prefix; others stay unknown."""
    published = pl.col(code)
    is_own = published.str.contains(_AGGREGATE) | published.is_in(_OWN_CODES)
    return (
        pl.when(published == "UIS: World")
        .then(pl.lit(WORLD))
        .when(is_own)
        .then(pl.concat_str(pl.lit("uis:"), published))
        .when(published.is_in(sorted(iso_countries())))
        .then(published)
        .otherwise(pl.concat_str(pl.lit(UNKNOWN), published))
    )


def _status() -> pl.Expr:
    """obs_status from magnitude and qualifier; a flag nobody declared becomes a status that fails validation."""
    magnitude, qualifier = pl.col("magnitude"), pl.col("qualifier")
    unknown_magnitude = (magnitude != "") & ~magnitude.is_in(list(_MAGNITUDE_STATUS))
    unknown_qualifier = (qualifier != "") & ~qualifier.is_in(list(_QUALIFIER_STATUS))
    without_flag = pl.when(pl.col("value").str.strip_chars() == "").then(pl.lit("O")).otherwise(pl.lit("A"))
    return (
        pl.when(unknown_magnitude)
        .then(pl.concat_str(pl.lit("magnitude "), magnitude))
        .when(unknown_qualifier)
        .then(pl.concat_str(pl.lit("qualifier "), qualifier))
        .when(magnitude != "")
        .then(magnitude.replace_strict(_MAGNITUDE_STATUS, default=None, return_dtype=pl.String))
        .when(qualifier != "")
        .then(qualifier.replace_strict(_QUALIFIER_STATUS, default=None, return_dtype=pl.String))
        .otherwise(without_flag)
    )


def _stands_for_nothing() -> pl.Expr:
    """UIS writes 0 where the magnitude says that there can be no figure; that is not a zero."""
    return (pl.col("magnitude") == "NA") & (number(pl.col("value")) == 0)


def _observations(records: pl.DataFrame, *, rename: dict[str, str]) -> pl.DataFrame:
    """Records of any UIS data table, columns renamed to the Data Browser's, as candidates for `observations`."""
    codes = ("indicatorId", "geoUnit", "year")
    trimmed = records.rename(rename).with_columns(pl.col(codes).str.strip_chars())  # UIS itself left spaces around codes
    named = _mapped(trimmed, "indicatorId")
    return named.select(
        _indicator("indicatorId").alias("indicator"),
        _area("geoUnit").alias("ref_area"),
        pl.col("counterpart_area").fill_null("_T"),
        pl.col("sex").fill_null("_T"),
        pl.col("breakdown").fill_null("_T"),
        pl.col("year").alias("time_period"),
        pl.when(~_stands_for_nothing()).then(number(pl.col("value"))).alias("obs_value"),
        _status().alias("obs_status"),
        pl.concat_str("magnitude", "qualifier", separator="|").alias("source_status"),
        pl.col("unit_measure").fill_null("_X"),
        pl.col("indicatorId").alias("source_indicator"),
        pl.col("geoUnit").alias("source_area"),
        "raw_row",
        "raw_column",
        pl.when(_stands_for_nothing()).then(pl.lit("")).otherwise(pl.col("value").str.strip_chars()).alias("published_value"),
        pl.col("year").alias("published_period"),
        pl.lit(value=False).alias("undated"),
        pl.col("geoUnit").alias("area_name"),
    )


def _labels(records: pl.DataFrame, *, code: str, label: str) -> pl.DataFrame:
    """Records of a label table as candidates for `source_indicators`."""
    return _mapped(records.with_columns(pl.col(code).str.strip_chars()), code).select(
        pl.col(code).alias("source_indicator"),
        pl.col(label).alias("label"),
        _indicator(code).alias("indicator"),
        "raw_row",
    )


def _footnotes(records: pl.DataFrame) -> pl.DataFrame:
    """Records of footnotes.csv as candidates for `footnotes`."""
    trimmed = records.with_columns(pl.col("indicatorId", "geoUnit", "year").str.strip_chars())
    return _mapped(trimmed, "indicatorId").select(
        _indicator("indicatorId").alias("indicator"),
        _area("geoUnit").alias("ref_area"),
        pl.col("counterpart_area").fill_null("_T"),
        pl.col("sex").fill_null("_T"),
        pl.col("breakdown").fill_null("_T"),
        pl.col("year").alias("time_period"),
        pl.col("type").alias("footnote_type"),
        pl.col("subtype").alias("footnote_subtype"),
        pl.col("value").alias("footnote"),
        pl.col("indicatorId").alias("source_indicator"),
        pl.col("geoUnit").alias("source_area"),
        "raw_row",
    )


def _data_browser(_file: RawFile) -> str:
    return "data_browser"


# The packages UIS offers; the tables' headers do not say which one they are of.
_BDDS_PACKAGES = ("opri", "sdg", "natmon", "dem", "sci", "inno", "clte", "cltt", "film", "ilcmt")


def _bdds_package(file: RawFile) -> str:
    """The BDDS package a table belongs to: OPRI_DATA_NATIONAL.csv is of opri, and so is any table in opri-2022-03/.

    A table that neither its member name nor its release folder assigns to a package counts as dataset bdds.
    """
    path = PurePosixPath(file.raw_file)
    for name in (path.name, path.parts[1] if len(path.parts) > 1 else ""):
        if (package := re.split(r"[^a-z]", name.lower(), maxsplit=1)[0]) in _BDDS_PACKAGES:
            return package
    return "bdds"


_BDDS_TO_BROWSER = {
    "INDICATOR_ID": "indicatorId",
    "COUNTRY_ID": "geoUnit",
    "YEAR": "year",
    "VALUE": "value",
    "MAGNITUDE": "magnitude",
    "QUALIFIER": "qualifier",
}

SOURCE = Source(
    id=_ID,
    publisher="UNESCO Institute for Statistics",
    url="https://databrowser.uis.unesco.org/",
    description="Internationally mobile students by host and origin, and tertiary enrolment, reported by countries and "
    "estimated by UIS; revised with every release.",
    area_prefix="uis",
    layouts=(
        TableLayout(
            name="uis_data_browser",
            header=("indicatorId", "geoUnit", "year", "value", "qualifier", "magnitude"),
            lands={"observations": partial(_observations, rename={})},
            dataset=_data_browser,
        ),
        TableLayout(
            name="uis_data_browser_indicators",
            header=(
                "indicatorId",
                "name",
                "theme",
                "lastDataUpdate",
                "lastDataUpdateDescription",
                "dataAvailability.totalRecordCount",
                "dataAvailability.timeLine.min",
                "dataAvailability.timeLine.max",
                "dataAvailability.geoUnits.types",
                "disaggregations",
                "glossaryTerms",
            ),
            lands={"source_indicators": partial(_labels, code="indicatorId", label="name")},
            dataset=_data_browser,
        ),
        TableLayout(
            name="uis_data_browser_footnotes",
            header=("indicatorId", "geoUnit", "year", "type", "subtype", "value"),
            lands={"footnotes": _footnotes},
            dataset=_data_browser,
        ),
        TableLayout(
            name="uis_bdds_data",
            header=tuple(_BDDS_TO_BROWSER),
            lands={"observations": partial(_observations, rename=_BDDS_TO_BROWSER)},
            dataset=_bdds_package,
        ),
        TableLayout(
            name="uis_bdds_label",
            header=("INDICATOR_ID", "INDICATOR_LABEL_EN"),
            lands={"source_indicators": partial(_labels, code="INDICATOR_ID", label="INDICATOR_LABEL_EN")},
            dataset=_bdds_package,
        ),
    ),
)
