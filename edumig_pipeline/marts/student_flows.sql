-- Students by country of origin and host country, as hosts report them, in every release.
--
-- A host that does not report is absent, not zero; one that reports the origin within another category is there without a
-- number (status K). The share is taken of the origin's newest outbound total of the year from the same source.
--
-- Grain: origin, destination, year, source, release.
WITH totals AS (
    SELECT o.source, o.ref_area AS origin, o.time_period, o.obs_value AS outbound_students, o.release AS share_base_release
    FROM latest_observations AS o
    JOIN releases AS r USING (source, release)
    WHERE
        o.indicator = 'outbound_students'
        AND o.counterpart_area = '_T'
        AND o.sex = '_T'
        AND o.breakdown = '_T'
        AND o.obs_value > 0
    QUALIFY row_number() OVER (
        PARTITION BY o.source, o.ref_area, o.time_period ORDER BY r.released DESC, o.release DESC, o.dataset
    ) = 1
)

SELECT
    o.counterpart_area AS origin,
    o.ref_area AS destination,
    o.time_period::INTEGER AS year,
    o.source,
    o.release,
    o.obs_value AS students,
    o.obs_status,
    100 * o.obs_value / t.outbound_students AS share_of_origin,
    CASE WHEN o.obs_value IS NOT NULL THEN t.share_base_release END AS share_base_release
FROM observations AS o
LEFT JOIN totals AS t
    ON t.source = o.source AND t.origin = o.counterpart_area AND t.time_period = o.time_period
WHERE
    o.indicator = 'inbound_students'
    AND o.counterpart_area <> '_T'
    AND o.sex = '_T'
    AND o.breakdown = '_T'
    AND o.dataset <> 'statements'
    AND regexp_full_match(o.time_period, '\d{4}')
QUALIFY row_number() OVER (
    PARTITION BY o.counterpart_area, o.ref_area, o.time_period, o.source, o.release ORDER BY o.dataset
) = 1
