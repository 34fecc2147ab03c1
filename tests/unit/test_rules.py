"""Every rule of every table catches the row that breaks it, and lets the row beside it pass.

Here: one bad row per rule, seen by `checks.validate`. Not here: observations on their way to quarantine
(`test_bad_observations`).
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

import polars as pl
import pytest
from pandera.config import ValidationDepth, config_context
from pandera.errors import SchemaErrors

from edumig_pipeline.model.catalogue import TABLES, table
from edumig_pipeline.model.checks import pandera_schema, rules_of, validate
from edumig_pipeline.model.schemas import polars_schema
from edumig_pipeline.model.table import Rule, Table, Type

Row = dict[str, Any]

# Columns that only rules look at; published rows are without them.
HELPERS: Mapping[str, pl.DataType] = {
    "ref_area_known": pl.Boolean(),
    "counterpart_area_known": pl.Boolean(),
    "area_known": pl.Boolean(),
    "parent_area_known": pl.Boolean(),
    "undated": pl.Boolean(),
    "published_value": pl.String(),
    "published_period": pl.String(),
    "expected_value": pl.Float64(),
    "published_number": pl.Float64(),
    "lower_bound": pl.Float64(),
    "upper_bound": pl.Float64(),
    "period_start": pl.Date(),
    "period_end": pl.Date(),
}
SAMPLE: Mapping[Type, Any] = {
    Type.VARCHAR: "text",
    Type.DOUBLE: 1.0,
    Type.INTEGER: 1,
    Type.BIGINT: 1,
    Type.DATE: date(2019, 1, 1),
    Type.TIMESTAMP: datetime(2019, 1, 1, 6),  # noqa: DTZ001  UTC, without a zone of its own
    Type.BOOLEAN: True,
}
# What a row needs beside a sample of each column to obey the rules its table declares.
GOOD: Mapping[str, Row] = {
    "observations": {
        "breakdown": "_T",
        "ref_area_known": True,
        "counterpart_area_known": True,
        "undated": False,
        "published_value": "1",
        "published_period": "2019",
        "expected_value": 1.0,
        "published_number": 1.0,
        "lower_bound": 0.0,
        "upper_bound": 100.0,
    },
    "footnotes": {
        "ref_area_known": True,
        "counterpart_area_known": True,
        "period_start": date(2019, 1, 1),
        "period_end": date(2019, 12, 31),
    },
    "source_areas": {"area_known": True, "parent_area_known": True},
    "claims": {"published_value": "1"},
    "row_ledger": {"rows_read": 3},
}
# For each declared rule what to change in a good row so that it breaks this rule and no other.
BAD: Mapping[str, Mapping[str, Row]] = {
    "observations": {
        "indicator_given": {"source_indicator": ""},
        "correction_expected": {"expected_value": 2.0},
        "known_area": {"ref_area_known": False},
        "known_counterpart_area": {"counterpart_area_known": False},
        "breakdown_syntax": {"breakdown": "incident="},
        "known_period": {"period_start": None},
        "value_is_number": {"obs_value": None, "published_value": "many"},
        "value_matches_status": {"obs_status": "M"},
        "within_bounds": {"obs_value": -1.0},
    },
    "footnotes": {
        "known_area": {"ref_area_known": False},
        "known_counterpart_area": {"counterpart_area_known": False},
        "indicator_given": {"source_indicator": ""},
        "known_period": {"period_start": None},
        "footnote_given": {"footnote": ""},
    },
    "source_indicators": {"label_given": {"label": ""}},
    "source_areas": {
        "label_given": {"label": ""},
        "known_area": {"area_known": False},
        "known_parent_area": {"parent_area_known": False},
    },
    "claims": {"value_is_number": {"claimed_value": None}, "statement_given": {"statement": ""}},
    "row_ledger": {"ledger_balances": {"rows_excluded": 0}},
}
# Implied and declared alike, these tables' rules stand between a raw row and the published tables.
GUARDED = ("observations", "footnotes", "claims", "source_indicators", "source_areas", "row_ledger", "quarantine", "raw_files")


def good_row(declared: Table) -> Row:
    sample = {c.name: c.allowed[0] if c.allowed else SAMPLE[c.type] for c in declared.columns}
    return sample | GOOD.get(declared.name, {})


def frame_of(declared: Table, *rows: Row) -> pl.DataFrame:
    helpers = {name: dtype for name, dtype in HELPERS.items() if name in rows[0] and name not in declared.names}
    return pl.DataFrame(rows, schema={**polars_schema(declared), **helpers}, orient="row")


def breaches(declared: Table) -> Iterator[tuple[str, Row]]:
    """Rule by rule, in the order of `rules_of`, what breaks it; the implied rules are worked out anew here."""
    for column in declared.columns:
        if not column.nullable:
            yield f"has_{column.name}", {column.name: None}
        if column.allowed:
            yield f"known_{column.name}", {column.name: "no such code"}
    yield from BAD.get(declared.name, {}).items()


# Rules that cannot be broken alone: what is missing obeys no rule that looks at it.
TOGETHER: Mapping[tuple[str, str], set[str]] = {
    ("observations", "has_source_indicator"): {"indicator_given"},
    ("observations", "has_ref_area"): {"known_area"},
    ("source_areas", "has_source_area"): {"label_given"},
    ("source_areas", "has_label"): {"label_given"},
    ("source_areas", "has_area"): {"known_area"},
    ("observations", "has_breakdown"): {"breakdown_syntax"},
    ("footnotes", "has_footnote"): {"footnote_given"},
    ("footnotes", "has_source_indicator"): {"indicator_given"},
    ("source_indicators", "has_source_indicator"): {"label_given"},
    ("source_indicators", "has_label"): {"label_given"},
    ("claims", "has_claim_id"): {"statement_given"},
    ("claims", "has_statement"): {"statement_given"},
    ("claims", "has_printed"): {"statement_given"},
    ("claims", "has_claimed_value"): {"value_is_number"},
    ("claims", "value_is_number"): {"has_claimed_value"},
    **{("row_ledger", f"has_rows_{what}"): {"ledger_balances"} for what in ("read", "published", "quarantined", "excluded")},
}
EVERY_BREACH = [
    pytest.param(declared, number, id=f"{declared.name}-{rule}-{'-'.join(change)}")
    for declared in TABLES
    for number, (rule, change) in enumerate(breaches(declared))
]


@cache
def rules_broken_by_row(name: str) -> list[set[str]]:
    """The rules that each row breaks of a frame that holds a good row, then one bad row per breach of the table."""
    declared = table(name)
    good = good_row(declared)
    frame = frame_of(declared, good, *(good | change for _, change in breaches(declared)))
    broken = validate(declared, frame, pandera_schema(declared)).broken
    return [{rule for rule, obeys in broken.items() if not obeys[row]} for row in range(frame.height)]


@pytest.mark.parametrize("declared", TABLES, ids=lambda declared: declared.name)
def test_a_good_row_breaks_no_rule(declared: Table) -> None:
    frame = frame_of(declared, good_row(declared))
    assert validate(declared, frame, pandera_schema(declared)).broken == {}
    assert rules_broken_by_row(declared.name)[0] == set()


@pytest.mark.parametrize(("declared", "number"), EVERY_BREACH)
def test_a_bad_row_breaks_its_rule_and_no_other(declared: Table, number: int) -> None:
    rule, _ = list(breaches(declared))[number]
    broken = rules_broken_by_row(declared.name)[number + 1]
    assert rule in broken
    assert broken - {rule} <= TOGETHER.get((declared.name, rule), set())


@pytest.mark.parametrize("name", GUARDED)
def test_every_rule_of_a_guarded_table_has_a_bad_row(name: str) -> None:
    assert {rule.name for rule in rules_of(table(name))} == {rule for rule, _ in breaches(table(name))}


@pytest.mark.parametrize("declared", TABLES, ids=lambda declared: declared.name)
def test_every_declared_rule_has_a_bad_row(declared: Table) -> None:
    assert {rule.name for rule in declared.rules} == set(BAD.get(declared.name, {}))


@pytest.mark.parametrize("declared", TABLES, ids=lambda declared: declared.name)
def test_rules_of_a_table_have_different_names(declared: Table) -> None:
    names = [rule.name for rule in rules_of(declared)]
    assert sorted(names) == sorted(set(names)), "of two rules of one name the bad rows of only one would be reported"


def test_two_bad_rows_of_one_rule_are_told_apart_from_the_good() -> None:
    declared = table("observations")
    good = good_row(declared)
    frame = frame_of(declared, good | {"sex": "X"}, good, good | {"sex": "X", "obs_value": -1.0})
    broken = validate(declared, frame, pandera_schema(declared)).broken
    assert {name: obeys.to_list() for name, obeys in broken.items()} == {
        "known_sex": [False, True, False],
        "within_bounds": [True, True, False],
    }


def test_a_rule_whose_condition_is_unknown_counts_as_broken() -> None:
    declared = Table("things", "d", "g", table("sources").columns, rules=(Rule("is_text", "url = 'text'", "no text"),))
    frame = frame_of(declared, {"source": "s", "publisher": "p", "url": None, "description": "d"})
    assert set(validate(declared, frame, pandera_schema(declared)).broken) == {"has_url", "is_text"}


def test_a_frame_of_another_shape_is_a_fault_not_a_bad_row() -> None:
    declared = table("sources")
    good = frame_of(declared, good_row(declared))
    for frame in (good.drop("url"), good.with_columns(url=pl.lit(1))):
        with pytest.raises(SchemaErrors):
            validate(declared, frame, pandera_schema(declared))


# Materialised rows


def bad_observation() -> pl.DataFrame:
    declared = table("observations")
    return frame_of(declared, good_row(declared) | {"sex": "X", "obs_value": -1.0})


def test_a_lazily_validated_frame_would_let_bad_values_pass() -> None:
    schema = pandera_schema(table("observations"))
    frame = bad_observation()
    assert schema.validate(frame.lazy(), lazy=True).collect().equals(frame), "then materialising is no longer needed"
    assert set(validate(table("observations"), frame, schema).broken) == {"known_sex", "within_bounds"}


@pytest.mark.parametrize(
    "setting",
    [{"validation_enabled": False}, {"validation_depth": ValidationDepth.SCHEMA_ONLY}],
    ids=["PANDERA_VALIDATION_ENABLED=False", "PANDERA_VALIDATION_DEPTH=SCHEMA_ONLY"],
)
def test_bad_values_are_found_whatever_the_environment_tells_pandera(setting: dict[str, Any]) -> None:
    with config_context(**setting):
        found = validate(table("observations"), bad_observation(), pandera_schema(table("observations")))
    assert set(found.broken) == {"known_sex", "within_bounds"}
