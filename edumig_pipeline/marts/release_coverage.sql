-- What each release covers, by dataset, indicator, counterpart area and sex: its span of years and, where it is an extract,
-- its areas. A release counts as an extract when it says so, or has fewer than 30 areas for the indicator.
--
-- Grain: source, dataset, release, indicator, counterpart_area, sex.
WITH covered AS (
    SELECT
        source,
        dataset,
        release,
        indicator,
        counterpart_area,
        sex,
        -- The last year that time_period names, not that of period_end: one release may date academic years, another not.
        min(regexp_extract(time_period, '(\d{4})[^/]*$', 1)::INTEGER) AS year_from,
        max(regexp_extract(time_period, '(\d{4})[^/]*$', 1)::INTEGER) AS year_to,
        list_sort(list(DISTINCT ref_area)) AS areas
    FROM observations
    GROUP BY ALL
),

breadth AS (
    SELECT source, dataset, release, indicator, count(DISTINCT area) AS areas
    FROM (SELECT source, dataset, release, indicator, unnest(areas) AS area FROM covered)
    GROUP BY ALL
)

SELECT
    c.source,
    c.dataset,
    c.release,
    c.indicator,
    c.counterpart_area,
    c.sex,
    r.released,
    c.year_from,
    c.year_to,
    CASE
        WHEN coalesce(r.coverage, '') = 'extract' OR b.areas < 30
            -- A line feed on either side of each, so that one code is not found in another.
            THEN chr(10) || array_to_string(c.areas, chr(10)) || chr(10)
    END AS areas_covered,
    lag(c.release) OVER (
        PARTITION BY c.source, c.dataset, c.indicator, c.counterpart_area, c.sex
        ORDER BY r.released, c.release
    ) AS previous_release
FROM covered AS c
JOIN breadth AS b USING (source, dataset, release, indicator)
JOIN releases AS r USING (source, release)
