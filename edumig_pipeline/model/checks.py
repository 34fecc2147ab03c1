"""pandera schemas, derived from a table's declaration, and the checking of rows by them.

Belongs here: running declared rules over materialised rows. Does not belong here: any rule of its own (rules are
declared with their table).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import pandera.polars as pa
import polars as pl
from pandera.api.polars.types import PolarsData
from pandera.config import ValidationDepth, config_context
from pandera.errors import SchemaErrors

from edumig_pipeline.model.schemas import polars_schema
from edumig_pipeline.model.table import Rule, Table

# pandera lists every failing cell in its report unless told otherwise, which takes seconds per million bad rows; which
# rows failed is read from each check's own output instead.
_CASES_IN_REPORT = 10


@cache
def rules_of(table: Table) -> tuple[Rule, ...]:
    """Every rule a row of the table obeys: those its columns imply, then those it declares, in order."""
    implied = []
    for column in table.columns:
        if not column.nullable:
            implied.append(Rule(f"has_{column.name}", f'"{column.name}" IS NOT NULL', f"{column.name} is missing"))
        if column.allowed:
            values = ", ".join(f"'{value}'" for value in column.allowed)
            reason = f"{column.name} '{{{column.name}}}' is not one of {', '.join(column.allowed)}"
            implied.append(Rule(f"known_{column.name}", f'"{column.name}" IS NULL OR "{column.name}" IN ({values})', reason))
    rules = (*implied, *table.rules)
    if len({rule.name for rule in rules}) != len(rules):
        raise ValueError(f"{table.name}: two rules share a name: {sorted(rule.name for rule in rules)}")
    return rules


def pandera_schema(table: Table, types: pl.Schema | None = None) -> pa.DataFrameSchema:
    """The table as a pandera schema: column types strictly, and one named check per rule.

    The types are those of `polars_schema` unless rows are carried otherwise (`carried_schema`). To be used on materialised
    frames with `lazy=True`: on lazy frames pandera looks at names and types only.
    """
    columns = {name: pa.Column(dtype, nullable=True, required=True) for name, dtype in (types or polars_schema(table)).items()}
    return pa.DataFrameSchema(columns, checks=list(_checks(table)), name=table.name)


@cache
def _checks(table: Table) -> tuple[pa.Check, ...]:
    """They are made once: to read their SQL takes milliseconds, and each file has a schema of its own."""
    return tuple(_check(rule) for rule in rules_of(table))


def _check(rule: Rule) -> pa.Check:
    condition = pl.sql_expr(rule.condition).fill_null(value=False)

    def holds(data: PolarsData) -> pl.LazyFrame:
        return data.lazyframe.select(condition.alias("holds"))

    return pa.Check(holds, name=rule.name, error=rule.name, n_failure_cases=_CASES_IN_REPORT)


@dataclass(frozen=True)
class Validation:
    """What a check of materialised rows found: for each rule that some row broke, which rows obey it."""

    broken: Mapping[str, pl.Series]


def validate(table: Table, frame: pl.DataFrame, schema: pa.DataFrameSchema) -> Validation:
    """Check every row of `frame` by every rule of `table`; helper columns its rules name may be present.

    Raises SchemaErrors when the frame is not of the declared shape at all, which is a fault of the program.
    """
    try:
        # Whatever the environment tells pandera: every row, every rule.
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            schema.validate(frame, lazy=True)
    except SchemaErrors as errors:
        broken: dict[str, pl.Series] = {}
        for error in errors.schema_errors:
            output = error.check_output
            if not isinstance(error.check, pa.Check) or not isinstance(output, pl.DataFrame) or output.height != frame.height:
                raise
            broken[str(error.check.name)] = output.to_series()
        return Validation({rule.name: broken[rule.name] for rule in rules_of(table) if rule.name in broken})
    return Validation({})
