-- What did not land: how many rows of each file broke which rule, and files that were refused whole (0 rows); the first
-- limits.refusals of them.
--
-- Grain: raw_file, rule.
SELECT
    raw_file,
    rule,
    sum(if(raw_row IS NOT NULL, 1, coalesce((raw_row_json ->> '$.rows')::BIGINT, 0)))::BIGINT AS rows_refused,
    first(reason ORDER BY raw_row NULLS LAST, reason) AS example
FROM quarantine
GROUP BY raw_file, rule
ORDER BY rows_refused DESC, raw_file, rule
LIMIT (SELECT refusals FROM limits)
