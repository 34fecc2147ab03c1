"""A declared table as Dagster shows it.

Belongs here: metadata derived from declarations. Does not belong here: assets.
"""

import dagster as dg
import polars as pl

from edumig_pipeline.model.table import Table


def column_schema(table: Table) -> dg.TableSchema:
    """Names, types, meanings and constraints of the table's columns."""
    return dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.type.value,
                description=column.description + (f" [{column.unit}]" if column.unit else ""),
                constraints=dg.TableColumnConstraints(
                    nullable=column.nullable,
                    other=[f"one of {', '.join(column.allowed)}"] if column.allowed else [],
                ),
            )
            for column in table.columns
        ]
    )


def table_metadata(table: Table) -> dict[str, dg.TableSchema | str]:
    """Column schema, grain and key of a table, for its asset."""
    return {
        "dagster/column_schema": column_schema(table),
        "grain": table.grain,
        "key": ", ".join(table.key) or "none",
    }


def markdown_table(frame: pl.DataFrame) -> str:
    """A small frame as a Markdown table, long cells cut."""
    rows = [[_cell(value) for value in row] for row in frame.iter_rows()]
    lines = [frame.columns, ["---"] * frame.width, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    text = "" if value is None else f"{value:,}" if isinstance(value, int | float) else str(value)
    return text[:200].replace("|", "\\|").replace("<", "\\<")
