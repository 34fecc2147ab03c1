-- Every figure that may speak for or against a claim, the claim's own period first, newest release first.
--
-- Grain: source, release, dataset, time_period, derivation.
SELECT e.* EXCLUDE (claim_id)
FROM claim_evidence AS e
JOIN releases AS r USING (source, release)
WHERE e.claim_id = $claim_id
ORDER BY e.checked_against, abs(e.years_off), e.years_off, r.released DESC, e.release, e.dataset, e.derivation
