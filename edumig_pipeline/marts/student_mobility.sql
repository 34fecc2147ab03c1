-- Inbound and outbound students of an area in a year, side by side, with the status of each figure.
--
-- All figures of a row are from one release, so that their difference means something. A release can speak for a cell as long
-- as it is the newest to have at least one figure of it; of those, the one with a number for both directions is taken, else
-- the newest. A year without a report is NULL, not 0. Figures quoted in running text (dataset statements) are claims to be
-- checked, not statistics, and are left out.
--
-- Grain: ref_area, year.
WITH figures AS (
    SELECT
        o.ref_area,
        o.time_period::INTEGER AS year,
        o.source,
        o.release,
        o.dataset,
        o.indicator,
        o.obs_value,
        o.obs_status
    FROM observations AS o
    WHERE
        o.indicator IN ('inbound_students', 'outbound_students', 'inbound_rate', 'outbound_ratio')
        AND o.counterpart_area = '_T'
        AND o.sex = '_T'
        AND o.breakdown = '_T'
        AND o.dataset <> 'statements'
        AND regexp_full_match(o.time_period, '\d{4}')
),

candidates AS (
    SELECT DISTINCT f.ref_area, f.year, f.source, f.release
    FROM figures AS f
    SEMI JOIN latest_observations AS l
        ON
            l.ref_area = f.ref_area
            AND l.time_period = f.year::VARCHAR
            AND l.source = f.source
            AND l.release = f.release
            AND l.dataset = f.dataset
            AND l.indicator = f.indicator
            AND l.counterpart_area = '_T'
            AND l.sex = '_T'
            AND l.breakdown = '_T'
),

wide AS (
    SELECT
        f.ref_area,
        f.year,
        f.source,
        f.release,
        first(f.obs_value ORDER BY f.dataset) FILTER (f.indicator = 'inbound_students') AS inbound_students,
        first(f.obs_status ORDER BY f.dataset) FILTER (f.indicator = 'inbound_students') AS inbound_students_status,
        first(f.obs_value ORDER BY f.dataset) FILTER (f.indicator = 'outbound_students') AS outbound_students,
        first(f.obs_status ORDER BY f.dataset) FILTER (f.indicator = 'outbound_students') AS outbound_students_status,
        first(f.obs_value ORDER BY f.dataset) FILTER (f.indicator = 'inbound_rate') AS inbound_rate,
        first(f.obs_status ORDER BY f.dataset) FILTER (f.indicator = 'inbound_rate') AS inbound_rate_status,
        first(f.obs_value ORDER BY f.dataset) FILTER (f.indicator = 'outbound_ratio') AS outbound_ratio,
        first(f.obs_status ORDER BY f.dataset) FILTER (f.indicator = 'outbound_ratio') AS outbound_ratio_status
    FROM figures AS f
    JOIN candidates USING (ref_area, year, source, release)
    GROUP BY ALL
)

SELECT
    w.*,
    w.inbound_students - w.outbound_students AS net_students,
    CASE
        WHEN w.inbound_students IS NULL OR w.outbound_students IS NULL THEN NULL
        WHEN w.inbound_students_status IN ('A', 'N') AND w.outbound_students_status IN ('A', 'N') THEN 'A'
        WHEN w.inbound_students_status IN ('A', 'N') THEN w.outbound_students_status
        WHEN w.outbound_students_status IN ('A', 'N') THEN w.inbound_students_status
        -- Neither is a plain value: the difference is an estimate.
        ELSE 'E'
    END AS net_students_status
FROM wide AS w
JOIN releases AS r USING (source, release)
QUALIFY row_number() OVER (
    PARTITION BY w.ref_area, w.year
    ORDER BY
        (w.inbound_students IS NOT NULL AND w.outbound_students IS NOT NULL) DESC,
        r.released DESC,
        w.release DESC,
        w.source
) = 1
