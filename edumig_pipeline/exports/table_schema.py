"""Declared tables as Table Schema, the language in which data packages describe their columns.

Belongs here: the translation of a declaration. Does not belong here: files (`datapackage`), or any rule of its own.

Source: Table Schema, Data Package v2 (https://datapackage.org/standard/table-schema/).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from edumig_pipeline.model import codes
from edumig_pipeline.model.observations import RAW_ROW
from edumig_pipeline.model.table import Column, Table, Type

_TYPES: Mapping[Type, str] = {
    Type.VARCHAR: "string",
    Type.DOUBLE: "number",
    Type.INTEGER: "integer",
    Type.BIGINT: "integer",
    Type.DATE: "date",
    Type.TIMESTAMP: "datetime",
    Type.BOOLEAN: "boolean",
}
# What a unit says of the numbers in it. Bounds of figures belong to their indicator: they stand in the table indicators.
_BOUNDS: Mapping[str, dict[str, int]] = {
    "rows": {"minimum": 0},
    "bytes": {"minimum": 0},
    "year": {"minimum": 1950, "maximum": 2100},
}
_CODE_LISTS: tuple[Mapping[str, str], ...] = (
    codes.OBS_STATUS,
    codes.SEX,
    codes.UNIT_MEASURE,
    codes.INDICATOR_KIND,
    codes.AREA_KIND,
    codes.COMPARATOR,
    codes.VERDICT,
    codes.REVISION,
    codes.RUN_OUTCOME,
)
# Columns that name a row of another table: the table, and its columns.
_REFERENCES: tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...] = (
    (("source", "release"), "releases", ("source", "release")),
    (("source_a", "release_a"), "releases", ("source", "release")),
    (("source_b", "release_b"), "releases", ("source", "release")),
    (("evidence_source", "evidence_release"), "releases", ("source", "release")),
    (("source",), "sources", ("source",)),
    (("indicator",), "indicators", ("indicator",)),
    (("ref_area",), "areas", ("code",)),
    (("origin",), "areas", ("code",)),
    (("destination",), "areas", ("code",)),
    (("claim_id",), "claims", ("claim_id",)),
    (("raw_file",), "raw_files", ("raw_file",)),
    (("run_id",), "runs", ("run_id",)),
)


@dataclass(frozen=True)
class Reference:
    """Columns of a table whose every value, where there is one, is a row of another."""

    fields: tuple[str, ...]
    resource: str
    resource_fields: tuple[str, ...]


def table_schema(declared: Table, references: tuple[Reference, ...], null: str) -> dict[str, Any]:
    """The table as a Table Schema descriptor; NULL is the text `null`."""
    schema: dict[str, Any] = {"fields": [_field(column) for column in declared.columns], "missingValues": [null]}
    if declared.key:
        schema["primaryKey"] = list(declared.key)
    if references:
        schema["foreignKeys"] = [
            {
                "fields": list(one.fields),
                "reference": {"resource": one.resource, "fields": list(one.resource_fields)},
            }
            for one in references
        ]
    return schema


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": _TYPES[column.type], "description": column.description}
    if column.unit:
        field["unit"] = column.unit
    constraints: dict[str, Any] = {} if column.nullable else {"required": True}
    if column.name == RAW_ROW.name:
        constraints["minimum"] = 1
    constraints |= _BOUNDS.get(column.unit or "", {})
    if column.allowed:
        constraints["enum"] = list(column.allowed)
        if labels := code_labels(column):
            field["categories"] = [{"value": code, "label": labels[code]} for code in column.allowed]
    return field | ({"constraints": constraints} if constraints else {})


def code_labels(column: Column) -> Mapping[str, str]:
    """What the codes that a column may hold mean; nothing where they are of no code list."""
    return next((labels for labels in _CODE_LISTS if tuple(labels) == column.allowed), {})


def references(declared: Table, tables: tuple[Table, ...], db: duckdb.DuckDBPyConnection) -> tuple[Reference, ...]:
    """Which columns of a table refer to another of the `tables` that are exported, in every row: seen, not supposed."""
    return tuple(one for one in _possible(declared, tables) if _holds(declared, one, db))


def _possible(declared: Table, tables: tuple[Table, ...]) -> Iterator[Reference]:
    for fields, resource, resource_fields in _REFERENCES:
        exported = resource in {other.name for other in tables}
        if exported and resource != declared.name and set(fields) <= set(declared.names):
            yield Reference(fields, resource, resource_fields)


def _holds(declared: Table, one: Reference, db: duckdb.DuckDBPyConnection) -> bool:
    said = ", ".join(f'"{field}"' for field in one.fields)
    known = ", ".join(f'"{field}"' for field in one.resource_fields)
    some = " OR ".join(f'"{field}" IS NOT NULL' for field in one.fields)
    ((lost,),) = db.execute(
        f"""
        SELECT count(*) FROM (SELECT DISTINCT {said} FROM exported.{declared.name} WHERE {some}) AS said ({said})
        ANTI JOIN (SELECT {known} FROM exported.{one.resource}) AS known ({said}) USING ({said})
        """
    ).fetchall()
    return not lost
