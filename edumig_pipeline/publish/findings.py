"""The page of findings: what was confirmed and what was not, where sources part, what was revised, what does not add up.

Belongs here: turning the evidence tables into one Markdown page. Does not belong here: finding anything (`marts/`).
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from edumig_pipeline.model.codes import VERDICT, VERDICT_RANK
from edumig_pipeline.publish.derivation import parquet_files
from edumig_pipeline.wording.printable import in_markdown

_TABLES = ("claims", "claim_checks", "reconciliation", "revisions", "identity_checks", "areas", "releases")
_MOST = 15  # rows of a list; the tables have them all

_INTRODUCTION = """# Findings

Generated from the warehouse by every refresh (`warehouse/findings.md`); this copy is that of the raw files the repository ships,
renewed by `make findings`. Every sentence can be followed: `claim_checks` names source, release and period of the evidence,
`claim_evidence` the file, row and column it stands in.
"""


def write_findings(parquet: Path, target: Path) -> None:
    """Write the page for the tables under `parquet` to `target`."""
    with duckdb.connect(config={"temp_directory": f"{target}.tmp"}) as db:
        db.execute("SET enable_progress_bar = false")
        for name in _TABLES:
            db.execute(f"CREATE VIEW {name} AS SELECT * FROM {parquet_files(parquet, name)}")
        sections = (_INTRODUCTION, _claims(db), _reconciliation(db), _revisions(db), _identities(db))
        target.write_text("\n".join(sections), encoding="utf-8")


def _claims(db: duckdb.DuckDBPyConnection) -> str:
    """The article, claim by claim: a claim stands under the best verdict that any check came to, with all of its checks."""
    best = db.execute(
        f"""
        SELECT verdict, count(*) FROM (
            SELECT claim_id, first(verdict ORDER BY list_position({list(VERDICT_RANK)}, verdict)) AS verdict
            FROM claim_checks GROUP BY claim_id
        ) GROUP BY ALL
        """
    ).fetchall()
    counts = dict(best)
    lines = ["## The article, checked", ""]
    lines += _table(
        ("verdict", "claims", "which means"),
        [(verdict, counts.get(verdict, 0), VERDICT[verdict]) for verdict in VERDICT_RANK],
    )
    for verdict in VERDICT_RANK[:-1]:
        rows = db.execute(
            """
            SELECT c.claim_id, c.statement, k.explanation
            FROM claim_checks AS k JOIN claims AS c USING (claim_id)
            WHERE k.verdict = ? ORDER BY c.claim_id, k."check"
            """,
            [verdict],
        ).fetchall()
        if rows:
            lines += ["", f"### {verdict.replace('_', ' ').capitalize()}", ""]
            lines += [
                f"- **{claim}** {statement} {explanation}"
                for claim, statement, explanation in (map(in_markdown, row) for row in rows)
            ]
    return "\n".join([*lines, ""])


def _reconciliation(db: duckdb.DuckDBPyConnection) -> str:
    summary = db.execute(
        """
        SELECT
            split_part(concept, ',', 1) AS concept, source_a, release_a, source_b, release_b, count(*) AS cells,
            count(*) FILTER (difference = 0) AS equal, round(median(ratio), 4) AS median_ratio,
            round(min(ratio), 3) AS smallest, round(max(ratio), 3) AS largest, min(explanation)
        FROM reconciliation GROUP BY ALL ORDER BY ALL
        """
    ).fetchall()
    lines = ["## Where sources part", "", "Ratios are of the second source to the first.", ""]
    lines += _table(
        (
            "concept",
            "first",
            "release",
            "second",
            "release",
            "cells",
            "equal",
            "median ratio",
            "smallest",
            "largest",
            "known reason",
        ),
        summary,
    )
    lines += ["", f"The {_MOST} largest differences about Kazakhstan, relative to the first source:", ""]
    lines += _table(
        ("concept", "area", "counterpart", "period", "first", "value", "second", "value", "ratio"),
        db.execute(
            f"""
            SELECT concept, ref_area, counterpart_area, time_period, source_a || ' ' || release_a, value_a,
                source_b || ' ' || release_b, value_b, round(ratio, 3)
            FROM reconciliation
            WHERE 'KAZ' IN (ref_area, counterpart_area) AND difference <> 0 AND ratio > 0
            ORDER BY abs(ln(ratio)) DESC, concept, ref_area, counterpart_area, time_period, source_b,
                release_b, source_a, release_a LIMIT {_MOST}
            """
        ).fetchall(),
    )
    return "\n".join([*lines, ""])


def _revisions(db: duckdb.DuckDBPyConnection) -> str:
    lines = ["## What publishers revised", ""]
    lines += _table(
        ("source", "dataset", "from", "to", "indicator", "added", "revised", "retracted", "status"),
        db.execute(
            """
            SELECT source, dataset, from_release, to_release, indicator,
                count(*) FILTER (change = 'added'), count(*) FILTER (change = 'revised'),
                count(*) FILTER (change = 'retracted'), count(*) FILTER (change = 'status')
            FROM revisions GROUP BY source, dataset, from_release, to_release, indicator ORDER BY ALL
            """
        ).fetchall(),
    )
    lines += ["", "Kazakhstan's revised figures, both sexes:", ""]
    lines += _table(
        ("indicator", "counterpart", "period", "from", "value", "to", "value", "difference"),
        db.execute(
            f"""
            SELECT indicator, counterpart_area, time_period, from_release, old_value, to_release, new_value, difference
            FROM revisions
            WHERE ref_area = 'KAZ' AND sex = '_T' AND change = 'revised'
            ORDER BY abs(relative_difference) DESC, indicator, counterpart_area, time_period, source, dataset, breakdown,
                from_release LIMIT {_MOST}
            """
        ).fetchall(),
    )
    return "\n".join([*lines, ""])


def _identities(db: duckdb.DuckDBPyConnection) -> str:
    lines = ["## Whether the publishers' own accounts add up", ""]
    lines += _table(
        ("identity", "source", "release", "hold", "do not", "a part is missing"),
        db.execute(
            """
            SELECT identity, source, release,
                count(*) FILTER (holds), count(*) FILTER (NOT holds), count(*) FILTER (holds IS NULL)
            FROM identity_checks GROUP BY ALL ORDER BY ALL
            """
        ).fetchall(),
    )
    failing = db.execute(
        f"""
        SELECT identity, release, ref_area, time_period, lhs, rhs, residual, tolerance
        FROM identity_checks WHERE NOT holds
        ORDER BY abs(residual) DESC, identity, ref_area, time_period, source, release LIMIT {_MOST}
        """
    ).fetchall()
    if failing:
        lines += ["", f"Those that do not, the {_MOST} largest residuals:", ""]
        lines += _table(("identity", "release", "area", "period", "left", "right", "residual", "tolerance"), failing)
    return "\n".join([*lines, ""])


def _table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    if not rows:
        return ["Nothing."]
    body = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    return [f"| {' | '.join(headings)} |", f"|{'---|' * len(headings)}", *body]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() else f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.1f}"
    return in_markdown(str(value))
