-- Each claim against every source that covers it, and against the article's own figures.
--
-- Grain: claim, check.
SELECT
    claim_id,
    "check",
    verdict,
    evidence_source,
    evidence_release,
    evidence_period,
    evidence_value,
    difference,
    explanation
FROM claim_checks
ORDER BY claim_id, "check"
