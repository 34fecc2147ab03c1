"""SDMX-CSV 1.0 and 2.0, with and without labels: one reader for every publisher that offers it.

Belongs here: the format itself: its header, labels, structures and actions, and telling whose file it is. Does not
belong here: what components and codes mean (`sdmx_terms`), or any publisher.

Source of the rules: the field guide of SDMX-CSV. Version 1.0 begins with DATAFLOW, version 2.0 with STRUCTURE and
STRUCTURE_ID; dimensions stand before the value and attributes behind it; labels stand in a column of their own behind
each code's (then there is STRUCTURE_NAME, too), or behind the code in the same cell (`A: Annual`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from edumig_pipeline.sources.layout import Part
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import Batch, RefusedError, unique_names
from edumig_pipeline.sources.sdmx_terms import TIME, VALUE, Columns, Dataflow, Writer, code

_RULE = "sdmx_csv"
_STRUCTURE, _STRUCTURE_ID, _NAME, _ACTION = "STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION"
_DATAFLOW = "DATAFLOW"
_LEADING = (_DATAFLOW, "LAST UPDATE", _STRUCTURE, _STRUCTURE_ID, _NAME, _ACTION, "SERIES_KEY", "OBS_KEY")
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_ARTEFACT = re.compile(r"(?P<agency>[A-Za-z][A-Za-z0-9_.-]*):(?P<flow>[^\s:()]+)(\([^()]*\))?(: .*)?", re.DOTALL)
_FREQUENCY = re.compile(r"[A-Z][0-9]*")
# Data can also be reported for a data structure or a provision agreement; publishers disseminate dataflows.
_KINDS = ("dataflow",)
# Information, append, merge, replace; a file without the column informs.
_DELETE = "d"
_ACTIONS = ("", "i", "a", "m", "r", _DELETE)
# Each attribute becomes a remark, which is validated by itself; dataflows have up to some thirty components.
_MOST_COLUMNS = 300
_FIRST_LOOK = 50  # records; the first of them that is whole says whose file it is


@dataclass(frozen=True)
class Header:
    """The columns of an SDMX-CSV file: those every file begins with, by heading, and those of its components."""

    leading: dict[str, str]
    columns: Columns

    @property
    def artefact(self) -> str:
        """The column that says which dataflow a record is of."""
        return self.leading.get(_STRUCTURE_ID) or self.leading[_DATAFLOW]


@dataclass(frozen=True)
class SdmxCsv:
    """SDMX-CSV of one publisher, told by the agency that maintains the dataflow."""

    name: str
    writer: Writer
    header: tuple[str, ...] = ()

    @property
    def expects(self) -> str:
        """The columns that no file lacks, for the message that refuses one."""
        return (
            f"SDMX-CSV of a dataflow of {self.writer.agency}: columns DATAFLOW, or STRUCTURE and STRUCTURE_ID, then "
            f"the dimensions, among them {self.writer.ref_area}, then TIME_PERIOD, OBS_VALUE and attributes"
        )

    def parts(self, file: RawFile) -> list[Part] | None:
        """The table, or None when it is no SDMX-CSV or another agency's.

        Raises RefusedError when it is, but its header or its first record does not go by the format.
        """
        if file.sheet is not None or (position := _artefact_position(file.header)) is None:
            return None
        records = file.first_records(_FIRST_LOOK, file.delimiter)[1:]
        first = next(
            (one for one in records if len(one) == len(file.header) and _ARTEFACT.fullmatch(one[position].strip())), None
        )
        if first is None and any(records):
            return None
        # A file of nothing but a header is anybody's, and holds nothing.
        artefact = _artefact(first[position]) if first else ("", "")
        if first and not self.writer.maintains(artefact[0]):
            return None
        header = read_header(file.header)
        self._require(header, file.header, first)
        flow = Dataflow(self.writer, header.columns, self.writer.spelling(artefact[1]))
        return [
            Part(
                "",
                artefact[1].lower() or "none",
                {"observations": flow.observations},
                partial(_records, file, header, artefact),
                tuple(partial(flow.remarks, attribute=name) for name in flow.remarked),
            )
        ]

    def _require(self, header: Header, headings: Sequence[str], first: Sequence[str] | None) -> None:
        """Refuse a file without the area its figures are about, and one that says labels where codes belong."""
        columns = header.columns
        if self.writer.ref_area not in columns.dimensions:
            found = ", ".join(columns.dimensions)
            raise RefusedError(_RULE, f"no dimension is called {self.writer.ref_area}; those before OBS_VALUE are {found}")
        if first and (column := columns.dimensions.get("freq")):
            said = first[unique_names(headings).index(column)].partition(": ")[0].strip()
            if not _FREQUENCY.fullmatch(said):
                reason = f"column {column} says '{said}', which is no code of CL_FREQ (A is annual): download the file with codes"
                raise RefusedError(_RULE, reason)


def read_header(headings: Sequence[str]) -> Header:
    """What the columns of an SDMX-CSV file are. Raises RefusedError when they do not go by the format."""
    if len(headings) > _MOST_COLUMNS:
        raise RefusedError(_RULE, f"the header has {len(headings):,} columns; no dataflow has so many components")
    names = unique_names(headings)
    ids = [_id(heading) for heading in headings]
    count = next((i for i, one in enumerate(ids) if one.upper() not in _LEADING), len(ids))
    leading = {one.upper(): name for one, name in zip(ids[:count], names[:count], strict=True)}
    if _STRUCTURE_ID not in leading and _DATAFLOW not in leading:
        raise RefusedError(_RULE, "DATAFLOW, or STRUCTURE and STRUCTURE_ID, are expected before the dimensions")
    # With a column for each label, codes and labels alternate.
    step = 2 if _NAME in leading else 1
    codes = range(count, len(ids), step)
    for position in range(count, len(ids)):
        if position not in codes and ids[position] in (TIME.upper(), VALUE.upper()):
            reason = f"with STRUCTURE_NAME every second column holds labels, but column {position + 1} is {ids[position]}"
            raise RefusedError(_RULE, reason)
    components = {ids[position].lower(): names[position] for position in codes}
    labels = {ids[position].lower(): names[position + 1] for position in codes if step == 2 and position + 1 < len(names)}
    if TIME not in components or VALUE not in components:
        raise RefusedError(_RULE, f"TIME_PERIOD and OBS_VALUE are expected; the columns are {', '.join(headings)}")
    if len(components) != len(codes):
        twice = sorted({ids[i] for i in codes if [ids[j].lower() for j in codes].count(ids[i].lower()) > 1})
        raise RefusedError(_RULE, f"two columns are headed {', '.join(twice) or 'by nothing'}")
    ordered = list(components)
    behind = ordered.index(VALUE)
    dimensions = {name: components[name] for name in ordered[:behind] if name != TIME}
    attributes = {name: components[name] for name in ordered[behind + 1 :] if name != TIME}
    if odd := [column for name, column in dimensions.items() if not _ID.fullmatch(name)]:
        raise RefusedError(_RULE, f"column '{odd[0]}' before OBS_VALUE is headed by no SDMX id; labels need STRUCTURE_NAME")
    return Header(leading, Columns(dimensions, attributes, labels, components[TIME], components[VALUE]))


def _id(heading: str) -> str:
    """The id in a heading that says `freq`, `freq: Time frequency` or `STRUCTURE[;]`."""
    one = heading.partition(": ")[0].strip()
    return _STRUCTURE if re.fullmatch(r"STRUCTURE\[.\]", one) else one


def _artefact_position(headings: Sequence[str]) -> int | None:
    """The column that says which dataflow a record is of; None when this is no SDMX-CSV."""
    ids = [_id(heading).upper() for heading in headings]
    if _STRUCTURE in ids and _STRUCTURE_ID in ids:
        return ids.index(_STRUCTURE_ID)
    return ids.index(_DATAFLOW) if ids[:1] == [_DATAFLOW] else None


def _artefact(cell: str) -> tuple[str, str]:
    """Agency and id of `ESTAT:EDUC_UOE_MOBS02(1.0)`, maybe with a label behind it; blank where it is none."""
    match = _ARTEFACT.fullmatch(cell.strip())
    return (match["agency"], match["flow"]) if match else ("", "")


def _records(file: RawFile, header: Header, artefact: tuple[str, str]) -> Iterator[Batch]:
    """The records, those to be deleted left out; raises RefusedError for what a file of one dataflow does not hold."""
    for batch in file.records():
        kept = batch.records.filter(pl.col("exclusion").is_null())
        if column := header.leading.get(_STRUCTURE):
            _require(kept, column, "structure", _KINDS)
        for said, row in _first_of_each(kept, pl.col(header.artefact)):
            if _artefact(said) != artefact:
                reason = f"record {row} is of {said}, the first of {':'.join(artefact)}: a file holds one dataflow; split it"
                raise RefusedError(_RULE, reason)
        records = batch.records
        if column := header.leading.get(_ACTION):
            _require(kept, column, "ACTION", _ACTIONS)
            deleted = pl.col("exclusion").is_null() & (code(pl.col(column)).str.to_lowercase() == _DELETE)
            left_out = pl.lit("deleted by the publisher (ACTION D)")
            records = records.with_columns(pl.when(deleted).then(left_out).otherwise("exclusion").alias("exclusion"))
        yield Batch(records, batch.malformed)


def _require(records: pl.DataFrame, column: str, what: str, known: Sequence[str]) -> None:
    for said, row in _first_of_each(records, code(pl.col(column)).str.to_lowercase()):
        if said not in known:
            raise RefusedError(_RULE, f"record {row} is of {what} '{said}', which is none of {', '.join(filter(None, known))}")


def _first_of_each(records: pl.DataFrame, said: pl.Expr) -> Iterator[tuple[str, int]]:
    """Everything that is said, and the number of the first record that says it, in their order."""
    yield from records.group_by(said.alias("said")).agg(pl.first("raw_row")).sort("raw_row", "said").iter_rows()
