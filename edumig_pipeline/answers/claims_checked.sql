-- Every claim with what each check of it came to.
--
-- Grain: claim_id, check.
SELECT
    c.claim_id,
    c.section,
    c.statement,
    c.printed,
    c.claimed_value,
    c.unit_measure,
    c.comparator,
    c.cited,
    c.reference,
    c.definition,
    c.indicator,
    c.ref_area,
    c.counterpart_area,
    c.sex,
    c.breakdown,
    c.time_period,
    i.reading,
    k."check",
    k.verdict,
    k.evidence_source,
    k.evidence_release,
    k.evidence_period,
    k.evidence_value,
    k.difference,
    k.explanation
FROM claims AS c
JOIN claim_intervals AS i USING (claim_id)
JOIN claim_checks AS k USING (claim_id)
ORDER BY c.claim_id, k."check"
