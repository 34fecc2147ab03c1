-- How far each release of a dataset parts from the one before it: revisions, counted.
--
-- Pairs are those of revisions, and each two consecutive releases of a dataset whatever they cover, so that a pair in which
-- nothing changed, or that has nothing in common, has a row as well. Shares are of the older release's rows that the newer
-- one covers too (same indicator, counterpart area and sex, within its years and, of an extract, its areas): a release of
-- other indicators than the one before neither gains nor loses by that. Only where both say that they are full releases is
-- what the newer one does not cover at all (indicators, areas, years at either end) lost as well: rows_dropped.
--
-- Grain: source, dataset, from_release, to_release.
WITH sizes AS (
    SELECT o.source, o.dataset, o.release, r.released, r.coverage, count(*) AS row_count
    FROM observations AS o
    JOIN releases AS r USING (source, release)
    GROUP BY ALL
),

consecutive AS (
    SELECT source, dataset, lag(release) OVER earlier AS from_release, release AS to_release
    FROM sizes
    WINDOW earlier AS (PARTITION BY source, dataset ORDER BY released, release)
    QUALIFY lag(release) OVER earlier IS NOT NULL
),

pairs AS (
    SELECT source, dataset, previous_release AS from_release, release AS to_release
    FROM release_coverage
    WHERE previous_release IS NOT NULL
    UNION
    SELECT source, dataset, from_release, to_release FROM consecutive
),

-- Not materialised: where there is nothing to compare, no row is looked at.
dated AS NOT MATERIALIZED (
    SELECT
        source,
        dataset,
        release,
        indicator,
        ref_area,
        counterpart_area,
        sex,
        regexp_extract(time_period, '(\d{4})[^/]*$', 1)::INTEGER AS year
    FROM observations
    WHERE time_period IS NOT NULL
),

compared AS (
    SELECT c.source, c.dataset, c.previous_release AS from_release, c.release AS to_release, count(*) AS rows_compared
    FROM release_coverage AS c
    JOIN dated AS o
        ON
            o.source = c.source
            AND o.dataset = c.dataset
            AND o.indicator = c.indicator
            AND o.counterpart_area = c.counterpart_area
            AND o.sex = c.sex
            AND o.release = c.previous_release
    WHERE
        o.year BETWEEN c.year_from AND c.year_to
        AND (c.areas_covered IS NULL OR contains(c.areas_covered, chr(10) || o.ref_area || chr(10)))
    GROUP BY ALL
),

full_pairs AS (
    SELECT p.*
    FROM pairs AS p
    JOIN releases AS older ON older.source = p.source AND older.release = p.from_release
    JOIN releases AS newer ON newer.source = p.source AND newer.release = p.to_release
    WHERE older.coverage = 'full' AND newer.coverage = 'full'
),

dropped AS (
    SELECT p.source, p.dataset, p.from_release, p.to_release, count(*) AS rows_dropped
    FROM full_pairs AS p
    JOIN dated AS o ON o.source = p.source AND o.dataset = p.dataset AND o.release = p.from_release
    LEFT JOIN release_coverage AS c
        ON
            c.source = o.source
            AND c.dataset = o.dataset
            AND c.release = p.to_release
            AND c.indicator = o.indicator
            AND c.counterpart_area = o.counterpart_area
            AND c.sex = o.sex
            AND o.year BETWEEN c.year_from AND c.year_to
            AND (c.areas_covered IS NULL OR contains(c.areas_covered, chr(10) || o.ref_area || chr(10)))
    WHERE c.release IS NULL
    GROUP BY ALL
),

changed AS (
    SELECT
        source,
        dataset,
        from_release,
        to_release,
        count(*) FILTER (change = 'added') AS rows_added,
        count(*) FILTER (change = 'retracted') AS rows_retracted,
        count(*) FILTER (change = 'revised') AS rows_revised,
        count(*) FILTER (change = 'status') AS rows_of_other_status
    FROM revisions
    GROUP BY ALL
)

SELECT
    p.source,
    p.dataset,
    p.from_release,
    p.to_release,
    older.released AS from_released,
    newer.released AS to_released,
    older.row_count AS rows_before,
    newer.row_count AS rows_now,
    coalesce(k.rows_compared, 0) AS rows_compared,
    coalesce(c.rows_added, 0) AS rows_added,
    coalesce(c.rows_retracted, 0) AS rows_retracted,
    coalesce(c.rows_revised, 0) AS rows_revised,
    coalesce(c.rows_of_other_status, 0) AS rows_of_other_status,
    coalesce(d.rows_dropped, 0) AS rows_dropped,
    coalesce(c.rows_added, 0) / nullif(coalesce(k.rows_compared, 0), 0) AS share_gained,
    (coalesce(c.rows_retracted, 0) + coalesce(d.rows_dropped, 0))
    / nullif(coalesce(k.rows_compared, 0) + coalesce(d.rows_dropped, 0), 0) AS share_lost,
    coalesce(c.rows_revised, 0) / nullif(coalesce(k.rows_compared, 0), 0) AS share_revised
FROM pairs AS p
JOIN sizes AS older ON older.source = p.source AND older.dataset = p.dataset AND older.release = p.from_release
JOIN sizes AS newer ON newer.source = p.source AND newer.dataset = p.dataset AND newer.release = p.to_release
LEFT JOIN compared AS k
    ON k.source = p.source AND k.dataset = p.dataset AND k.from_release = p.from_release AND k.to_release = p.to_release
LEFT JOIN changed AS c
    ON c.source = p.source AND c.dataset = p.dataset AND c.from_release = p.from_release AND c.to_release = p.to_release
LEFT JOIN dropped AS d
    ON d.source = p.source AND d.dataset = p.dataset AND d.from_release = p.from_release AND d.to_release = p.to_release
