-- The files, members and sheets that were refused as a whole, each by the rule it broke.
--
-- Grain: raw_file, rule, reason.
SELECT raw_file, rule, reason
FROM quarantine
WHERE raw_row IS NULL AND raw_row_json IS NULL
ORDER BY ALL
