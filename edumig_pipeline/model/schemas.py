"""Arrow and polars schemas, derived from a table's declaration.

Belongs here: the translation of column types into the libraries that carry rows. Does not belong here: checking rows
(`checks`).
"""

from collections.abc import Mapping

import polars as pl
import pyarrow as pa

from edumig_pipeline.model.table import Table, Type

_ARROW: Mapping[Type, pa.DataType] = {
    Type.VARCHAR: pa.string(),
    Type.DOUBLE: pa.float64(),
    Type.INTEGER: pa.int32(),
    Type.BIGINT: pa.int64(),
    Type.DATE: pa.date32(),
    Type.TIMESTAMP: pa.timestamp("us"),
    Type.BOOLEAN: pa.bool_(),
}
_POLARS: Mapping[Type, pl.DataType] = {
    Type.VARCHAR: pl.String(),
    Type.DOUBLE: pl.Float64(),
    Type.INTEGER: pl.Int32(),
    Type.BIGINT: pl.Int64(),
    Type.DATE: pl.Date(),
    Type.TIMESTAMP: pl.Datetime("us"),
    Type.BOOLEAN: pl.Boolean(),
}


def arrow_schema(table: Table) -> pa.Schema:
    """The table's columns as an Arrow schema, with nullability and descriptions."""
    return pa.schema(
        [pa.field(c.name, _ARROW[c.type], nullable=c.nullable, metadata={"description": c.description}) for c in table.columns]
    )


def carried_schema(table: Table) -> pl.Schema:
    """The table's columns as polars types while its rows are validated: those of a coded table have texts as Categorical."""
    schema = polars_schema(table)
    return pl.Schema({n: pl.Categorical() if table.coded and t == pl.String else t for n, t in schema.items()})


def polars_schema(table: Table) -> pl.Schema:
    """The table's columns as polars types."""
    return pl.Schema({column.name: _POLARS[column.type] for column in table.columns})
