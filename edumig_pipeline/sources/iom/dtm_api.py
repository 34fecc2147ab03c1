"""IOM Displacement Tracking Matrix: replies of its API v3, and of v2.

Belongs here: the envelope of a reply, the fields of the calls, and the lists of countries and operations. Does not belong
here: what a record of displaced persons says (`dtm`), or JSON as such.

A call that failed is answered with HTTP status 200 as well: isSuccess is false, or there are messages. Such a reply, saved
like any other, must not pass for one that found nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from edumig_pipeline.sources.downloads import Cadence, Download, Key, Plan, ReplyError, Request, Web
from edumig_pipeline.sources.iom.dtm import (
    COMMON,
    DATASET,
    INDICATOR,
    LEVELS,
    SINCE_V3,
    breakdown_of,
    country,
    observations,
    remarks,
    spread,
)
from edumig_pipeline.sources.layout import Harmonise, Layout, Part
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import Batch, RefusedError, json_records


def _countries(records: pl.DataFrame) -> pl.DataFrame:
    """Records of the country list as candidates for `source_areas`."""
    return records.select(
        pl.col("admin0Pcode").alias("source_area"),
        pl.col("admin0Name").alias("label"),
        country("admin0Pcode").alias("area"),
        pl.lit(None, dtype=pl.String).alias("parent_area"),
        "raw_row",
        "raw_column",
    )


def _operations(records: pl.DataFrame) -> pl.DataFrame:
    """Records of the operation list as candidates for `footnotes`: whether the operation in a country is still active."""
    return records.select(
        pl.lit(INDICATOR).alias("indicator"),
        country("admin0Pcode").alias("ref_area"),
        pl.lit("_T").alias("counterpart_area"),
        pl.lit("_T").alias("sex"),
        breakdown_of(operation=pl.col("operation")).alias("breakdown"),
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
    for version, added in (("v3", SINCE_V3), ("v2", ())):
        for level in range(len(LEVELS)):
            areas = [name for pair in LEVELS[: level + 1] for name in pair]
            fields = (*areas, *COMMON, "assessmentType", *added)
            yield _Reply(f"displacement/admin{level} of {version}", fields, {"observations": observations}, ("id",))


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
            return [Part("", DATASET, {"observations": observations}, partial(iter, ()))]
        kind = _kind_of(records)
        read = partial(_read, records, (*kind.fields, *kind.optional))
        if "observations" not in kind.lands:
            return [Part("", DATASET, kind.lands, read)]
        return [Part("", DATASET, kind.lands, partial(spread, read), (remarks,))]


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


LAYOUTS: tuple[Layout, ...] = (DtmReply(),)

_API = "https://dtmapi.iom.int/v3/displacement"


def _plan(web: Web) -> Plan:
    """Displaced persons by country, one reply for each country that IOM lists; the interface gives no two at once."""
    match web.ask(f"{_API}/country-list"):
        case {"isSuccess": True, "result": [_, *_] as listed} if all(_is_country(one) for one in listed):
            codes = sorted({one["admin0Pcode"] for one in listed})
        case _:
            raise ReplyError(f"{_API}/country-list does not list the countries")
    requests = (
        Request(
            f"{_API}/admin0?Admin0Pcode={code}", f"displacement-admin0-{code.lower()}.json", ("application/json",), blank=True
        )
        for code in codes
    )
    return Plan(tuple(requests))


def _is_country(one: object) -> bool:
    return isinstance(one, dict) and bool(re.fullmatch(r"[A-Z]{3}", str(one.get("admin0Pcode"))))


DOWNLOAD = Download(
    id="dtm",
    title="Displacement Tracking Matrix: internally displaced persons by country",
    address=f"{_API}/admin0?Admin0Pcode={{country}}",
    licence="DTM terms and conditions: non-commercial use, no redistribution",
    citation="International Organization for Migration (IOM), Displacement Tracking Matrix (DTM), https://dtm.iom.int "
    "(accessed {retrieved})",
    cadence=Cadence.WEEK,
    layouts=tuple(layout.name for layout in LAYOUTS),
    plan=_plan,
    max_bytes=1 << 28,
    key=Key("DTM_SUBSCRIPTION_KEY", "Ocp-Apim-Subscription-Key", "https://dtm-apim-portal.iom.int/"),
    pause=1.0,
)
