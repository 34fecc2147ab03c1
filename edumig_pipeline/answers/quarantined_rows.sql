-- How many rows of a file, member or sheet broke a rule: those listed in quarantine, and those its closing row stands for.
--
-- Grain: raw_file, rule.
SELECT
    raw_file,
    rule,
    sum(CASE WHEN raw_row IS NOT NULL THEN 1 ELSE coalesce(CAST(raw_row_json ->> '$.rows' AS BIGINT), 0) END)::BIGINT AS "rows"
FROM quarantine
WHERE raw_row IS NOT NULL OR raw_row_json IS NOT NULL
GROUP BY ALL
ORDER BY ALL
