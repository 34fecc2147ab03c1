"""What UIS's records mean: its codes of indicators and areas, its magnitudes and qualifiers, as candidate rows.

Belongs here: UIS's terms, whatever file they stand in. Does not belong here: the files' layouts (`source`,
`api`, `stat`), or what the harmonised codes mean.

Records come with the Data Browser's column names: indicatorId, geoUnit, year, value, magnitude, qualifier. Source of the
rules: the README of every package of the Bulk Data Download Service (magnitude and qualifier, and what VALUE holds with
each).
"""

import polars as pl

from edumig_pipeline.model.areas import UNKNOWN, WORLD, iso_countries
from edumig_pipeline.model.coded import looked_up
from edumig_pipeline.sources.candidates import mapping, number

ID = "unesco_uis"
AREA_PREFIX = "uis"

# Where two flags apply the earlier one wins (design: K, M, Q, then N, then W, U, E).
_MAGNITUDE_STATUS = {"INCLUDED": "K", "NA": "M", "SUPP": "Q", "NIL": "N", "INCLUDES": "W", "LOWREL": "U"}
_QUALIFIER_STATUS = {"UIS_EST": "E", "NAT_EST": "E"}

# "<organisation>: <name>", the organisation whose grouping it is: SDG: Asia, WB: Arab World, UNICEF: Gulf Area.
_AGGREGATE = r"^[A-Z][A-Za-z0-9-]+: \S"


# UIS's codes that have neither that form nor a place in ISO 3166: an aggregate, and two areas that ISO 3166 does not
# have under these letters (Sudan before secession, the Channel Islands).
_OWN_CODES = ("CECC-SICA", "XDN", "ZZA")


def _code(column: str) -> pl.Expr:
    """A published indicator code in the one spelling that all of UIS's releases and services share.

    Releases up to 2020-09 mix cases (MENF.5t8) and left spaces around codes; UIS.Stat writes _ for the dot. None of the
    3,769 codes in the label files of NATMON 2020-09, SDG 2021-09 and OPRI 2025-03 has an underscore of its own.
    """
    return pl.col(column).str.strip_chars().str.to_uppercase().str.replace_all("_", ".", literal=True)


def _mapped(records: pl.DataFrame, column: str = "indicatorId") -> pl.DataFrame:
    """The records, codes trimmed, with the harmonised terms of their indicator beside them, in the same order."""
    trimmed = [pl.col(name).str.strip_chars() for name in (column, "geoUnit", "year") if name in records.columns]
    terms = mapping("unesco_uis_indicators").rename({"source_indicator": "code"})
    coded = records.with_columns(*trimmed, _code(column).alias("code"))
    return coded.join(terms, on="code", how="left", maintain_order="left").with_columns(
        pl.coalesce(pl.col("indicator"), pl.concat_str(pl.lit(f"{ID}:"), pl.col("code"))).alias("indicator"),
        pl.col("counterpart_area").fill_null("_T"),
        pl.col("sex").fill_null("_T"),
        pl.col("breakdown").fill_null("_T"),
        pl.col("unit_measure").fill_null("_X"),
    )


def ref_area(column: str) -> pl.Expr:
    """UIS area code as ref_area: ISO codes stay, UIS's own world is WLD, aggregates get the prefix; others stay unknown."""
    published = pl.col(column).str.strip_chars()
    is_own = published.str.contains(_AGGREGATE) | published.is_in(_OWN_CODES)
    return (
        pl.when(published == "UIS: World")
        .then(pl.lit(WORLD))
        .when(is_own)
        .then(pl.concat_str(pl.lit(f"{AREA_PREFIX}:"), published))
        .when(published.is_in(sorted(iso_countries())))
        .then(published)
        .otherwise(pl.concat_str(pl.lit(UNKNOWN), published))
    )


def _area_name(area: pl.Expr, published: str | None) -> pl.Expr:
    """What to call an area that ISO 3166 does not name.

    Unless the mapping names it, that is the published code: SDG: Asia tells whose grouping it is, UIS's label Asia not.
    """
    names = dict(mapping("unesco_uis_areas").iter_rows())
    return area.replace_strict(names, default=pl.col(published).str.strip_chars() if published else None)


def _indicators(codes: pl.DataFrame) -> pl.DataFrame:
    """The harmonised terms of published codes (indicatorId), row by row, with the code as published and trimmed."""
    return _mapped(codes).select(
        "indicator",
        "counterpart_area",
        _area_name(pl.col("counterpart_area"), None).alias("counterpart_name"),
        "sex",
        "breakdown",
        "unit_measure",
        pl.col("indicatorId").alias("source_indicator"),
    )


def _flags(flags: pl.DataFrame) -> pl.DataFrame:
    """obs_status and source_status for magnitude and qualifier; obs_status is NULL where there is no flag.

    A flag nobody declared becomes a status that fails validation.
    """
    magnitude, qualifier = pl.col("magnitude"), pl.col("qualifier")
    unknown_magnitude = (magnitude != "") & ~magnitude.is_in(list(_MAGNITUDE_STATUS))
    unknown_qualifier = (qualifier != "") & ~qualifier.is_in(list(_QUALIFIER_STATUS))
    return flags.select(
        pl.when(unknown_magnitude)
        .then(pl.concat_str(pl.lit("magnitude "), magnitude))
        .when(unknown_qualifier)
        .then(pl.concat_str(pl.lit("qualifier "), qualifier))
        .when(magnitude != "")
        .then(magnitude.replace_strict(_MAGNITUDE_STATUS, default=None, return_dtype=pl.String))
        .when(qualifier != "")
        .then(qualifier.replace_strict(_QUALIFIER_STATUS, default=None, return_dtype=pl.String))
        .alias("obs_status"),
        pl.concat_str("magnitude", "qualifier", separator="|").alias("source_status"),
        (magnitude == "NA").alias("says_none"),
    )


def areas_by_code(codes: pl.DataFrame) -> pl.DataFrame:
    """ref_area, source_area and area_name for UIS's area codes (geoUnit), row by row."""
    return codes.select(
        ref_area("geoUnit").alias("ref_area"),
        pl.col("geoUnit").str.strip_chars().alias("source_area"),
        _area_name(ref_area("geoUnit"), "geoUnit").alias("area_name"),
    )


def observations(records: pl.DataFrame, areas: pl.DataFrame | None = None, source_status: pl.Expr | None = None) -> pl.DataFrame:
    """Records of figures as candidates for `observations`.

    `areas` (as of `areas_by_code`) and `source_status` are for files that write areas and flags in other codes: by default
    they are what geoUnit says, and magnitude|qualifier.
    """
    flags = looked_up(records, ("magnitude", "qualifier"), _flags)
    if source_status is not None:
        flags = flags.with_columns(records.select(source_status.alias("source_status")).to_series())
    period = looked_up(records, ("year",), lambda years: years.select(pl.col("year").str.strip_chars().alias("time_period")))
    value = records.select(pl.col("value").str.strip_chars().alias("text"), number(pl.col("value")).alias("number"))
    found = pl.concat(
        [
            looked_up(records, ("indicatorId",), _indicators),
            looked_up(records, ("geoUnit",), areas_by_code) if areas is None else areas,
            flags,
            period,
            value,
            records.select("raw_row", "raw_column"),
        ],
        how="horizontal",
    )
    # UIS writes 0 where the magnitude says that there can be no figure; that is not a zero.
    stands_for_nothing = pl.col("says_none") & (pl.col("number") == 0)
    missing, plain = (pl.lit(status).cast(pl.Categorical) for status in ("O", "A"))
    without_flag = pl.when(pl.col("text") == "").then(missing).otherwise(plain)
    return found.with_columns(
        pl.when(~stands_for_nothing).then("number").alias("obs_value"),
        pl.coalesce("obs_status", without_flag),
        pl.when(stands_for_nothing).then(pl.lit("")).otherwise("text").alias("published_value"),
        pl.col("time_period").alias("published_period"),
        pl.lit(value=False).alias("undated"),
    ).drop("text", "number", "says_none")


def footnotes(records: pl.DataFrame) -> pl.DataFrame:
    """Records of footnotes as candidates for `footnotes`; beside indicatorId, geoUnit, year they have type, subtype, value."""
    return _mapped(records).select(
        "indicator",
        ref_area("geoUnit").alias("ref_area"),
        "counterpart_area",
        "sex",
        "breakdown",
        pl.col("year").alias("time_period"),
        pl.col("type").alias("footnote_type"),
        pl.col("subtype").alias("footnote_subtype"),
        pl.col("value").alias("footnote"),
        pl.col("indicatorId").alias("source_indicator"),
        pl.col("geoUnit").alias("source_area"),
        "raw_row",
    )


def labels(records: pl.DataFrame, *, code: str, label: str) -> pl.DataFrame:
    """Records that name indicators as candidates for `source_indicators`."""
    return _mapped(records, code).select(
        pl.col(code).alias("source_indicator"),
        pl.col(label).alias("label"),
        "indicator",
        "raw_row",
    )


def named_areas(records: pl.DataFrame, *, code: str, label: str, group: str | None = None) -> pl.DataFrame:
    """Records that name areas, or count them to the group in the column `group`, as candidates for `source_areas`."""
    return records.select(
        pl.col(code).str.strip_chars().alias("source_area"),
        pl.col(label).alias("label"),
        ref_area(code).alias("area"),
        (ref_area(group) if group else pl.lit(None, dtype=pl.String)).alias("parent_area"),
        "raw_row",
        "raw_column",
        _area_name(ref_area(code), code).alias("area_name"),
    )
