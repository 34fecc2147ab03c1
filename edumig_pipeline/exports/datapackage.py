"""A Frictionless Data Package: a CSV per table, described column by column in datapackage.json, nothing lost.

Belongs here: the descriptor and its files. Does not belong here: how a column is described (`table_schema`).

Source: Data Package v2 (https://datapackage.org/standard/data-package/). CSV, since every tool for data packages reads it; NULL
is written as a text of its own, since to most of them an empty field and an empty text are the same.
"""

from collections.abc import Sequence
from typing import Any

import polars as pl

from edumig_pipeline.exports.delimited import records_in, write_csv
from edumig_pipeline.exports.extract import Extract
from edumig_pipeline.exports.folder import Work
from edumig_pipeline.exports.report import LICENCES, Written
from edumig_pipeline.exports.table_schema import references, table_schema
from edumig_pipeline.exports.terms import Terms, as_of, licences, version
from edumig_pipeline.model.schemas import polars_schema
from edumig_pipeline.model.table import Table, Type

READING = """datapackage.json describes every table column by column; tools for Frictionless data packages (Python, R, …) read it.
The tables are data/*.csv: UTF-8 without a byte order mark, RFC 4180. A NULL is written \\N, as missingValues says (were a text
of a table \\N itself, the table would have another mark); an empty text is an empty text. Nothing else is changed: texts
that begin with =, +, - or @ stand as they are, so do not open these files in a spreadsheet; that is what the formats xlsx and
csv are for."""

_PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"


def write(extract: Extract, terms: Sequence[Terms], work: Work) -> list[Written]:
    """Write the tables and datapackage.json."""
    (work.path / "data").mkdir()
    resources, written = [], []
    for declared in extract.tables:
        name = f"data/{declared.name}.csv"
        null = _null_mark(extract, declared)
        frames = (pl.DataFrame(batch) for batch in extract.batches(declared))
        write_csv(frames, polars_schema(declared), work.path / name, null=null)
        written.append(Written(declared.name, name, records_in(work.path / name)))
        resources.append(_resource(extract, work, declared, name, null))
    work.write_json("datapackage.json", _package(extract, terms, resources))
    return written


def _null_mark(extract: Extract, declared: Table) -> str:
    r"""The text that NULL is written as: \N, repeated until no text of the table is the same."""
    texts = [f'"{column.name}"' for column in declared.columns if column.type is Type.VARCHAR]
    mark = r"\N"
    while extract.db.execute(
        f"SELECT 1 FROM exported.{declared.name} WHERE $1 IN ({', '.join(texts)}) LIMIT 1", [mark]
    ).fetchall():
        mark += r"\N"
    return mark


def _resource(extract: Extract, work: Work, declared: Table, name: str, null: str) -> dict[str, Any]:
    found = work.fingerprint(name)
    return {
        "name": declared.name,
        "type": "table",
        "path": name,
        "title": declared.name.replace("_", " "),
        "description": f"{declared.description} Grain: {declared.grain}.",
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": found.bytes,
        "hash": f"sha256:{found.sha256}",
        "rowCount": extract.rows(declared),
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": table_schema(declared, references(declared, extract.tables, extract.db), null),
    }


def _package(extract: Extract, terms: Sequence[Terms], resources: list[dict[str, Any]]) -> dict[str, Any]:
    day = as_of(terms)
    return {
        "$schema": _PROFILE,
        "name": "educational-migration",
        "title": "Educational migration: harmonised figures with source, release and status",
        "description": "Figures on students, migrants and academic mobility as publishers print them, harmonised; every one "
        "keeps its source, its release, its status and its place in the raw file.",
        "version": version(day),
        "created": f"{day}T00:00:00Z",
        "generation": extract.generation,
        "keywords": ["educational migration", "international students", "academic mobility", "Kazakhstan"],
        "licenses": [
            {"name": one.spdx, "path": one.url, "title": one.text} if one.spdx else {"path": LICENCES, "title": one.text}
            for one in licences(terms)
        ],
        "sources": [_source(one) for one in terms],
        "contributors": [
            *({"title": publisher, "roles": ["creator"]} for publisher in dict.fromkeys(one.publisher for one in terms)),
            {"title": "edumig_pipeline", "roles": ["dataCurator"]},
        ],
        "resources": resources,
    }


def _source(one: Terms) -> dict[str, Any]:
    said = {
        "title": f"{one.publisher}: {one.title}" if one.title else one.publisher,
        "path": one.url,
        "version": one.release,
        "source": one.source,
        "licence": one.licence_text,
        "citation": one.cite_as,
        "published": one.published,
        "retrieved": str(one.retrieved) if one.retrieved else None,
    }
    return {key: value for key, value in said.items() if value}
