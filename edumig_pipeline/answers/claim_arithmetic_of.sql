-- What the article's own figures say of a claim.
--
-- Grain: at most one row.
SELECT * EXCLUDE (claim_id) FROM claim_arithmetic WHERE claim_id = $claim_id
