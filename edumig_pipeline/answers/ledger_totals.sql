-- Where the rows of all files went.
--
-- Grain: one row.
SELECT
    count(*) AS files,
    coalesce(sum(rows_read), 0)::BIGINT AS rows_read,
    coalesce(sum(rows_published), 0)::BIGINT AS rows_published,
    coalesce(sum(rows_quarantined), 0)::BIGINT AS rows_quarantined,
    coalesce(sum(rows_excluded), 0)::BIGINT AS rows_excluded
FROM row_ledger
