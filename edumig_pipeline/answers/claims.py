"""The claims of the article, with what each check of them came to.

Belongs here: choosing and gathering. Does not belong here: any verdict (`marts/claim_checks.sql`).
"""

from typing import Any

from edumig_pipeline.answers.errors import WrongQuestionError
from edumig_pipeline.answers.opening import Published, Row
from edumig_pipeline.wording.spelling import did_you_mean

_OF_A_CHECK = (
    "check", "verdict", "evidence_source", "evidence_release", "evidence_period", "evidence_value", "difference", "explanation",
)  # fmt: skip


def claims(published: Published, verdict: str | None = None, section: str | None = None) -> list[dict[str, Any]]:
    """The claims with their `checks`, all or those of a section; of a verdict those of which any check came to it.

    Raises WrongQuestionError for an unknown section.
    """
    rows = published.ask("claims_checked")
    sections = {row["section"] for row in rows}
    if section is not None and section not in sections:
        raise WrongQuestionError(f"there is no section {section}: {did_you_mean(section, sections)}")
    found = _with_checks(rows)
    return [
        claim
        for claim in found
        if section in (None, claim["section"]) and (verdict is None or verdict in {check["verdict"] for check in claim["checks"]})
    ]


def claim(published: Published, claim_id: str) -> dict[str, Any]:
    """One claim with its checks, its `evidence` and its `arithmetic`; WrongQuestionError when there is no such claim."""
    found = {claim["claim_id"]: claim for claim in _with_checks(published.ask("claims_checked"))}
    if claim_id not in found:
        names = {known: one["statement"] for known, one in found.items()}
        raise WrongQuestionError(f"there is no claim {claim_id}: {did_you_mean(claim_id, names)}")
    return {
        **found[claim_id],
        "evidence": published.ask("claim_evidence_of", claim_id=claim_id),
        "arithmetic": published.ask("claim_arithmetic_of", claim_id=claim_id),
    }


def _with_checks(rows: list[Row]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        about = {name: value for name, value in row.items() if name not in _OF_A_CHECK}
        found.setdefault(row["claim_id"], {**about, "checks": []})["checks"].append({name: row[name] for name in _OF_A_CHECK})
    return list(found.values())
