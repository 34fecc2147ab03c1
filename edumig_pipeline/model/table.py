"""What a declared table is: columns, key, grain and the rules every row obeys.

Belongs here: the vocabulary of declarations. Does not belong here: any particular table (see the sibling modules) or
what is derived from a declaration (`schemas`, `ddl`, `dictionary`).
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Type(StrEnum):
    """Column types, named as DuckDB names them."""

    VARCHAR = "VARCHAR"
    DOUBLE = "DOUBLE"
    INTEGER = "INTEGER"
    BIGINT = "BIGINT"
    DATE = "DATE"
    TIMESTAMP = "TIMESTAMP"  # UTC, without a zone of its own
    BOOLEAN = "BOOLEAN"


@dataclass(frozen=True)
class Column:
    """One column: its type, meaning, unit and, where they are closed, the values it may hold."""

    name: str
    type: Type
    description: str
    unit: str | None = None
    nullable: bool = True
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """A rule over one row: an SQL condition that must be true, and the sentence that says what was found instead.

    `condition` is written in the SQL that both polars and DuckDB read. `{column}` in `reason` is replaced by the row's
    value of that column, which may also be one of the helper columns a candidate row carries until it is validated.
    """

    name: str
    condition: str
    reason: str


@dataclass(frozen=True)
class Table:
    """A published table, declared once: everything else about it is derived from this.

    The texts of a `coded` table say few things many times: they are carried as codes until they are published.
    """

    name: str
    description: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    is_view: bool = False
    coded: bool = False
    names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        names = tuple(column.name for column in self.columns)
        object.__setattr__(self, "names", names)
        if len(set(names)) != len(names):
            raise ValueError(f"{self.name}: a column is declared twice")
        if unknown := set(self.key) - set(names):
            raise ValueError(f"{self.name}: key names no column: {sorted(unknown)}")
