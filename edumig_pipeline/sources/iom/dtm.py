"""IOM Displacement Tracking Matrix: its records of internally displaced persons, and the CSV that holds all of them.

Belongs here: what a record says, in a reply of the API and in the CSV the Humanitarian Data Exchange makes of the replies.
Does not belong here: the replies themselves (`dtm_api`), or IOM's other data.

Sources of the rules: replies of the API kept with the OCHA-DAP scraper and the official clients, and HDX's
global-iom-dtm-from-api-admin-0-to-2.csv, which had 15 columns in early 2025, then 16, then 21, with a row of tags below the
header or without. A place is assessed on one day in several ways (BA baseline, SA site) and operations, by round, reason
and origin: all of them split the figure, and assessments must not be added up. Men and women are counted in part of the
places only, and need not add up to the persons displaced.

A record holds up to three figures, each of them one observation. HDX stacks the levels of areas in one table: what the
record says of the deepest level it names is the area.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import polars as pl

from edumig_pipeline.model.areas import UNKNOWN, iso_countries
from edumig_pipeline.sources.candidates import number
from edumig_pipeline.sources.iom.records import as_object, day
from edumig_pipeline.sources.layout import Layout, Part
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import Batch, cells
from edumig_pipeline.sources.table_layout import TableLayout

DATASET = "dtm"
INDICATOR = "internally_displaced_persons"
_SEX_OF = {"numPresentIdpInd": "_T", "numberMales": "M", "numberFemales": "F"}
_NOT_AVAILABLE = "Not available"

LEVELS = (("admin0Name", "admin0Pcode"), ("admin1Name", "admin1Pcode"), ("admin2Name", "admin2Pcode"))
COMMON = ("operation", "numPresentIdpInd", "reportingDate", "yearReportingDate", "monthReportingDate", "roundNumber")
SINCE_V3 = ("displacementReason", "numberMales", "numberFemales", "idpOriginAdmin1Name", "idpOriginAdmin1Pcode")
_LIST_ONLY = ("id", "adminLevel", "operationStatus")
# Every column that records of displacement have in any version; those a version lacks are read as blank.
_COLUMNS = (*(name for level in LEVELS for name in level), *COMMON, "assessmentType", *SINCE_V3, *_LIST_ONLY)


def country(column: str) -> pl.Expr:
    """A country's code as ref_area; one that ISO 3166 does not have stays unknown."""
    code = pl.col(column).str.strip_chars()
    return pl.when(code.is_in(sorted(iso_countries()))).then(code).otherwise(pl.concat_str(pl.lit(UNKNOWN), code))


def _area() -> pl.Expr:
    """The area of the deepest level a record names: the country as ISO 3166, others by DTM's own code.

    A place that is named without a code, a country with a code that is none, and a place of another level than the record
    says it is of, is no known area.
    """
    found = country("admin0Pcode")
    level = pl.lit("0")
    for depth, (name, column) in enumerate(LEVELS[1:], start=1):
        code = pl.col(column).str.strip_chars()
        is_named = (pl.col(name).str.strip_chars() != "") | (code != "")
        has_code = (code != "") & (code != _NOT_AVAILABLE)
        own = pl.when(has_code).then(pl.concat_str(pl.lit("iom:"), code)).otherwise(pl.concat_str(pl.lit(UNKNOWN), name))
        found = pl.when(is_named).then(own).otherwise(found)
        level = pl.when(is_named).then(pl.lit(str(depth))).otherwise(level)
    said = pl.col("adminLevel").str.strip_chars()
    return pl.when((said == "") | (said == level)).then(found).otherwise(pl.concat_str(pl.lit(UNKNOWN), found))


def _deepest(part: int) -> pl.Expr:
    """Name (0) or code (1) of the deepest level a record names."""
    return pl.coalesce(pl.when(pl.col(level[part]).str.strip_chars() != "").then(pl.col(level[part])) for level in LEVELS[::-1])


def breakdown_of(**columns: pl.Expr) -> pl.Expr:
    """key=value pairs of what is not blank, keys in order; %, ; and = in values are written as in a URL."""
    pairs = []
    for key, text in sorted(columns.items()):
        value = text.str.strip_chars().str.replace_all("%", "%25").str.replace_all(";", "%3B").str.replace_all("=", "%3D")
        pairs.append(pl.when(value != "").then(pl.concat_str(pl.lit(f"{key}="), value)))
    joined = pl.concat_str(pairs, separator=";", ignore_nulls=True)
    return pl.when(joined == "").then(pl.lit("_T")).otherwise(joined)


def _key() -> list[pl.Expr]:
    """What observation and footnote share."""
    origin, origin_name = pl.col("idpOriginAdmin1Pcode").str.strip_chars(), pl.col("idpOriginAdmin1Name")
    is_coded = (origin != "") & (origin != _NOT_AVAILABLE)
    breakdown = breakdown_of(
        assessment=pl.col("assessmentType"),
        operation=pl.col("operation"),
        # Not available is a group of its own beside the origins that are known.
        origin=pl.when(is_coded).then(origin).otherwise(origin_name),
        reason=pl.col("displacementReason"),
        round=pl.col("roundNumber"),
    )
    reported = day(pl.col("reportingDate"), ("%Y-%m-%dT%H:%M:%S",), pl.col("yearReportingDate"), pl.col("monthReportingDate"))
    return [
        pl.lit(INDICATOR).alias("indicator"),
        _area().alias("ref_area"),
        pl.lit("_T").alias("counterpart_area"),
        pl.col("heading").replace_strict(_SEX_OF, default="").alias("sex"),
        breakdown.alias("breakdown"),
        reported.alias("time_period"),
        pl.col("heading").alias("source_indicator"),
        _deepest(1).alias("source_area"),
        pl.col("raw_row"),
    ]


def observations(records: pl.DataFrame) -> pl.DataFrame:
    """Figures as candidates for `observations`: persons present in the area on the day of the report."""
    said = [pl.col(name) for name in ("reportingDate", "monthReportingDate", "yearReportingDate")]
    return records.select(
        *_key(),
        number(pl.col("cell")).alias("obs_value"),
        pl.lit("A").alias("obs_status"),
        pl.lit("").alias("source_status"),
        pl.lit("PS").alias("unit_measure"),
        pl.col("raw_column"),
        pl.col("cell").str.strip_chars().alias("published_value"),
        pl.concat_str(said, separator=" | ").alias("published_period"),
        pl.lit(value=False).alias("undated"),
        _deepest(0).alias("area_name"),
    )


def remarks(records: pl.DataFrame) -> pl.DataFrame:
    """What a record says beside its figures, and of no other column of the observation, as candidates for `footnotes`."""
    above = [name for level in LEVELS[:2] for name in level]
    rest = as_object(["id", *above, "idpOriginAdmin1Name", "operationStatus"], no_value=_NOT_AVAILABLE)
    only_country = as_object(["id", "idpOriginAdmin1Name", "operationStatus"], no_value=_NOT_AVAILABLE)
    is_country = _deepest(1) == pl.col("admin0Pcode")
    return records.select(
        *_key(),
        pl.lit("Record").alias("footnote_type"),
        pl.lit(None, dtype=pl.String).alias("footnote_subtype"),
        pl.when(is_country).then(only_country).otherwise(rest).alias("footnote"),
    )


def spread(records: Callable[[], Iterator[Batch]]) -> Iterator[Batch]:
    """One record per figure, every column of DTM's there."""
    for batch in records():
        figures = [name for name in _SEX_OF if name in batch.records.columns]
        absent = [pl.lit("").alias(name) for name in _COLUMNS if name not in batch.records.columns and name not in _SEX_OF]
        yield cells(Batch(batch.records.with_columns(absent), batch.malformed), figures)


@dataclass(frozen=True)
class DtmTable(TableLayout):
    """A table of DTM's records, levels of areas stacked, whose figures are spread over columns."""

    def parts(self, file: RawFile) -> list[Part] | None:
        """The table with one record per figure, or None when the file has other columns."""
        found = super().parts(file)
        return found and [replace(part, records=partial(spread, part.records)) for part in found]


def _dataset(_file: RawFile) -> str:
    return DATASET


_FIRST_HEADER = tuple(name for name in _COLUMNS if name not in (*SINCE_V3, "adminLevel"))
_HEADERS = {15: _FIRST_HEADER, 16: (*_FIRST_HEADER, "adminLevel"), 21: _COLUMNS}

LAYOUTS: tuple[Layout, ...] = tuple(
    DtmTable(
        name=f"iom_dtm_hdx_{width}",
        header=header,
        lands={"observations": observations},
        dataset=_dataset,
        remarks=(remarks,),
    )
    for width, header in _HEADERS.items()
)
