"""A declared table as Dagster shows it.

Belongs here: metadata derived from declarations. Does not belong here: assets.
"""

import dagster as dg

from edumig_pipeline.model.table import Column, Table

_LONGEST_BADGE = 24  # letters that the page shows of a constraint


def column_schema(table: Table) -> dg.TableSchema:
    """Names, types, meanings and constraints of the table's columns."""
    return dg.TableSchema(columns=[_column(column) for column in table.columns])


def _column(column: Column) -> dg.TableColumn:
    """A list of codes too long for a badge stands with the description."""
    codes = f"one of {', '.join(column.allowed)}" if column.allowed else ""
    fits = len(codes) <= _LONGEST_BADGE
    unit = f" [{column.unit}]" if column.unit else ""
    return dg.TableColumn(
        name=column.name,
        type=column.type.value,
        description=column.description + unit + ("" if fits else f" — {codes}"),
        constraints=dg.TableColumnConstraints(nullable=column.nullable, other=[codes] if codes and fits else []),
    )


def table_metadata(table: Table) -> dict[str, dg.TableSchema | str]:
    """Column schema, grain and key of a table, and its name in the published file, for its asset."""
    return {
        "dagster/column_schema": column_schema(table),
        "dagster/table_name": f"edumig.main.{table.name}",
        "grain": table.grain,
        "key": ", ".join(table.key) or "none",
    }
