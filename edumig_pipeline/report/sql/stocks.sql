-- International migrants who live in an area, and their share of its population where the same release has it.
--
-- Grain: area, source, year; the newest release of each source.
SELECT
    o.ref_area AS area,
    o.source,
    o.time_period::INTEGER AS year,
    o.release,
    o.obs_value AS value,
    o.obs_status AS status,
    s.obs_value AS share
FROM observations_as_of(DATE '9999-12-31') AS o
JOIN releases AS r USING (source, release)
LEFT JOIN observations AS s
    ON
        s.indicator = 'migrant_stock_share'
        AND s.source = o.source
        AND s.dataset = o.dataset
        AND s.release = o.release
        AND s.ref_area = o.ref_area
        AND s.counterpart_area = '_T'
        AND s.sex = '_T'
        AND s.breakdown = '_T'
        AND s.time_period = o.time_period
WHERE
    o.indicator = 'migrant_stock'
    AND o.counterpart_area = '_T'
    AND o.sex = '_T'
    AND o.breakdown = '_T'
    AND o.dataset <> 'statements'
    AND regexp_full_match(o.time_period, '\d{4}')
QUALIFY
    row_number() OVER (
        PARTITION BY o.ref_area, o.source, o.time_period ORDER BY r.released DESC, o.release DESC, o.dataset
    ) = 1
ORDER BY area, o.source, year
