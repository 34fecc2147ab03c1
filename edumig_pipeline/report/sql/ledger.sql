-- Where the rows of each release went.
--
-- Grain: source, release; NULL for files that belong to no release.
SELECT
    f.source,
    f.release,
    sum(l.rows_read)::BIGINT AS rows_read,
    sum(l.rows_published)::BIGINT AS rows_published,
    sum(l.rows_quarantined)::BIGINT AS rows_quarantined,
    sum(l.rows_excluded)::BIGINT AS rows_excluded
FROM row_ledger AS l
LEFT JOIN raw_files AS f ON f.raw_file = l.raw_file OR starts_with(l.raw_file, f.raw_file || '#')
GROUP BY f.source, f.release
ORDER BY f.source, f.release
