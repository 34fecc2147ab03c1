-- Inbound and outbound students of an area in a year, side by side, as every release of every source has them.
--
-- All figures of a row are from one release, so that their difference means something. A year without a report is NULL, not 0.
-- Figures quoted in running text (dataset statements) are claims to be checked, not statistics, and are left out.
--
-- Grain: ref_area, year, source, release.
WITH figures AS (
    SELECT
        ref_area,
        time_period::INTEGER AS year,
        source,
        release,
        dataset,
        indicator,
        obs_value,
        obs_status
    FROM observations
    WHERE
        indicator IN ('inbound_students', 'outbound_students', 'inbound_rate', 'outbound_ratio')
        AND counterpart_area = '_T'
        AND sex = '_T'
        AND breakdown = '_T'
        AND dataset <> 'statements'
        AND regexp_full_match(time_period, '\d{4}')
),

wide AS (
    SELECT
        ref_area,
        year,
        source,
        release,
        first(obs_value ORDER BY dataset) FILTER (indicator = 'inbound_students') AS inbound_students,
        first(obs_status ORDER BY dataset) FILTER (indicator = 'inbound_students') AS inbound_students_status,
        first(obs_value ORDER BY dataset) FILTER (indicator = 'outbound_students') AS outbound_students,
        first(obs_status ORDER BY dataset) FILTER (indicator = 'outbound_students') AS outbound_students_status,
        first(obs_value ORDER BY dataset) FILTER (indicator = 'inbound_rate') AS inbound_rate,
        first(obs_status ORDER BY dataset) FILTER (indicator = 'inbound_rate') AS inbound_rate_status,
        first(obs_value ORDER BY dataset) FILTER (indicator = 'outbound_ratio') AS outbound_ratio,
        first(obs_status ORDER BY dataset) FILTER (indicator = 'outbound_ratio') AS outbound_ratio_status
    FROM figures
    GROUP BY ALL
)

SELECT
    *,
    inbound_students - outbound_students AS net_students,
    CASE
        WHEN inbound_students IS NULL OR outbound_students IS NULL THEN NULL
        WHEN inbound_students_status IN ('A', 'N') AND outbound_students_status IN ('A', 'N') THEN 'A'
        WHEN inbound_students_status IN ('A', 'N') THEN outbound_students_status
        WHEN outbound_students_status IN ('A', 'N') THEN inbound_students_status
        -- Neither is a plain value: the difference is an estimate.
        ELSE 'E'
    END AS net_students_status
FROM wide
