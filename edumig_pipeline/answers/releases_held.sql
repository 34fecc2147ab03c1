-- The releases of the warehouse with what each holds: values, the newest period they are about, and the cadence of its source,
-- where the release is of what the source renews: one of its files has a layout of one of its downloads.
--
-- Grain: source, release.
WITH held AS (
    SELECT source, release, count(*) AS row_count, arg_max(time_period, (period_end, time_period)) AS newest_period
    FROM observations
    GROUP BY ALL
),

layouts AS (
    SELECT source, release, flatten(list(string_split(layout, '; '))) AS of_files
    FROM raw_files
    WHERE layout IS NOT NULL AND release IS NOT NULL
    GROUP BY ALL
),

renewed AS (
    SELECT source, flatten(list(string_split(layouts, '; '))) AS of_downloads
    FROM downloads
    GROUP BY ALL
)

SELECT
    r.source,
    r.release,
    r.publisher,
    r.published,
    r.retrieved,
    r.released,
    r.coverage,
    coalesce(h.row_count, 0) AS "rows",
    h.newest_period,
    CASE WHEN list_has_any(l.of_files, n.of_downloads) THEN s.cadence END AS cadence
FROM releases AS r
LEFT JOIN held AS h USING (source, release)
LEFT JOIN sources AS s USING (source)
LEFT JOIN layouts AS l USING (source, release)
LEFT JOIN renewed AS n USING (source)
ORDER BY r.source, r.released, r.release
