"""UIS's public interface (api.uis.unesco.org): its replies, saved as JSON.

Belongs here: the shape of the replies with figures and of the lists of indicators and areas. Does not belong here: what
the records mean (`terms`).
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NoReturn

import polars as pl

from edumig_pipeline.sources.layout import Harmonise, Layout, Part
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import Batch, Malformed, RefusedError, json_records
from edumig_pipeline.sources.unesco_uis.terms import footnotes, labels, named_areas, observations

# The interface and the Data Browser's export give the same data.
DATASET = "data_browser"


@dataclass(frozen=True)
class _Objects:
    """The keys that objects of one of UIS's lists have: all of `required`, of `optional` any, none but these."""

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    def fault(self, one: object) -> str | None:
        """How an object differs from the others of its kind, or None."""
        if not isinstance(one, dict):
            return f"a {type(one).__name__} where an object with {', '.join(self.required)} belongs"
        missing = [name for name in self.required if name not in one]
        unexpected = [name for name in one if name not in (*self.required, *self.optional)]
        said = [f"{what} {', '.join(names)}" for what, names in (("lacks", missing), ("has unexpected", unexpected)) if names]
        return f"compared with {', '.join(self.required)} it {' and '.join(said)}" if said else None

    def read(self, objects: Sequence[object]) -> Iterator[Batch]:
        """The objects as records; those of another shape as malformed.

        Raises RefusedError when none has the right shape: then the list has another layout.
        """
        faults = {place: fault for place, one in enumerate(objects, start=1) if (fault := self.fault(one))}
        if objects and len(faults) == len(objects):
            raise RefusedError("known_layout", f"none of the {len(objects)} records can be read: {faults[1]}")
        right: list[Mapping[str, object]] = [one if isinstance(one, dict) else {} for one in objects]
        records = json_records(right, (*self.required, *self.optional)).filter(~pl.col("raw_row").is_in(list(faults)))
        bad = (
            Malformed(place, "record_shape", fault, json.dumps(objects[place - 1], ensure_ascii=False))
            for place, fault in faults.items()
        )
        yield Batch(records, tuple(bad))


_RECORD = _Objects(("indicatorId", "geoUnit", "year", "value", "magnitude", "qualifier"), ("footnotes",))
_FOOTNOTE = _Objects(("indicatorId", "geoUnit", "year", "type", "subtype", "value"))
_INDICATOR = _Objects(
    ("indicatorCode", "name"),
    ("theme", "lastDataUpdate", "lastDataUpdateDescription", "glossaryTerms", "disaggregations", "dataAvailability"),
)
_GEO_UNIT = _Objects(("id", "name", "type"), ("regionGroup",))

_label = partial(labels, code="indicatorCode", label="name")


@dataclass(frozen=True)
class _List:
    """A reply that is one list of objects: the interface's definitions."""

    name: str
    objects: _Objects
    lands: Mapping[str, Harmonise]
    header: tuple[str, ...] = ()

    @property
    def expects(self) -> str:
        """The objects' keys, for the message that refuses a file."""
        return f"a JSON list of objects with {', '.join(self.objects.required)}"

    def parts(self, file: RawFile) -> list[Part] | None:
        """The list, or None when none of its objects has the right shape."""
        objects = file.json
        if not isinstance(objects, list) or not any(self.objects.fault(one) is None for one in objects):
            return None
        return [Part("", DATASET, self.lands, partial(self.objects.read, objects))]


@dataclass(frozen=True)
class _Reply:
    """A reply with figures: hints, records with their footnotes, and what the indicators are called."""

    name: str = "uis_api_reply"
    header: tuple[str, ...] = ()
    expects: str = "a JSON object with hints, records, indicatorMetadata"

    def parts(self, file: RawFile) -> list[Part] | None:
        """The lists that have entries, records in any case; None when the file is another JSON or none.

        Hints are what UIS says about a question it could not answer in whole; they are refused, so that nobody takes the
        answer for a whole one.
        """
        reply = file.json
        known = ("hints", "records", "indicatorMetadata")
        if not isinstance(reply, dict) or sum(name in reply for name in known) < 2:
            return None
        if "records" not in reply or set(reply) - set(known):
            found = ", ".join(reply)
            raise RefusedError("known_layout", f"a reply of UIS has hints, records and indicatorMetadata; this has {found}")
        if no_list := next((name for name in reply if not isinstance(reply[name], list)), None):
            raise RefusedError("known_layout", f"{no_list} is no list in this reply, but {type(reply[no_list]).__name__}")
        records, notes = reply["records"], _flattened(reply["records"])
        parts = [_part("#records", "observations", observations, partial(_RECORD.read, records))]
        if notes:
            parts.append(_part("#footnotes", "footnotes", footnotes, partial(_FOOTNOTE.read, notes)))
        if indicators := reply.get("indicatorMetadata"):
            parts.append(_part("#indicatorMetadata", "source_indicators", _label, partial(_INDICATOR.read, indicators)))
        if hints := reply.get("hints"):
            parts.append(_part("#hints", "footnotes", footnotes, partial(_refuse, hints)))
        return parts


def _part(member: str, table: str, harmonise: Harmonise, records: Callable[[], Iterator[Batch]]) -> Part:
    return Part(member, DATASET, {table: harmonise}, records)


def _flattened(records: Sequence[object]) -> list[object]:
    """The footnotes of all well-formed records in the order of the file, each with the key of its record."""
    notes: list[object] = []
    for record in records:
        if not isinstance(record, dict) or _RECORD.fault(record):
            continue  # quarantined as it stands, footnotes and all
        key = {name: record[name] for name in ("indicatorId", "geoUnit", "year")}
        found = record.get("footnotes") or []
        notes += [{**key, **note} if isinstance(note, dict) else note for note in (found if isinstance(found, list) else [found])]
    return notes


def _refuse(hints: Sequence[object]) -> NoReturn:
    said = [f"{one.get('code')}: {one.get('message')}" if isinstance(one, dict) else str(one) for one in hints]
    raise RefusedError("uis_hint", f"UIS could not answer the question in whole: {'; '.join(said)}")


LAYOUTS: tuple[Layout, ...] = (
    _Reply(),
    _List("uis_api_indicators", _INDICATOR, {"source_indicators": _label}),
    _List("uis_api_geounits", _GEO_UNIT, {"source_areas": partial(named_areas, code="id", label="name")}),
)
