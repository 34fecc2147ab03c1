"""DuckDB DDL with comments, derived from a table's declaration.

Belongs here: SQL text for creating and documenting declared tables. Does not belong here: running it (`publish/`).
"""

from edumig_pipeline.model.table import Table


def quoted(text: str) -> str:
    """An SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def create_table(table: Table) -> str:
    """CREATE TABLE with the declared names, types and NOT NULLs.

    No primary key: at 10 million rows it costs 290 MB and 10 s and speeds no query; the key is checked instead.
    """
    columns = ",\n    ".join(f'"{c.name}" {c.type.value}{"" if c.nullable else " NOT NULL"}' for c in table.columns)
    return f"CREATE TABLE {table.name} (\n    {columns}\n)"


def comments(table: Table) -> list[str]:
    """COMMENT ON for the table (or view) and each of its columns."""
    kind = "VIEW" if table.is_view else "TABLE"
    statements = [f"COMMENT ON {kind} {table.name} IS {quoted(f'{table.description} Grain: {table.grain}.')}"]
    statements += [f'COMMENT ON COLUMN {table.name}."{c.name}" IS {quoted(c.description)}' for c in table.columns]
    return statements
