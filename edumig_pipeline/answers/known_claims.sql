-- Every claim with what it says.
--
-- Grain: claim_id.
SELECT claim_id, statement FROM claims ORDER BY claim_id
