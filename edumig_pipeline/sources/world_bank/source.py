"""The World Bank: EdStats and the World Development Indicators, as bulk files, indicator downloads and DataBank extracts.

Belongs here: the World Bank's series and area codes, its mark for missing figures, and which table lands where. Does not
belong here: the shapes of its tables (`tables`).

The mobility series are the UIS's own, under codes that begin with UIS; the World Bank changes neither figures nor
flags, but leaves the flags out. Codes are written with spaces around them in some companions, and in mixed case: they
are compared trimmed and in capitals. Region and income group of a country come as names without a code; they are not
read, because names are no codes.
"""

import re

import polars as pl

from edumig_pipeline.model.areas import UNKNOWN, iso_countries
from edumig_pipeline.sources.candidates import mapping, number
from edumig_pipeline.sources.downloads import ZIP, Cadence, Download, Plan, ReplyError, Request, Web
from edumig_pipeline.sources.layout import Source
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.world_bank.tables import (
    AREA,
    SERIES,
    TIME,
    CompanionTable,
    FigureTable,
    Shape,
    database_named_below,
    preamble,
)

_ID = "world_bank"
_MISSING = ".."


def _area(published: pl.Expr) -> pl.Expr:
    """World Bank code as ref_area: its own codes by the mapping, ISO codes as they are; others stay unknown."""
    own = mapping("world_bank_areas")
    own_codes = dict(own.select("source_area", "ref_area").iter_rows())
    return (
        pl.when(published.is_in(list(own_codes)))
        .then(published.replace_strict(own_codes, default=None, return_dtype=pl.String))
        .when(published.is_in(sorted(iso_countries())))
        .then(published)
        .otherwise(pl.concat_str(pl.lit(UNKNOWN), published))
    )


def _mapped(records: pl.DataFrame) -> pl.DataFrame:
    """The records with `series` trimmed and the harmonised terms of the series beside it, in the same order."""
    trimmed = records.with_columns(pl.col("series").str.strip_chars())
    capitals = trimmed.with_columns(pl.col("series").str.to_uppercase().alias("series_code"))
    terms = mapping("world_bank_indicators").rename({"source_indicator": "series_code"})
    own = pl.concat_str(pl.lit(f"{_ID}:"), "series_code")
    joined = capitals.join(terms, on="series_code", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("indicator", own).alias("indicator"), pl.col("sex").fill_null("_T"))


def _dimension(shape: Shape, dimension: str) -> pl.Expr:
    """The code of a cell's area or series, or its year."""
    if shape.spread == dimension:
        return pl.col("heading").replace_strict(dict(shape.figures), return_dtype=pl.String)
    code = pl.col(shape.columns[dimension, "code"]).str.strip_chars()
    if dimension != TIME:
        return code
    year = pl.col(shape.columns[TIME, "name"]).str.strip_chars()
    # A year and a code that differ are no period, and fail as such.
    return pl.when(pl.concat_str(pl.lit("YR"), year) == code).then(year).otherwise(pl.concat_str(year, code, separator=" "))


def _observations(records: pl.DataFrame, shape: Shape) -> pl.DataFrame:
    """Cells of a table of figures as candidates for `observations`."""
    named = shape.columns.get((AREA, "name"))
    cell = pl.col("cell").str.strip_chars()
    facts = records.select(
        _dimension(shape, AREA).alias("area"),
        _dimension(shape, SERIES).alias("series"),
        _dimension(shape, TIME).alias("period"),
        (pl.col(named) if named else pl.col("heading").str.replace(r" *\[[^\[\]]+\] *$", "")).alias("area_name"),
        cell.alias("cell"),
        (cell == _MISSING).alias("missing"),
        "raw_row",
        "raw_column",
    )
    return _mapped(facts).select(
        "indicator",
        _area(pl.col("area")).alias("ref_area"),
        pl.lit("_T").alias("counterpart_area"),
        "sex",
        pl.lit("_T").alias("breakdown"),
        pl.col("period").alias("time_period"),
        number(pl.col("cell")).alias("obs_value"),
        pl.when("missing").then(pl.lit("O")).otherwise(pl.lit("A")).alias("obs_status"),
        pl.when("missing").then(pl.lit(_MISSING)).otherwise(pl.lit("")).alias("source_status"),
        pl.col("unit_measure").fill_null("_X"),
        pl.col("series").alias("source_indicator"),
        pl.col("area").alias("source_area"),
        "raw_row",
        "raw_column",
        pl.when("missing").then(pl.lit("")).otherwise("cell").alias("published_value"),
        pl.col("period").alias("published_period"),
        pl.lit(value=False).alias("undated"),
        "area_name",
    )


def _labels(records: pl.DataFrame) -> pl.DataFrame:
    """Records of a table of series as candidates for `source_indicators`."""
    return _mapped(records).select(
        pl.col("series").alias("source_indicator"), pl.col("label").str.strip_chars(), "indicator", "raw_row"
    )


def _areas(records: pl.DataFrame) -> pl.DataFrame:
    """Records of a table of countries and groups as candidates for `source_areas`."""
    code = pl.col("area").str.strip_chars()
    return records.select(
        code.alias("source_area"),
        pl.col("label").str.strip_chars(),
        _area(code).alias("area"),
        pl.lit(None, dtype=pl.String).alias("parent_area"),
        "raw_row",
        "raw_column",
    )


def _notes(records: pl.DataFrame, *, kind: str) -> pl.DataFrame:
    """Records of notes on figures, on an area's series or on a series' year, as candidates for `footnotes`."""
    said = _mapped(records)
    code = pl.col("area").str.strip_chars() if "area" in said.columns else pl.lit(None, dtype=pl.String)
    year = pl.col("year").str.strip_chars().str.replace(r"^(?i)YR", "") if "year" in said.columns else pl.lit(None, pl.String)
    return said.select(
        "indicator",
        (_area(code) if "area" in said.columns else pl.lit("_T")).alias("ref_area"),
        pl.lit("_T").alias("counterpart_area"),
        "sex",
        pl.lit("_T").alias("breakdown"),
        year.alias("time_period"),
        pl.lit(kind).alias("footnote_type"),
        pl.lit(None, dtype=pl.String).alias("footnote_subtype"),
        pl.col("footnote").str.strip_chars(),
        pl.col("series").alias("source_indicator"),
        code.alias("source_area"),
        "raw_row",
    )


def _footnotes(records: pl.DataFrame) -> pl.DataFrame:
    return _notes(records, kind="FootNote")


def _country_series(records: pl.DataFrame) -> pl.DataFrame:
    return _notes(records, kind="Country-Series")


def _series_time(records: pl.DataFrame) -> pl.DataFrame:
    return _notes(records, kind="Series-Time")


# How the databases are called in preambles and footers, and in names of files. DS2 and DS12 are their numbers.
_DATABASES = {
    "edstats": re.compile(r"education statistics|edstats|\bds12\b"),
    "wdi": re.compile(r"world development indicators|\bwdi|\bds2\b"),
}


def _database(text: str) -> str | None:
    """The dataset, edstats or wdi, where the text names its database."""
    words = re.sub(r"[^a-z0-9]+", " ", text.lower())
    return next((dataset for dataset, said in _DATABASES.items() if said.search(words)), None)


def _named_dataset(file: RawFile) -> str:
    """The dataset a table belongs to by the name of its file, archive or release folder: the table itself does not say."""
    steps = reversed(re.split(r"[/#]", file.raw_file)[1:])
    return next((found for found in map(_database, steps) if found), "bulk")


def _stated_dataset(title: str | None, file: RawFile) -> str:
    """The dataset that the file itself states; of other databases of the World Bank the title in small letters."""
    if not title:
        return _named_dataset(file)
    return _database(title) or re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")


def _download_dataset(file: RawFile) -> str:
    return _stated_dataset(preamble(file).get("Data Source"), file)


def _databank_dataset(file: RawFile) -> str:
    return _stated_dataset(database_named_below(file), file)


_API = "https://api.worldbank.org/v2"
_SERIES = ("SM.POP.NETM", "SM.POP.TOTL", "SM.POP.TOTL.ZS", "SP.POP.TOTL", "SE.TER.ENRL", "SE.TER.ENRL.FE")


def _plan(web: Web) -> Plan:
    """The series of the World Development Indicators that concern migration and higher education, as they are now."""
    probe = f"{_API}/country/all/indicator/{_SERIES[0]}?format=json&per_page=1"
    match web.ask(probe):
        case [{"lastupdated": str(updated)}, *_]:
            requests = (Request(_series(code), f"API_{code}_DS2_en_csv_v2.zip", ZIP) for code in _SERIES)
            return Plan(tuple(requests), release=f"wdi-{updated}", published=updated)
        # An error is answered with HTTP status 200.
        case [{"message": [{"value": str(said)}, *_]}, *_]:
            raise ReplyError(f"{probe} answers: {said}")
        case _:
            raise ReplyError(f"{probe} does not say when the data were updated")


def _series(code: str) -> str:
    return f"{_API}/country/all/indicator/{code}?downloadformat=csv"


_WDI = Download(
    id="wdi",
    title="World Development Indicators: net migration, migrant stock, population, tertiary enrolment",
    address=_series("{series}"),
    licence="CC BY 4.0",
    citation="World Bank, World Development Indicators, https://databank.worldbank.org/ (accessed {retrieved})",
    cadence=Cadence.QUARTER,
    layouts=("world_bank_indicator_download",),
    plan=_plan,
    max_bytes=1 << 26,
    pause=0.3,
)

SOURCE = Source(
    id=_ID,
    publisher="World Bank",
    url="https://databank.worldbank.org/",
    description="Education Statistics (EdStats) and World Development Indicators: student mobility as the UIS publishes it, "
    "migrant stock and net migration as the United Nations estimate them, for countries and the World Bank's own groups.",
    area_prefix="wb",
    layouts=(
        FigureTable("world_bank_bulk", preamble=False, databank=False, observations=_observations, dataset=_named_dataset),
        FigureTable(
            "world_bank_indicator_download",
            preamble=True,
            databank=False,
            observations=_observations,
            dataset=_download_dataset,
        ),
        FigureTable("world_bank_databank", preamble=False, databank=True, observations=_observations, dataset=_databank_dataset),
        CompanionTable(
            name="world_bank_footnotes",
            columns={"area": ("CountryCode",), "series": ("SeriesCode",), "year": ("Year",), "footnote": ("DESCRIPTION",)},
            lands={"footnotes": _footnotes},
            dataset=_named_dataset,
        ),
        CompanionTable(
            name="world_bank_country_series",
            columns={"area": ("CountryCode",), "series": ("SeriesCode",), "footnote": ("DESCRIPTION",)},
            lands={"footnotes": _country_series},
            dataset=_named_dataset,
        ),
        CompanionTable(
            name="world_bank_series_time",
            columns={"series": ("SeriesCode",), "year": ("Year",), "footnote": ("DESCRIPTION",)},
            lands={"footnotes": _series_time},
            dataset=_named_dataset,
        ),
        CompanionTable(
            name="world_bank_series",
            columns={
                "series": ("Series Code", "INDICATOR_CODE", "Code"),
                "label": ("Indicator Name", "INDICATOR_NAME"),
            },
            lands={"source_indicators": _labels},
            dataset=_named_dataset,
            open_ended=True,
        ),
        CompanionTable(
            name="world_bank_countries",
            columns={"area": ("Country Code", "Code"), "label": ("Table Name", "TableName")},
            lands={"source_areas": _areas},
            dataset=_named_dataset,
            open_ended=True,
        ),
    ),
    downloads=(_WDI,),
)
