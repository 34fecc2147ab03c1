"""Whatever UIS publishes comes back out of `observations`: every value, magnitude and qualifier, from every container.

Here: generated records of all of UIS's tables of figures, landed and put back into the publisher's columns, and the law
that rows are published, quarantined or excluded and nothing else. Not here: single rules (`test_unesco_uis` and its
neighbours).
"""

import csv
import io
import json
import tempfile
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import openpyxl
import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edumig_pipeline.ingest.inventory import take_inventory
from edumig_pipeline.ingest.landing import land_release
from edumig_pipeline.sources.registry import sources

# What UIS's README says VALUE holds: a number, nought or nothing.
NUMBER, NOUGHT, NOTHING = "number", "nought", "nothing"
MAGNITUDES = {"": NUMBER, "NIL": NOUGHT, "NA": NOUGHT, "SUPP": NOTHING, "LOWREL": NUMBER, "INCLUDED": NOTHING, "INCLUDES": NUMBER}
QUALIFIERS = ("", "NAT_EST", "UIS_EST")
# In UIS.Stat nil and "not applicable" stand beside an empty cell.
STAT_FLAG = {"": "", "NIL": "n", "NA": "a", "NAT_EST": "+", "UIS_EST": "‡"}

CODES = ("26637", "26540", "26474", "10", "OE.5T8.40510", "oe.5t8.40510", "MENF.5t8", " 26637", "XGDP.1.FSgov")
AREAS = ("KAZ", "NAM", "ANT", "SCG", "XDN", "UIS: World", "SDG: Asia", "GPE: High income WB FY24, December 2024", "CECC-SICA")
STAT_AREAS = ("KAZ", "NAM", "ANT", "40510", "40505", "40550")
# A record nobody can believe: which field says what.
FAULTS = (
    ("area", "ZZZ"),
    ("area", ""),
    ("value", "many"),
    ("magnitude", "FOO"),
    ("qualifier", "nil"),
    ("year", "19x9"),
    ("code", ""),
)
FAULTY = st.one_of(st.none(), st.none(), st.none(), st.sampled_from(FAULTS))


@dataclass(frozen=True)
class Record:
    """A record as published, whatever the table calls its columns."""

    code: str
    area: str
    year: str
    value: str
    magnitude: str
    qualifier: str


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A number at least nought as UIS writes it: whole, with few or many decimals, some without the leading nought.

    With up to 16 digits, as UIS's own have and as workbooks hold.
    """
    decimal = st.floats(1e-4, 10**9).map(lambda number: float(f"{number:.16g}"))
    text = str(draw(st.integers(0, 10**9) | decimal))
    return text[1:] if text.startswith("0.") and draw(st.booleans()) else text


@st.composite
def published(draw: st.DrawFn, areas: Sequence[str] = AREAS) -> Record:
    magnitude = draw(st.sampled_from(sorted(MAGNITUDES)))
    holds = MAGNITUDES[magnitude]
    value = draw(numbers()) if holds == NUMBER else {NOUGHT: "0", NOTHING: ""}[holds]
    qualifier = draw(st.sampled_from(QUALIFIERS))
    if not magnitude and not qualifier and draw(st.integers(0, 9)) == 0:
        value = ""
    fields = {
        "code": draw(st.sampled_from(CODES)),
        "area": draw(st.sampled_from(areas)),
        "year": str(draw(st.integers(1970, 2025))),
        "value": value,
        "magnitude": magnitude,
        "qualifier": qualifier,
    }
    if fault := draw(FAULTY):
        fields[fault[0]] = fault[1]
    return Record(**fields)


@dataclass(frozen=True)
class Landed:
    """What became of a file: its observations, the rows in quarantine, and its account."""

    observations: pl.DataFrame
    quarantined: list[int]
    account: dict[str, int]


def land(name: str, content: bytes) -> Landed:
    with tempfile.TemporaryDirectory() as folder:
        raw, part = Path(folder, "raw"), Path(folder, "part")
        target = raw / "unesco_uis" / "2026-02" / name
        target.parent.mkdir(parents=True)
        target.write_bytes(content)
        part.mkdir()
        (release,) = take_inventory(raw).releases
        land_release(release, sources(), part)
        (account,) = pl.read_parquet(part / "row_ledger.parquet").to_dicts()
        quarantined = pl.read_parquet(part / "quarantine.parquet")["raw_row"].to_list()
        return Landed(pl.read_parquet(part / "observations.parquet"), quarantined, account)


def text_of(rows: Sequence[Sequence[str]], *, mark: bool, end: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end).writerows(rows)
    return out.getvalue().encode("utf-8-sig" if mark else "utf-8")


def zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


def workbook(rows: Sequence[Sequence[str]]) -> bytes:
    """The rows as Excel saves them anew: what looks like a number becomes one, empty cells are blank."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append([as_cell(field) for field in row])
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def as_cell(field: str) -> str | float | None:
    try:
        return int(field) if field.strip().isdigit() else float(field)
    except ValueError:
        return field or None


def check(records: dict[int, Record], left_out: int, landed: Landed, *, is_stat: bool = False) -> None:
    """The law and the round trip; `records` by raw_row, `left_out` being records that are none (headers, tags)."""
    account = landed.account
    found = landed.observations
    assert account["rows_read"] == len(records) + left_out
    assert found.height == account["rows_published"]
    assert found.height == account["rows_read"] - account["rows_quarantined"] - account["rows_excluded"]
    assert len(landed.quarantined) == account["rows_quarantined"]
    for row in found.iter_rows(named=True):
        assert rebuilt(row, is_stat=is_stat) == as_number(records[row["raw_row"]], is_stat=is_stat)
    # Good records whose key no other record has are all there.
    keys = Counter(key(record) for record in records.values())
    alone = {number for number, record in records.items() if keys[key(record)] == 1}
    assert {number for number in alone if is_good(records[number])} == alone & set(found["raw_row"])
    assert set(landed.quarantined) >= {number for number, record in records.items() if not is_good(record)}


def key(record: Record) -> tuple[str, str, str]:
    return record.code.strip().upper().replace("_", "."), record.area, record.year


def is_good(record: Record) -> bool:
    return not any(getattr(record, name) == said for name, said in FAULTS)


Rebuilt = tuple[str, str, str, float | None, str, str]


def rebuilt(row: dict[str, object], *, is_stat: bool) -> Rebuilt:
    """An observation put back into the publisher's columns."""
    value, status = row["obs_value"], str(row["source_status"])
    assert value is None or isinstance(value, float)
    if is_stat:
        number = None if status[:1] in ("a", "n") else value
        return (str(row["source_indicator"]), str(row["source_area"]), str(row["time_period"]), number, status, "")
    magnitude, qualifier = status.split("|")
    number = 0.0 if magnitude == "NA" else value
    return (str(row["source_indicator"]), str(row["source_area"]), str(row["time_period"]), number, magnitude, qualifier)


def as_number(record: Record, *, is_stat: bool) -> Rebuilt:
    number = float(record.value) if record.value else None
    flags = (stat_flags(record), "") if is_stat else (record.magnitude, record.qualifier)
    return (record.code.strip(), record.area, record.year, number, *flags)


def stat_flags(record: Record) -> str:
    return "".join(STAT_FLAG.get(flag, flag) for flag in (record.magnitude, record.qualifier))


@dataclass(frozen=True)
class Dress:
    """How a table comes: its container and, for text, how it is written."""

    container: str
    mark: bool
    end: str

    def of(self, rows: list[list[str]]) -> tuple[str, bytes]:
        """Name and bytes of the file."""
        if self.container == "xlsx":
            return "data.xlsx", workbook(rows)
        content = text_of(rows, mark=self.mark, end=self.end)
        return ("data.zip", zipped("x/DATA.csv", content)) if self.container == "zip" else ("data.csv", content)

    @property
    def first_row(self) -> int:
        """The number of the first record: a sheet's rows are numbered from its header on."""
        return 2 if self.container == "xlsx" else 1


@dataclass(frozen=True)
class Dialect:
    """Which of UIS's tables it is, its columns in some order, and what users and the HDX put into it."""

    header: str
    order: list[str]
    tagged: bool
    repeated: bool

    @property
    def columns(self) -> list[str]:
        """The header line."""
        if self.header == "browser":
            return [BROWSER[name] for name in self.order]
        names = [REGIONAL.get(name, BDDS[name]) if self.header == "region" else BDDS[name] for name in self.order]
        return names if self.header == "capital" else [name.lower() for name in names]


BDDS = dict(zip(Record.__annotations__, ("INDICATOR_ID", "COUNTRY_ID", "YEAR", "VALUE", "MAGNITUDE", "QUALIFIER"), strict=True))
REGIONAL = {"area": "REGION_ID"}
BROWSER = dict(zip(Record.__annotations__, ("indicatorId", "geoUnit", "year", "value", "magnitude", "qualifier"), strict=True))
TAGS = {"code": "#indicator+code", "area": "#country+code", "year": "#date+year", "value": "#indicator+value+num"}

DRESSES = st.builds(
    Dress, container=st.sampled_from(["csv", "zip", "xlsx"]), mark=st.booleans(), end=st.sampled_from(["\n", "\r\n"])
)
DIALECTS = st.builds(
    Dialect,
    header=st.sampled_from(["capital", "small", "region", "browser"]),
    order=st.permutations(list(BDDS)),
    tagged=st.booleans(),
    repeated=st.booleans(),
)

# The same examples at every run, and as many as a few seconds allow.
quickly = settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])


@quickly
@given(records=st.lists(published(), min_size=1, max_size=12), dialect=DIALECTS, dress=DRESSES)
def test_tables_come_back_value_by_value(records: list[Record], dialect: Dialect, dress: Dress) -> None:
    above = [[TAGS.get(name, "") for name in dialect.order]] if dialect.tagged else []
    rows = [[getattr(record, name) for name in dialect.order] for record in records]
    below = [dialect.columns] if dialect.repeated else []
    landed = land(*dress.of([dialect.columns, *above, *rows, *below]))
    check(dict(enumerate(records, start=dress.first_row + len(above))), len(above) + len(below), landed)


@quickly
@given(records=st.lists(published(STAT_AREAS), min_size=1, max_size=12), dress=DRESSES)
def test_uis_stat_comes_back_value_by_value(records: list[Record], dress: Dress) -> None:
    said = [as_in_uis_stat(record) for record in records]
    header = ["EDULIT_IND", "Indicator", "LOCATION", "Country", "TIME", "Time", "Value", "Flag Codes", "Flags"]
    rows = [
        [r.code, "label", r.area, "name", r.year, r.year, r.value, stat_flags(r), "text" if stat_flags(r) else ""] for r in said
    ]
    check(dict(enumerate(said, start=dress.first_row)), 0, land(*dress.of([header, *rows])), is_stat=True)


def as_in_uis_stat(record: Record) -> Record:
    """The record with what UIS.Stat has: underscores for dots, blanks for noughts, and signs for few magnitudes only."""
    value = "" if record.magnitude in ("NIL", "NA") and record.value == "0" else record.value or "5"
    magnitude = record.magnitude if record.magnitude in (*STAT_FLAG, "FOO") else ""
    return replace(record, code=record.code.replace(".", "_"), value=value, magnitude=magnitude)


@quickly
@given(
    records=st.lists(published(), min_size=1, max_size=12),
    encoding=st.sampled_from(["utf-8", "utf-8-sig"]),
    indent=st.sampled_from([None, 2]),
    container=st.sampled_from(["json", "zip"]),
)
def test_replies_come_back_value_by_value(records: list[Record], encoding: str, indent: int | None, container: str) -> None:
    objects = [
        {
            "indicatorId": record.code, "geoUnit": record.area, "year": as_cell(record.year), "value": as_cell(record.value),
            "magnitude": record.magnitude or None, "qualifier": record.qualifier or None,
        }
        for record in records
    ]  # fmt: skip
    reply = {"hints": [], "records": objects, "indicatorMetadata": []}
    content = json.dumps(reply, ensure_ascii=False, indent=indent).encode(encoding)
    landed = land(f"reply.{container}", zipped("reply.json", content) if container == "zip" else content)
    check(dict(enumerate(records, start=1)), 0, landed)
