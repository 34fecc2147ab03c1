"""IOM Missing Migrants Project: the downloads, in every generation of their columns that could be seen.

Belongs here: which column of a generation is which, and how it writes days. Does not belong here: IOM's other data.

Sources of the rules: downloads kept in public repositories. The search's download (MissingMigrants-Global-<time>) has
one row per incident, known by its Web ID until 2021 and by its Incident ID since; a Main ID there joins the parts of a
split incident. The unfiltered file (Missing_Migrants_Global_Figures_allData) has one row per Main ID, the parts merged,
so that the two are different datasets. In the downloads of January 2020 and April 2024 the total is the dead plus the
missing in every row; the download of 2026 leaves that sum to the reader, and so it is made here. Days follow the
generation: European in 2015, American since 2022, with the month's name in between.

An incident becomes one observation, the day being that of the incident (the day it was reported where no other is
given); whatever else its row says, figures and words, hangs on it as one footnote, a JSON object of the columns as
published. Regions are IOM's own and were renamed and redrawn bit by bit from 2021 on (US-Mexico Border is part of North
America since, and Southeast Asia is South-eastern Asia): each keeps the name it was published under.
"""

from dataclasses import dataclass
from functools import partial

import polars as pl

from edumig_pipeline.sources.candidates import number
from edumig_pipeline.sources.downloads import Cadence, Download, Plan, Request, Web
from edumig_pipeline.sources.iom.records import as_object, day
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.table_layout import TableLayout


@dataclass(frozen=True)
class _Generation:
    """The columns of one generation and what they are.

    `figures` are added up; where the publisher gives the total it is that one. `year` and `month` are '' where the
    generation has none.
    """

    name: str
    header: tuple[str, ...]
    incident: str
    region: str
    date: str
    formats: tuple[str, ...]
    year: str
    month: str
    figures: tuple[str, ...]
    dataset: str = "missing_migrants"

    @property
    def layout(self) -> TableLayout:
        """The layout that reads it."""
        return TableLayout(
            name=f"iom_missing_migrants_{self.name}",
            header=self.header,
            lands={"observations": partial(_observations, columns=self)},
            dataset=self._dataset,
            remarks=(partial(_remarks, columns=self),),
        )

    def _dataset(self, _file: RawFile) -> str:
        return self.dataset


def _key(columns: _Generation) -> list[pl.Expr]:
    """What observation and footnote share."""
    region = pl.col(columns.region).str.strip_chars()
    year, month = (pl.col(name) if name else None for name in (columns.year, columns.month))
    return [
        pl.lit("dead_and_missing_migrants").alias("indicator"),
        pl.concat_str(pl.lit("iom:"), region).alias("ref_area"),
        pl.lit("_T").alias("counterpart_area"),
        pl.lit("_T").alias("sex"),
        pl.concat_str(pl.lit("incident="), pl.col(columns.incident).str.strip_chars()).alias("breakdown"),
        day(pl.col(columns.date), columns.formats, year, month).alias("time_period"),
        pl.lit(" + ".join(columns.figures)).alias("source_indicator"),
        pl.col(columns.region).alias("source_area"),
        pl.col("raw_row"),
    ]


def _count(column: str) -> pl.Expr:
    """The number in a column, thousands set off by commas or not ("1,022"); NULL where there is none."""
    text = pl.col(column).str.strip_chars()
    is_grouped = text.str.contains(r"^[0-9]{1,3}(,[0-9]{3})+$")
    return number(pl.when(is_grouped).then(text.str.replace_all(",", "")).otherwise(text))


def _value(figures: tuple[str, ...]) -> pl.Expr:
    """The sum of the figures given; NULL where one is no number, and a negative one alone, so that it shows."""
    given = [pl.col(name).str.strip_chars() != "" for name in figures]
    counts = [_count(name) for name in figures]
    readable = pl.all_horizontal(~said | count.is_not_null() for said, count in zip(given, counts, strict=True))
    smallest, total = pl.min_horizontal(counts), pl.sum_horizontal(counts)
    return pl.when(readable & pl.any_horizontal(given)).then(pl.when(smallest < 0).then(smallest).otherwise(total))


def _observations(records: pl.DataFrame, *, columns: _Generation) -> pl.DataFrame:
    """Incidents as candidates for `observations`: the dead and missing of each, in persons, on its day."""
    said = [pl.col(name).str.strip_chars() for name in columns.figures]
    published = pl.concat_str([pl.when(text != "").then(text) for text in said], separator=" + ", ignore_nulls=True)
    beside = [pl.col(name) for name in (columns.month, columns.year) if name]
    return records.select(
        *_key(columns),
        _value(columns.figures).alias("obs_value"),
        pl.when(published == "").then(pl.lit("O")).otherwise(pl.lit("A")).alias("obs_status"),
        pl.lit("").alias("source_status"),
        pl.lit("PS").alias("unit_measure"),
        pl.col("raw_column"),
        published.alias("published_value"),
        pl.concat_str([pl.col(columns.date), *beside], separator=" | ").alias("published_period"),
        pl.lit(value=False).alias("undated"),
        pl.col(columns.region).str.strip_chars().alias("area_name"),
    )


def _remarks(records: pl.DataFrame, *, columns: _Generation) -> pl.DataFrame:
    """Everything a record says beside the observation, as one candidate for `footnotes`."""
    total = columns.figures if len(columns.figures) == 1 else ()
    landed = {columns.incident, columns.region, columns.date, *total}
    return records.select(
        *_key(columns),
        pl.lit("Incident").alias("footnote_type"),
        pl.lit(None, dtype=pl.String).alias("footnote_subtype"),
        as_object([name for name in columns.header if name not in landed]).alias("footnote"),
    )


_DEAD_AND_MISSING = ("Number Dead", "Minimum Estimated Number of Missing")
_AMERICAN = "%a, %m/%d/%Y - %H:%M"

_HEADER_2015 = (
    *("#event+id", "#cause+type", "#region+origin", "#affected+nationality", "#affected+missing", "#affected+dead"),
    *("#region+incident", "#date+reported", "#meta+source+name", "#meta+source+reliability", "#geo+lat", "#geo+lon"),
)
_PEOPLE = ("Number of Survivors", "Number of Females", "Number of Males", "Number of Children")
_HEADER_2020 = (
    *("Web ID", "Region of Incident", "Reported Date", "Reported Year", "Reported Month"),
    *(*_DEAD_AND_MISSING, "Total Dead and Missing", *_PEOPLE),
    *("Cause of Death", "Location Description", "Information Source", "Location Coordinates", "Migration Route"),
    *("URL", "UNSD Geographical Grouping", "Source Quality"),
)
_HEADER_2021 = tuple("Region" if name == "Region of Incident" else name for name in _HEADER_2020)
_HEADER_2026 = (
    *("Main ID", "Incident ID", "Region", "Incident Date", "Year", "Reported Month", *_DEAD_AND_MISSING, *_PEOPLE),
    *("Region of Origin", "Cause of Death", "Country of Origin", "Location of death", "Information Source"),
    *("Coordinates", "Migration route", "URL", "UNSD Geographical Grouping", "Source Quality"),
)
_TOTAL = "Total Number of Dead and Missing"
_HEADER_2024 = (*_HEADER_2026[:8], _TOTAL, *_HEADER_2026[8:])
_ORIGIN = ("Region of Origin", "Country of Origin")
# "Migrantion" is IOM's spelling.
_HEADER_2022 = tuple("Migrantion route" if name == "Migration route" else name for name in _HEADER_2024 if name not in _ORIGIN)
_HEADER_ALL_DATA = (
    *("Main ID", "Incident ID", "Incident Type", "Region of Incident", "Incident Date", "Incident Year", "Month"),
    *("Number of Dead", "Minimum Estimated Number of Missing", _TOTAL, *_PEOPLE),
    *("Country of Origin", "Region of Origin", "Cause of Death", "Country of Incident", "Migration Route"),
    *("Location of Incident", "Coordinates", "UNSD Geographical Grouping", "Information Source", "URL", "Source Quality"),
)

_WEB_ID = {"incident": "Web ID", "date": "Reported Date", "year": "Reported Year", "month": "Reported Month"}
_INCIDENT_ID = {
    "incident": "Incident ID",
    "region": "Region",
    "date": "Incident Date",
    "year": "Year",
    "month": "Reported Month",
}

_GENERATIONS = (
    _Generation(
        name="2015",
        header=_HEADER_2015,
        incident="#event+id",
        region="#region+incident",
        date="#date+reported",
        formats=("%d/%m/%Y",),
        year="",
        month="",
        figures=("#affected+dead", "#affected+missing"),
    ),
    # Copies of 2019 write days as 9-Jul-19.
    _Generation(
        name="2020",
        header=_HEADER_2020,
        region="Region of Incident",
        formats=("%B %d, %Y", "%d-%b-%y"),
        figures=("Total Dead and Missing",),
        **_WEB_ID,
    ),
    _Generation(
        name="2021",
        header=_HEADER_2021,
        region="Region",
        formats=("%B %d, %Y",),
        figures=("Total Dead and Missing",),
        **_WEB_ID,
    ),
    _Generation(name="2022", header=_HEADER_2022, formats=(_AMERICAN,), figures=(_TOTAL,), **_INCIDENT_ID),
    _Generation(name="2024", header=_HEADER_2024, formats=(_AMERICAN,), figures=(_TOTAL,), **_INCIDENT_ID),
    _Generation(name="2026", header=_HEADER_2026, formats=(_AMERICAN,), figures=_DEAD_AND_MISSING, **_INCIDENT_ID),
    _Generation(
        name="all_data",
        header=_HEADER_ALL_DATA,
        incident="Main ID",
        region="Region of Incident",
        date="Incident Date",
        formats=(_AMERICAN,),
        year="Incident Year",
        month="Month",
        figures=(_TOTAL,),
        dataset="missing_migrants_all_data",
    ),
)

LAYOUTS = tuple(generation.layout for generation in _GENERATIONS)

_INCIDENTS = (
    "https://missingmigrants.iom.int/sites/g/files/tmzbdl601/files/report-migrant-incident/"
    "Missing_Migrants_Global_Figures_allData.csv"
)


def _plan(_web: Web) -> Plan:
    """The one file, which IOM replaces in place and does not name a release of."""
    kinds = ("text/csv", "application/csv", "application/vnd.ms-excel", "application/octet-stream", "text/plain")
    return Plan((Request(_INCIDENTS, "Missing_Migrants_Global_Figures_allData.csv", kinds),))


DOWNLOAD = Download(
    id="missing_migrants",
    title="Missing Migrants Project: all recorded incidents",
    address=_INCIDENTS,
    licence="CC BY 4.0",
    citation="IOM's Missing Migrants Project, https://missingmigrants.iom.int (accessed {retrieved})",
    cadence=Cadence.WEEK,
    layouts=tuple(layout.name for layout in LAYOUTS),
    plan=_plan,
    max_bytes=1 << 28,
)
