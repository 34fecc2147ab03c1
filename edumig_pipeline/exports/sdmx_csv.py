"""SDMX-CSV 2.0: observations for statistical systems, with the structure they are to be read by.

Belongs here: the files of data. Does not belong here: the structure (`sdmx_structure`), or how codes and periods are written in
SDMX (`sdmx_observations.sql`).

Source: the SDMX-CSV 2.0 field guide (https://github.com/sdmx-twg/sdmx-csv). A statement without a date has no TIME_PERIOD, which
no observation of a structure with that dimension may lack: such rows are of a structure of their own, in a file of their own.
"""

from collections.abc import Sequence
from importlib.resources import files

import polars as pl

from edumig_pipeline.exports.delimited import records_in, write_csv
from edumig_pipeline.exports.extract import Extract
from edumig_pipeline.exports.folder import Work
from edumig_pipeline.exports.report import Written
from edumig_pipeline.exports.sdmx_structure import AGENCY, DATED, UNDATED, VERSION, Flow, structure_message
from edumig_pipeline.exports.terms import Terms, as_of
from edumig_pipeline.model.observations import LATEST_OBSERVATIONS, OBSERVATIONS
from edumig_pipeline.model.schemas import polars_schema

# One of these: a file holds each observation once.
OFFERED = (OBSERVATIONS.name, LATEST_OBSERVATIONS.name)
USUAL = (OBSERVATIONS.name,)

READING = """observations.csv is SDMX-CSV 2.0 (UTF-8 without a byte order mark, comma, RFC 4180), structure.xml its
structure in SDMX-ML 2.1: dimensions, measure, attributes, code lists with English names. Statements without a date are in
undated_observations.csv, of a dataflow without TIME_PERIOD.

Codes that are no SDMX ids are written so that nothing is lost: every byte that is none of A-Z, a-z, 0-9, _ and - becomes $ and
two hexadecimal digits (uis:SDG: Asia is uis$3ASDG$3A$20Asia; structure.xml has the code itself in the annotation CODE). BREAKDOWN
is no code and stands as it is. An interval 2011/2020 is the time range 2011-01-01/P10Y.

OBS_VALUE is empty where there is no number, and OBS_STATUS says why: an empty OBS_VALUE is never 0. An empty attribute is NULL;
an empty text is two quotes (""). Texts that begin with =, +, - or @ stand as they are, so do not open these files in a
spreadsheet; that is what the formats xlsx and csv are for."""


def write(extract: Extract, terms: Sequence[Terms], work: Work) -> list[Written]:
    """Write the observations and their structure."""
    (declared,) = extract.tables
    extract.db.execute(f"CREATE VIEW sdmx_rows AS SELECT * FROM exported.{declared.name}")
    extract.db.execute(files("edumig_pipeline.exports").joinpath("sdmx_observations.sql").read_text(encoding="utf-8"))
    written = []
    for flow in (DATED, UNDATED):
        if flow is DATED or _undated(extract):
            name = f"{flow.id.lower()}.csv"
            _write_flow(extract, flow, work, name)
            written.append(Written(declared.name, name, records_in(work.path / name)))
    flows = (DATED, UNDATED)[: len(written)]
    (work.path / "structure.xml").write_bytes(structure_message(flows, extract.db, as_of(terms)))
    return written


def _undated(extract: Extract) -> bool:
    return bool(extract.db.execute("SELECT 1 FROM sdmx_rows WHERE time_period IS NULL LIMIT 1").fetchall())


def _write_flow(extract: Extract, flow: Flow, work: Work, name: str) -> None:
    (declared,) = extract.tables
    components = [*flow.dimensions, "OBS_VALUE", *flow.attributes]
    condition = "IS NULL" if flow is UNDATED else "IS NOT NULL"
    order = f" ORDER BY {', '.join(flow.dimensions)}" if declared.is_view else ""
    query = f"""
        SELECT
            'dataflow' AS STRUCTURE,
            '{AGENCY}:{flow.id}({VERSION})' AS STRUCTURE_ID,
            'I' AS ACTION,
            {", ".join(f"{one.lower()} AS {one}" for one in components)}
        FROM sdmx_observations
        WHERE time_period {condition}{order}
    """
    texts = dict.fromkeys(("STRUCTURE", "STRUCTURE_ID", "ACTION"), pl.String())
    types = polars_schema(declared)
    header = pl.Schema(texts | {one: types.get(one.lower(), pl.String()) for one in components})
    frames = (pl.DataFrame(batch) for batch in extract.watched(declared, query))
    write_csv(frames, header, work.path / name)
