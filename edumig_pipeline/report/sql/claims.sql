-- What the article prints, figure by figure.
--
-- Grain: claim.
SELECT
    claim_id,
    source,
    section,
    cited,
    statement,
    printed,
    indicator,
    ref_area,
    counterpart_area,
    time_period,
    claimed_value,
    unit_measure
FROM claims
ORDER BY claim_id
