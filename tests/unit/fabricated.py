"""A published warehouse of made-up rows, for tests of what is done with a warehouse.

Belongs here: writing its Parquet. Does not belong here: any test.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq

from edumig_pipeline.model.catalogue import TABLES
from edumig_pipeline.model.dictionary import codebook_rows
from edumig_pipeline.model.schemas import arrow_schema, polars_schema
from edumig_pipeline.warehouse import Generation, Warehouse

Row = Mapping[str, Any]

# What a text may hold that some format or reader of it trips over.
HOSTILE = (
    "",
    " ",
    'a "quoted" word',
    "a, comma; and semicolon",
    "two\nlines",
    "two\r\nlines",
    "carriage\rreturn",
    "\ttab",
    "\nbegins with a line feed",
    "\rbegins with a carriage return",
    "=1+1",
    '=HYPERLINK("http://example.org","click")',
    "+1",
    "-",
    "-1",
    "@SUM(A1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "  =1+1",
    "\u00a0=1+1",
    "\ufeff=1+1",
    "'=1+1",
    "''=1+1",
    "'s-Gravenhage",
    "'",
    "Қазақстан Республикасы",
    "Россия",
    "emoji 🎓 beyond the basic plane",
    "U+0000 \x00 within",
    "\x00=1+1",
    "\x01\x1f control",
    "\ufffe\uffff no characters",
    "\u2028\u2029\u0085 line breaks of others",
    "_x0001_",
    "\\N",
    "\\N\\N",
    "NULL",
    "NA",
    "nan",
    "0012",
    "1E5",
    "2020-01",
    "<row r='1'>&amp;]]>",
    None,
)


def observation(**said: object) -> dict[str, Any]:
    """An observation, whose columns are as usual unless they are said."""
    usual: dict[str, Any] = {
        "source": "made_up",
        "dataset": "set",
        "release": "2026-02",
        "indicator": "inbound_students",
        "ref_area": "KAZ",
        "counterpart_area": "_T",
        "sex": "_T",
        "breakdown": "_T",
        "time_period": "2019",
        "period_start": date(2019, 1, 1),
        "period_end": date(2019, 12, 31),
        "obs_value": 1.0,
        "obs_status": "A",
        "source_status": "",
        "unit_measure": "PS",
        "source_indicator": "I",
        "source_area": "KZ",
        "raw_file": "made_up/2026-02/data.csv",
        "raw_row": 1,
        "raw_column": None,
    }
    return usual | said


def hostile_observations() -> list[dict[str, Any]]:
    """An observation for every hostile text, in a column that may hold any, among others that are awkward as figures."""
    rows = [observation(raw_row=n + 1, source_area=text, ref_area=f"made_up:{n}") for n, text in enumerate(HOSTILE)]
    figures = [-5.0, 0.0, 0.1 + 0.2, 1e-300, 1.5e300, 123456789012345.67, 1e16]
    rows += [observation(raw_row=100 + n, obs_value=figure, time_period=str(1990 + n)) for n, figure in enumerate(figures)]
    no_number = [("H", None), ("K", None), ("M", None), ("O", None), ("Q", None), ("N", 0.0), ("E", 7.5), ("U", 3.0)]
    rows += [
        observation(raw_row=200 + n, obs_status=status, obs_value=value, sex="F", time_period=str(2000 + n))
        for n, (status, value) in enumerate(no_number)
    ]
    periods = ("2020-S1", "2020-S2", "2019-11", "2020-01-05", "2011/2020", "2015/2015", None)
    rows += [observation(raw_row=300 + n, time_period=period, sex="M") for n, period in enumerate(periods)]
    areas = ("uis:SDG: Asia", "KZ-75", "desa:947", "made_up:Орталық Азия", "made_up:a.b~c$d%e@f")
    rows += [observation(raw_row=400 + n, ref_area=area, counterpart_area=area) for n, area in enumerate(areas)]
    rows.append(
        observation(raw_row=500, period_start=None, period_end=None, source_status=None, breakdown="reason=low pay;who=a")
    )
    return rows


def made_up_rows() -> dict[str, list[dict[str, Any]]]:
    """Rows that hang together: the observations above, their source, release, indicators and areas, and a few of others."""
    observations = hostile_observations()
    areas = dict.fromkeys(row["ref_area"] for row in observations)
    return {
        "observations": observations,
        "areas": [
            {"code": area, "name": "Namibia" if area == "NAM" else f"Area {area}", "kind": "aggregate", "iso2": "NA"}
            for area in (*areas, "NAM")
        ],
        "indicators": [{"indicator": "inbound_students", "name": "Inbound students", "unit_measure": "PS", "kind": "count"}],
        "sources": [{"source": "made_up", "publisher": "Nobody", "url": "https://example.org", "description": "Made up."}],
        "releases": [
            {
                "source": "made_up",
                "release": "2026-02",
                "publisher": "Nobody",
                "title": "Made-up figures",
                "licence": "CC BY 4.0",
                "citation": "=Nobody (2026)",
                "published": "2026-02",
                "retrieved": date(2026, 3, 1),
                "released": date(2026, 2, 1),
                "released_from": "published",
            }
        ],
        "codebook": [dict(row) for row in codebook_rows()],
        "runs": [
            {
                "run_id": "=1+1",
                "started": datetime(2026, 2, 9, 4, 0, 0, 125_000),  # noqa: DTZ001  UTC, without a zone of its own
                "finished": datetime(2026, 2, 9, 4, 1),  # noqa: DTZ001
                "duration_seconds": 59.875,
                "outcome": "published",
                "repeated": 0,
                "started_by": "edumig refresh",
                "code_version": "0.1.0",
                "code_digest": "0" * 64,
                "bytes": 2**40,
            }
        ],
        "run_inputs": [{"run_id": "=1+1", "raw_file": "made_up/2026-02/données.csv", "bytes": 1}],
        "claim_intervals": [{"claim_id": "kz-01", "comparator": "eq", "with_lower": True, "with_upper": False}],
    }


def made_up_warehouse(folder: Path, rows: Mapping[str, Sequence[Row]]) -> Path:
    """Publish a warehouse without a DuckDB file; tables of which no rows are given are empty. The folder."""
    warehouse = Warehouse(folder)
    path = warehouse.generation_path("0123456789abcdef")
    for declared in TABLES:
        if declared.is_view:
            continue
        frame = pl.DataFrame(list(rows.get(declared.name, ())), schema=polars_schema(declared))
        target = path / "parquet" / declared.name / "all.parquet"
        target.parent.mkdir(parents=True)
        pq.write_table(frame.to_arrow().cast(arrow_schema(declared)), target)
    warehouse.write_manifest(path, {})
    (path / "edumig.duckdb").touch()
    (path / "findings.md").touch()
    warehouse.publish(Generation(path, {}))
    return folder


def as_frame(name: str, rows: Mapping[str, Sequence[Row]]) -> pl.DataFrame:
    """The rows of a table in its columns."""
    (declared,) = (one for one in TABLES if one.name == name)
    return pl.DataFrame(list(rows.get(name, ())), schema=polars_schema(declared))
