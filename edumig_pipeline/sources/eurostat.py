"""Eurostat: SDMX-CSV, the bulk download's TSV, and the long tables that Eurostat's R package writes.

Belongs here: Eurostat's area codes, flags and units, and its layouts other than SDMX-CSV. Does not belong here: SDMX-CSV
itself, or what SDMX terms become.

Sources of the rules: Eurostat's page on its flags (two code lists since 27 January 2025, before which s stood for i, z
for m and c for confidential) and the titles of the datasets: educ_uoe_mobs02 counts mobile students from abroad, and
educ_uoe_mobs03 is their share of all students. In both, geo is the host and partner the country of origin.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import polars as pl

from edumig_pipeline.model.areas import UNKNOWN, WORLD, iso_by_alpha2, iso_countries
from edumig_pipeline.sources.candidates import mapping
from edumig_pipeline.sources.downloads import Cadence, Download, Plan, ReplyError, Request, Web
from edumig_pipeline.sources.layout import Part, Source
from edumig_pipeline.sources.reading.csv_records import read_csv
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import Batch, RefusedError, cells
from edumig_pipeline.sources.sdmx_csv import SdmxCsv
from edumig_pipeline.sources.sdmx_terms import Columns, Dataflow, Flags, Writer

_ID = "eurostat"
_MAPPING = "eurostat_indicators"

# Eurostat's codes of countries that have another one in ISO 3166.
_COUNTRIES = {"EL": "GRC", "UK": "GBR"}
# Kosovo; a country that is gone and that ISO's CS does not tell from another; the euro area and the EU of the day.
_OWN_CODES = ("XK", "CS", "EA", "EU")
# Aggregates: EU27_2020, EFTA, EUR_OTH, UNK, …; of those that look like an alpha-3 code only these are known.
_AGGREGATE = r"^([A-Z]{4,}|[A-Z][A-Z0-9]*([_-][A-Z0-9]+)+|[A-Z]{2}[A-Z0-9]*[0-9][A-Z0-9]*)$"
_THREE_LETTERS = ("AFR", "AME", "ASI", "CAR", "EEA", "EUR", "FOR", "NAT", "NSP", "OCE", "UNK")


def area(code: pl.Expr) -> pl.Expr:
    """Eurostat area code as ref_area: countries by ISO, the world as WLD, aggregates with the prefix; others unknown."""
    countries = iso_by_alpha2() | _COUNTRIES
    is_own = code.is_in(_OWN_CODES) | code.is_in(_THREE_LETTERS) | code.str.contains(_AGGREGATE)
    return (
        pl.when(code == "WORLD")
        .then(pl.lit(WORLD))
        .when(code.is_in(list(countries)))
        .then(code.replace_strict(countries, default=None, return_dtype=pl.String))
        .when(is_own & ~code.is_in(sorted(iso_countries())))
        .then(pl.concat_str(pl.lit(f"{_ID}:"), code))
        .otherwise(pl.concat_str(pl.lit(UNKNOWN), code))
    )


_STATUSES = {
    "b": "B",  # break in time series
    "d": "D",  # definition differs
    "e": "E",
    "f": "F",
    "i": "I",  # imputed by Eurostat
    "m": "M",  # data cannot exist
    "n": "N",  # not significant; 0n is less than half of the unit
    "p": "P",
    "u": "U",  # low reliability
    # Until 2025:
    "c": "Q",  # confidential
    "r": "A",  # revised, of which SDMX makes no status
    "s": "I",  # Eurostat's estimate
    "z": "M",  # not applicable
}

_WRITER = Writer(
    source=_ID,
    agency="ESTAT",
    area=area,
    ref_area="geo",
    counterpart="partner",
    # Flags are single letters side by side: bd. A remark such as (de) also stands where the figure itself is missing.
    flags=Flags(statuses=_STATUSES, split=list, on_missing=tuple(set(_STATUSES) - {"m", "c", "z"})),
    units={"PER": "PS", "PC": "PT"},
    mapping=_MAPPING,
    spelling=str.lower,
)


# Layouts that do not say which dataset they are of

_RULE = "eurostat_dataset"
_ID_OF_A_DIMENSION = r"[A-Za-z][A-Za-z0-9_]*"
_CORNER = re.compile(rf"(?P<dimensions>{_ID_OF_A_DIMENSION}(,{_ID_OF_A_DIMENSION})*)\\(TIME_PERIOD|time)", re.IGNORECASE)
# A number or a colon for none, then maybe flags: 123, 123 b, 0n, 4.5 bd, :, : c
_CELL = r"^\s*(:|[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?)\s*([A-Za-z]*)\s*$"
_LONG_TIME, _LONG_VALUE, _LONG_FLAGS = ("time_period", "time"), "values", "flags"
# The bulk download's names: estat_migr_imm1ctz.tsv
_BULK_NAME = re.compile(r"estat_(?P<dataset>[a-z0-9]+(_[a-z0-9]+)*?)(_[a-z]{2})?\.[a-z]+")
# What the datasets that are mapped are broken down by, beside unit and frequency (the latter since 2022).
_MOBILITY = ["geo", "isced11", "partner", "sex"]


def _dataset(file: RawFile, dimensions: Sequence[str], first: Mapping[str, str]) -> str:
    """The dataset that the file's name says it is of, if dimensions and unit are that one's.

    Raises RefusedError otherwise: datasets on graduates have the same dimensions and units as those on students, so
    content alone does not decide. `first` is the first record's codes by dimension.
    """
    name = file.name.lower()
    for dataset, unit in mapping(_MAPPING).select("dataflow", "unit").iter_rows():
        if re.match(rf"(estat_)?{dataset}(?![a-z0-9])", name):
            found = sorted(set(dimensions) - {"unit", "freq"})
            if found != _MOBILITY or first.get("unit", unit) != unit:
                expected = f"by {', '.join(_MOBILITY)} in unit {unit}"
                has = f"by {', '.join(found)} in unit {first.get('unit', '(none)')}"
                raise RefusedError(_RULE, f"by its name the file is {dataset}, figures {expected}; it has figures {has}")
            return str(dataset)
    if match := _BULK_NAME.fullmatch(name):
        return match["dataset"]
    reason = "the file does not say which dataset it is of, and others have the same dimensions; give it Eurostat's own name"
    raise RefusedError(_RULE, f"{reason}: estat_<dataset>.tsv")


@dataclass(frozen=True)
class Tsv:
    """The bulk download: dimensions in one column, a column per year, flags behind the numbers."""

    name: str = "eurostat_tsv"
    header: tuple[str, ...] = ()
    expects: str = "tab-separated columns freq,unit,…,geo\\TIME_PERIOD (or …\\time) and one per year"

    def parts(self, file: RawFile) -> list[Part] | None:
        """The table, or None when the first column is headed otherwise."""
        header, *records = file.first_records(2, "\t") or [()]
        corner = _CORNER.fullmatch(header[0].strip()) if header else None
        if corner is None:
            return None
        dimensions = corner["dimensions"].lower().split(",")
        years = [heading.strip() for heading in header[1:]]
        if odd := [year for year in years if not year or years.count(year) > 1]:
            raise RefusedError("eurostat_tsv", f"every column needs a period of its own; '{odd[0]}' is none, or heads several")
        first = dict(zip(dimensions, records[0][0].split(","), strict=False)) if records and records[0] else {}
        dataset = _dataset(file, dimensions, first)
        named = {name: name for name in dimensions}
        flow = Dataflow(_WRITER, Columns(named, {"obs_flag": "flags"}, {}, "heading", "number"), dataset)
        harmonise = partial(_of_cells, flow=flow, corner=header[0], dimensions=dimensions)
        return [Part("", dataset, {"observations": harmonise}, partial(_cell_records, file, header, years))]


def _cell_records(file: RawFile, header: tuple[str, ...], years: Sequence[str]) -> Iterator[Batch]:
    """One record per cell. The first heading holds commas, by which the file would not be taken for tab-separated."""
    for batch in read_csv(file.path, header, delimiter="\t"):
        records = batch.records.rename(dict(zip(header[1:], years, strict=True)))
        yield cells(Batch(records, batch.malformed), years)


def _of_cells(records: pl.DataFrame, *, flow: Dataflow, corner: str, dimensions: Sequence[str]) -> pl.DataFrame:
    """Cells as candidates for `observations`; codes that are too few or too many for the dimensions are none."""
    codes = pl.col(corner).str.split(",")
    fits = codes.list.len() == len(dimensions)
    cell = pl.col("cell")
    return flow.observations(
        records.with_columns(
            *(pl.when(fits).then(codes.list.get(i, null_on_oob=True)).alias(name) for i, name in enumerate(dimensions)),
            pl.coalesce(cell.str.extract(_CELL, 1), cell).alias("number"),
            cell.str.extract(_CELL, 2).fill_null("").alias("flags"),
        )
    )


@dataclass(frozen=True)
class Long:
    """What Eurostat's R package writes: a column per dimension, then the period and `values`, maybe `flags`."""

    name: str = "eurostat_long"
    header: tuple[str, ...] = ()
    expects: str = "columns freq, unit, …, geo, time_period and values, and maybe flags, as Eurostat's R package writes them"

    def parts(self, file: RawFile) -> list[Part] | None:
        """The table, or None when it has other columns."""
        columns = {heading.lower(): heading for heading in file.header}
        time = next((columns[name] for name in _LONG_TIME if name in columns), None)
        known = {_LONG_VALUE, "geo", "unit"} <= set(columns) and len(columns) == len(file.header)
        if time is None or not known or file.sheet is not None:
            return None
        value = columns.pop(_LONG_VALUE)
        flags = {"obs_flag": columns.pop(_LONG_FLAGS)} if _LONG_FLAGS in columns else {}
        del columns[time.lower()]
        (_, *records) = file.first_records(2, file.delimiter)
        by_heading = dict(zip(file.header, records[0], strict=False)) if records else {}
        first = {name: by_heading[heading] for name, heading in columns.items() if heading in by_heading}
        dataset = _dataset(file, list(columns), first)
        flow = Dataflow(_WRITER, Columns(columns, flags, {}, time, value), dataset)
        return [Part("", dataset, {"observations": flow.observations}, partial(_long_records, file, time))]


def _long_records(file: RawFile, time: str) -> Iterator[Batch]:
    """The records; raises RefusedError where days stand for the periods that begin on them."""
    for batch in file.records():
        kept = batch.records.filter(pl.col("exclusion").is_null())
        days = kept.filter(pl.col(time).str.contains(r"^\d{4}-\d{2}-\d{2}$"))
        if days.height:
            row, day = days.select("raw_row", time).row(0)
            raise RefusedError("eurostat_long", f"record {row}: {time} is the day {day}; write periods as Eurostat has them")
        yield batch


_API = "https://ec.europa.eu/eurostat/api/dissemination"
_TABLE = "educ_uoe_mobs02"
# One cell of the table: a reply with any of it tells when all of it was updated.
_PROBE = f"{_API}/statistics/1.0/data/{_TABLE}?format=JSON&lang=EN&geo=DE&partner=KZ&sex=T&isced11=ED5-8&time=2023"


def _plan(web: Web) -> Plan:
    """The whole table as it is now: Eurostat keeps no older states."""
    reply = web.ask(_PROBE)
    updated = reply.get("updated") if isinstance(reply, dict) else None
    if not isinstance(updated, str) or not re.match(r"\d{4}-\d\d-\d\d", updated):
        raise ReplyError(f"{_PROBE} does not say when the table was updated")
    day = updated[:10]
    # Version 1.0 of SDMX-CSV, which has a column for the time of the update; 2.0 has none.
    request = Request(
        f"{_API}/sdmx/2.1/data/{_TABLE}/?format=SDMX-CSV&compressed=false",
        f"estat_{_TABLE}_en.csv",
        ("application/vnd.sdmx.data+csv", "text/csv"),
    )
    return Plan((request,), release=f"{_TABLE}-{day}", published=day)


_MOBS02 = Download(
    id=_TABLE,
    title="Mobile students from abroad enrolled by education level, sex and country of origin (educ_uoe_mobs02)",
    address=f"{_API}/sdmx/2.1/data/{_TABLE}/?format=SDMX-CSV&compressed=false",
    licence="CC BY 4.0",
    citation="Source: Eurostat (online data code: educ_uoe_mobs02), accessed {retrieved}",
    cadence=Cadence.YEAR,
    layouts=("eurostat_sdmx_csv",),
    plan=_plan,
    max_bytes=1 << 31,
)

SOURCE = Source(
    id=_ID,
    publisher="Eurostat",
    url="https://ec.europa.eu/eurostat/databrowser/view/educ_uoe_mobs02/default/table",
    description="Mobile students from abroad in European countries by country of origin, sex and level, from the UOE data "
    "collection that Eurostat runs with UNESCO and OECD; students there for a whole degree, not for an exchange.",
    area_prefix=_ID,
    layouts=(SdmxCsv(name="eurostat_sdmx_csv", writer=_WRITER), Tsv(), Long()),
    downloads=(_MOBS02,),
)
