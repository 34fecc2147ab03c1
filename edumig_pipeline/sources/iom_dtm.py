"""IOM Displacement Tracking Matrix: replies of its API v3 (and v2), and the CSV the Humanitarian Data Exchange makes of them.

Belongs here: DTM's records of internally displaced persons, and its lists of countries and operations. Does not belong
here: IOM's other data, or JSON and CSV as such.

Sources of the rules: replies of the API kept with the OCHA-DAP scraper and the official clients, and HDX's
global-iom-dtm-from-api-admin-0-to-2.csv. A failed call is answered with HTTP status 200, isSuccess false and messages.
The same place and day are assessed in several ways (BA baseline, SA site), operations, rounds, reasons and origins, which
must not be added across assessments; all of them split the figure. Men and women are counted in part of the places only,
so that they need not add up to the persons displaced.

A record holds up to three figures, each of them one observation. HDX stacks the levels of areas in one table: what the
record says of the deepest level it names is the area.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import polars as pl

from edumig_pipeline.model.areas import UNKNOWN, iso_countries
from edumig_pipeline.sources.candidates import number
from edumig_pipeline.sources.iom_records import as_object, day
from edumig_pipeline.sources.layout import Harmonise, Layout, Part
from edumig_pipeline.sources.rawfile import RawFile
from edumig_pipeline.sources.records import Batch, RefusedError, cells, json_records
from edumig_pipeline.sources.table_layout import TableLayout

_INDICATOR = "internally_displaced_persons"
_SEX_OF = {"numPresentIdpInd": "_T", "numberMales": "M", "numberFemales": "F"}
_NOT_AVAILABLE = "Not available"

_LEVELS = (("admin0Name", "admin0Pcode"), ("admin1Name", "admin1Pcode"), ("admin2Name", "admin2Pcode"))
_COMMON = ("operation", "numPresentIdpInd", "reportingDate", "yearReportingDate", "monthReportingDate", "roundNumber")
_SINCE_V3 = ("displacementReason", "numberMales", "numberFemales", "idpOriginAdmin1Name", "idpOriginAdmin1Pcode")
_LIST_ONLY = ("id", "adminLevel", "operationStatus")
# Every column that records of displacement have in any version; those a version lacks are read as blank.
_COLUMNS = (*(name for level in _LEVELS for name in level), *_COMMON, "assessmentType", *_SINCE_V3, *_LIST_ONLY)


def _area() -> pl.Expr:
    """The area of the deepest level a record names: the country as ISO 3166, others by DTM's own code.

    A place that is named without a code, a country with a code that is none, and a place of another level than the record
    says it is of, is no known area.
    """
    country, *below = (pl.col(code).str.strip_chars() for _, code in _LEVELS)
    is_country = country.is_in(sorted(iso_countries()))
    found = pl.when(is_country).then(country).otherwise(pl.concat_str(pl.lit(UNKNOWN), country))
    level = pl.lit("0")
    for depth, ((name, _), code) in enumerate(zip(_LEVELS[1:], below, strict=True), start=1):
        is_named = (pl.col(name).str.strip_chars() != "") | (code != "")
        has_code = (code != "") & (code != _NOT_AVAILABLE)
        own = pl.when(has_code).then(pl.concat_str(pl.lit("iom:"), code)).otherwise(pl.concat_str(pl.lit(UNKNOWN), name))
        found = pl.when(is_named).then(own).otherwise(found)
        level = pl.when(is_named).then(pl.lit(str(depth))).otherwise(level)
    said = pl.col("adminLevel").str.strip_chars()
    return pl.when((said == "") | (said == level)).then(found).otherwise(pl.concat_str(pl.lit(UNKNOWN), found))


def _deepest(part: int) -> pl.Expr:
    """Name (0) or code (1) of the deepest level a record names."""
    return pl.coalesce(pl.when(pl.col(level[part]).str.strip_chars() != "").then(pl.col(level[part])) for level in _LEVELS[::-1])


def _breakdown(**columns: pl.Expr) -> pl.Expr:
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
    breakdown = _breakdown(
        assessment=pl.col("assessmentType"),
        operation=pl.col("operation"),
        # Not available is a group of its own beside the origins that are known.
        origin=pl.when(is_coded).then(origin).otherwise(origin_name),
        reason=pl.col("displacementReason"),
        round=pl.col("roundNumber"),
    )
    reported = day(pl.col("reportingDate"), ("%Y-%m-%dT%H:%M:%S",), pl.col("yearReportingDate"), pl.col("monthReportingDate"))
    return [
        pl.lit(_INDICATOR).alias("indicator"),
        _area().alias("ref_area"),
        pl.lit("_T").alias("counterpart_area"),
        pl.col("heading").replace_strict(_SEX_OF, default="").alias("sex"),
        breakdown.alias("breakdown"),
        reported.alias("time_period"),
        pl.col("heading").alias("source_indicator"),
        _deepest(1).alias("source_area"),
        pl.col("raw_row"),
    ]


def _observations(records: pl.DataFrame) -> pl.DataFrame:
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


def _remarks(records: pl.DataFrame) -> pl.DataFrame:
    """What a record says beside its figures, and of no other column of the observation, as candidates for `footnotes`."""
    above = [name for level in _LEVELS[:2] for name in level]
    rest = as_object(["id", *above, "idpOriginAdmin1Name", "operationStatus"], no_value=_NOT_AVAILABLE)
    only_country = as_object(["id", "idpOriginAdmin1Name", "operationStatus"], no_value=_NOT_AVAILABLE)
    is_country = _deepest(1) == pl.col("admin0Pcode")
    return records.select(
        *_key(),
        pl.lit("Record").alias("footnote_type"),
        pl.lit(None, dtype=pl.String).alias("footnote_subtype"),
        pl.when(is_country).then(only_country).otherwise(rest).alias("footnote"),
    )


def _spread(records: Callable[[], Iterator[Batch]]) -> Iterator[Batch]:
    """One record per figure, every column of DTM's there."""
    for batch in records():
        figures = [name for name in _SEX_OF if name in batch.records.columns]
        absent = [pl.lit("").alias(name) for name in _COLUMNS if name not in batch.records.columns and name not in _SEX_OF]
        yield cells(Batch(batch.records.with_columns(absent), batch.malformed), figures)


def _country(column: str) -> pl.Expr:
    code = pl.col(column).str.strip_chars()
    return pl.when(code.is_in(sorted(iso_countries()))).then(code).otherwise(pl.concat_str(pl.lit(UNKNOWN), code))


def _countries(records: pl.DataFrame) -> pl.DataFrame:
    """Records of the country list as candidates for `source_areas`."""
    return records.select(
        pl.col("admin0Pcode").alias("source_area"),
        pl.col("admin0Name").alias("label"),
        _country("admin0Pcode").alias("area"),
        pl.lit(None, dtype=pl.String).alias("parent_area"),
        "raw_row",
        "raw_column",
    )


def _operations(records: pl.DataFrame) -> pl.DataFrame:
    """Records of the operation list as candidates for `footnotes`: whether the operation in a country is still active."""
    return records.select(
        pl.lit(_INDICATOR).alias("indicator"),
        _country("admin0Pcode").alias("ref_area"),
        pl.lit("_T").alias("counterpart_area"),
        pl.lit("_T").alias("sex"),
        _breakdown(operation=pl.col("operation")).alias("breakdown"),
        pl.lit(None, dtype=pl.String).alias("time_period"),
        pl.lit("Operation status").alias("footnote_type"),
        pl.lit(None, dtype=pl.String).alias("footnote_subtype"),
        pl.col("operationStatus").alias("footnote"),
        pl.lit("operationStatus").alias("source_indicator"),
        pl.col("admin0Pcode").alias("source_area"),
        "raw_row",
    )


@dataclass(frozen=True)
class _Reply:
    """What one call of the API answers with: fields of a record, `optional` ones some or none, and where it lands."""

    what: str
    fields: tuple[str, ...]
    lands: Mapping[str, Harmonise]
    optional: tuple[str, ...] = ()

    def differences(self, found: Sequence[str]) -> list[str]:
        """How the fields found are not these; empty when they are."""
        missing = [name for name in self.fields if name not in found]
        unexpected = [name for name in found if name not in (*self.fields, *self.optional)]
        said = (("lacks", missing), ("has unexpected", unexpected))
        return [f"{verb} {', '.join(names)}" for verb, names in said if names]


def _displacement_replies() -> Iterator[_Reply]:
    for version, added in (("v3", _SINCE_V3), ("v2", ())):
        for level in range(len(_LEVELS)):
            areas = [name for pair in _LEVELS[: level + 1] for name in pair]
            fields = (*areas, *_COMMON, "assessmentType", *added)
            yield _Reply(f"displacement/admin{level} of {version}", fields, {"observations": _observations}, ("id",))


_COUNTRY = ("admin0Name", "admin0Pcode")
_REPLIES = (
    *_displacement_replies(),
    _Reply("country-list", _COUNTRY, {"source_areas": _countries}),
    _Reply("operation-list", ("operation", "operationStatus", *_COUNTRY), {"footnotes": _operations}),
)

_ENVELOPE = {"result", "statusCode", "isSuccess", "errorMessages", "totalRecordsCount"}
_MARKS = {"result", "isSuccess", "errorMessages"}


@dataclass(frozen=True)
class DtmReply:
    """A reply of the API, as it came: an envelope around the records."""

    name: str = "iom_dtm_api"
    header: tuple[str, ...] = ()

    @property
    def expects(self) -> str:
        """The envelope, for the message that refuses a file."""
        return (
            f"JSON {{{', '.join(sorted(_ENVELOPE))}}} with the records of displacement, country-list or operation-list as result"
        )

    def parts(self, file: RawFile) -> list[Part] | None:
        """The reply, or None when the file is no JSON in DTM's envelope.

        Raises RefusedError for a reply that says the call failed, one that is not whole, and records with other fields.
        """
        reply = file.json
        if not isinstance(reply, dict) or not set(reply) <= _ENVELOPE or not set(reply) & _MARKS:
            return None
        records = _records_of(reply)
        if not records:
            return [Part("", "dtm", {"observations": _observations}, partial(iter, ()))]
        kind = _kind_of(records)
        read = partial(_read, records, (*kind.fields, *kind.optional))
        if "observations" not in kind.lands:
            return [Part("", "dtm", kind.lands, read)]
        return [Part("", "dtm", kind.lands, partial(_spread, read), (_remarks,))]


def _records_of(reply: Mapping[str, object]) -> list[dict[str, object]]:
    """The records of a reply that says that all went well and all is there."""
    messages, status, count = reply.get("errorMessages") or [], reply.get("statusCode", "200"), reply.get("totalRecordsCount")
    if reply.get("isSuccess", True) is not True or messages or status not in ("200", None):
        said = "; ".join(map(str, messages)) if isinstance(messages, list) else str(messages)
        raise RefusedError("reply_succeeded", f"DTM answered that the call failed: {said or 'it gives no message'}")
    records = reply.get("result")
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise RefusedError("known_layout", f"result is no list of records; it is {str(records)[:100]}")
    if count not in (None, str(len(records))):
        raise RefusedError("whole_reply", f"the reply says that it has {count} records, and has {len(records)}")
    return records


def _kind_of(records: Sequence[Mapping[str, object]]) -> _Reply:
    """The call that answers with such records; raises RefusedError when there is none, or they differ in their fields."""
    fields = list(records[0])
    if other := next((n for n, record in enumerate(records, start=1) if record.keys() != records[0].keys()), None):
        odd = sorted(records[other - 1].keys() ^ records[0].keys())
        raise RefusedError("known_layout", f"record {other} differs from the first in having, or not, {', '.join(odd)}")
    closest = min(_REPLIES, key=lambda kind: len(set(kind.fields) ^ (set(fields) - set(kind.optional))))
    if differences := closest.differences(fields):
        raise RefusedError(
            "known_layout",
            f"records have the fields {', '.join(fields)}. Compared with {closest.what} that {' and '.join(differences)}; "
            f"expected {', '.join(closest.fields)}",
        )
    return closest


def _read(records: Sequence[Mapping[str, object]], fields: Sequence[str]) -> Iterator[Batch]:
    yield Batch(json_records(records, fields))


@dataclass(frozen=True)
class DtmTable(TableLayout):
    """A table of DTM's records, levels of areas stacked, whose figures are spread over columns."""

    def parts(self, file: RawFile) -> list[Part] | None:
        """The table with one record per figure, or None when the file has other columns."""
        found = super().parts(file)
        return found and [replace(part, records=partial(_spread, part.records)) for part in found]


def _dtm(_file: RawFile) -> str:
    return "dtm"


_HDX_2025_01 = (*(n for n in _COLUMNS if n not in (*_SINCE_V3, "adminLevel")),)
_HDX_HEADERS = {
    "15": _HDX_2025_01,
    "16": (*_HDX_2025_01, "adminLevel"),
    "21": _COLUMNS,
}

LAYOUTS: tuple[Layout, ...] = (
    DtmReply(),
    *(
        DtmTable(
            name=f"iom_dtm_hdx_{width}",
            header=header,
            lands={"observations": _observations},
            dataset=_dtm,
            remarks=(_remarks,),
        )
        for width, header in _HDX_HEADERS.items()
    ),
)
