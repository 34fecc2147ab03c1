"""Croissant, the description of data sets for machine learning: a Parquet file per table and croissant.json.

Belongs here: the description and its files. Does not belong here: publishers' terms (`terms`).

Source: Croissant 1.0 (https://docs.mlcommons.org/croissant/docs/croissant-spec.html). Parquet, since it keeps types, NULL and
every text exactly; readers of Croissant guess the types of CSV, and take Namibia's code NA for a missing value.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from edumig_pipeline.exports.extract import Extract
from edumig_pipeline.exports.folder import Work
from edumig_pipeline.exports.report import README, Written
from edumig_pipeline.exports.table_schema import code_labels
from edumig_pipeline.exports.terms import Terms, as_of, licence, licences, version
from edumig_pipeline.model.schemas import arrow_schema
from edumig_pipeline.model.table import Column, Table, Type

READING = """croissant.json describes the tables for tools that read Croissant (mlcroissant and others); the tables are
data/*.parquet, which pandas, polars, R's arrow and DuckDB read by themselves. Types, NULLs and texts are exactly the
warehouse's."""

_TYPES: Mapping[Type, str] = {
    Type.VARCHAR: "sc:Text",
    Type.DOUBLE: "sc:Float",
    Type.INTEGER: "sc:Integer",
    Type.BIGINT: "sc:Integer",
    Type.DATE: "sc:Date",
    Type.TIMESTAMP: "sc:DateTime",
    Type.BOOLEAN: "sc:Boolean",
}
# As the specification of Croissant 1.0 prints it.
_CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def write(extract: Extract, terms: Sequence[Terms], work: Work) -> list[Written]:
    """Write the tables and croissant.json."""
    (work.path / "data").mkdir()
    written = []
    for declared in extract.tables:
        name = _path(declared)
        schema = arrow_schema(declared)
        with pq.ParquetWriter(work.path / name, schema, compression="zstd") as writer:
            for batch in extract.batches(declared, size=1 << 17):
                writer.write_table(pa.Table.from_batches([batch]).cast(schema))
        written.append(Written(declared.name, name, pq.read_metadata(work.path / name).num_rows))
    work.write_json("croissant.json", _description(extract, terms, work))
    return written


def _description(extract: Extract, terms: Sequence[Terms], work: Work) -> dict[str, Any]:
    day = as_of(terms)
    publishers = dict.fromkeys(one.publisher for one in terms)
    return {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": "educational-migration",
        "description": "Figures on students, migrants and academic mobility as publishers print them, harmonised; every one "
        "keeps its source, its release, its status and its place in the raw file.",
        "license": [one.url or one.text for one in licences(terms)],
        "citeAs": "\n".join(one.cite_as for one in terms),
        "creator": [{"@type": "sc:Organization", "name": publisher} for publisher in publishers],
        "datePublished": str(day),
        "version": version(day),
        "url": README,
        "keywords": ["educational migration", "international students", "academic mobility", "Kazakhstan"],
        "isLiveDataset": False,
        "isBasedOn": [_release(one) for one in terms],
        "distribution": [_file(declared, work) for declared in extract.tables],
        "recordSet": [_records(declared) for declared in extract.tables],
    }


def _release(one: Terms) -> dict[str, Any]:
    known = licence(one.licence_text)
    said = {
        "@type": "sc:CreativeWork",
        "name": f"{one.publisher}: {one.title}" if one.title else one.publisher,
        "version": one.release,
        "url": one.url,
        "license": known.url or known.text,
        "creditText": one.cite_as,
    }
    return {key: value for key, value in said.items() if value}


def _path(declared: Table) -> str:
    return f"data/{declared.name}.parquet"


def _file(declared: Table, work: Work) -> dict[str, Any]:
    found = work.fingerprint(_path(declared))
    return {
        "@type": "cr:FileObject",
        "@id": f"{declared.name}.parquet",
        "name": f"{declared.name}.parquet",
        "description": declared.description,
        "contentUrl": _path(declared),
        "contentSize": f"{found.bytes} B",
        "encodingFormat": "application/x-parquet",
        "sha256": found.sha256,
    }


def _records(declared: Table) -> dict[str, Any]:
    records: dict[str, Any] = {
        "@type": "cr:RecordSet",
        "@id": declared.name,
        "name": declared.name,
        "description": f"{declared.description} Grain: {declared.grain}.",
        "field": [_field(declared, column) for column in declared.columns],
    }
    if declared.key:
        records["key"] = [{"@id": f"{declared.name}/{name}"} for name in declared.key]
    return records


def _field(declared: Table, column: Column) -> dict[str, Any]:
    described = column.description + (f" Unit: {column.unit}." if column.unit else "")
    if labels := code_labels(column):
        described += " Codes: " + "; ".join(f"{code} = {labels[code]}" for code in column.allowed) + "."
    return {
        "@type": "cr:Field",
        "@id": f"{declared.name}/{column.name}",
        "name": column.name,
        "description": described,
        "dataType": _TYPES[column.type],
        "source": {"fileObject": {"@id": f"{declared.name}.parquet"}, "extract": {"column": column.name}},
    }
