-- Inbound and outbound students of an area in a year, side by side, with the status of each figure.
--
-- All figures of a row are from one release, so that their difference means something: the newest among those that publish
-- both directions, else the newest that has any. A year without a report is NULL, not 0. Figures quoted in running text
-- (dataset statements) are claims to be checked, not statistics, and are left out.
--
-- Grain: ref_area, year.
WITH figures AS (
    SELECT
        o.ref_area,
        year(o.period_start) AS year,
        o.source,
        o.release,
        o.dataset,
        r.released,
        o.indicator,
        o.obs_value,
        o.obs_status
    FROM latest_observations AS o
    JOIN releases AS r USING (source, release)
    WHERE
        o.indicator IN ('inbound_students', 'outbound_students', 'inbound_rate', 'outbound_ratio')
        AND o.counterpart_area = '_T'
        AND o.sex = '_T'
        AND o.breakdown = '_T'
        AND o.dataset <> 'statements'
        AND regexp_full_match(o.time_period, '\d{4}')
),

directions AS (
    SELECT
        source,
        release,
        count(DISTINCT indicator) FILTER (indicator IN ('inbound_students', 'outbound_students')) AS directions
    FROM figures
    GROUP BY ALL
),

chosen AS (
    SELECT f.ref_area, f.year, f.source, f.release
    FROM figures AS f
    JOIN directions AS d USING (source, release)
    QUALIFY row_number() OVER (
        PARTITION BY f.ref_area, f.year
        ORDER BY d.directions DESC, f.released DESC, f.release DESC, f.source, f.indicator, f.dataset
    ) = 1
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
    JOIN chosen USING (ref_area, year, source, release)
    GROUP BY ALL
)

SELECT
    *,
    inbound_students - outbound_students AS net_students,
    CASE
        WHEN inbound_students IS NULL OR outbound_students IS NULL THEN NULL
        WHEN inbound_students_status = 'A' THEN outbound_students_status
        WHEN outbound_students_status IN ('A', 'N') THEN inbound_students_status
        -- Neither is a plain value: the difference is an estimate.
        ELSE 'E'
    END AS net_students_status
FROM wide
