-- Students and migrants between an area and each of its partner countries, from both ends; each source by its newest release.
--
-- `to` are those who left the area for the partner, `from` those who came from the partner to the area. Groups of countries are
-- no partners: they overlap. A partner that says that it has no number is there without one. What a release retracted is gone;
-- no release is too new to count, so that the same warehouse gives the same page on any day.
--
-- Grain: topic, direction, area, year, source, partner.
WITH known AS MATERIALIZED (
    SELECT
        o.indicator,
        o.ref_area,
        o.counterpart_area,
        o.time_period::INTEGER AS year,
        o.source,
        o.release,
        o.obs_value AS value,
        o.obs_status AS status
    FROM observations_as_of(DATE '9999-12-31') AS o
    JOIN releases AS r USING (source, release)
    WHERE
        o.indicator IN ('inbound_students', 'migrant_stock')
        AND o.counterpart_area <> '_T'
        AND o.sex = '_T'
        AND o.breakdown = '_T'
        AND o.dataset <> 'statements'
        AND regexp_full_match(o.time_period, '\d{4}')
    QUALIFY row_number() OVER (
        PARTITION BY o.indicator, o.ref_area, o.counterpart_area, o.time_period, o.source
        ORDER BY r.released DESC, o.release DESC, o.dataset
    ) = 1
),

seen_from_both_ends AS (
    SELECT 'from' AS direction, ref_area AS area, counterpart_area AS partner, * EXCLUDE (ref_area, counterpart_area)
    FROM known
    UNION ALL BY NAME
    SELECT 'to' AS direction, counterpart_area AS area, ref_area AS partner, * EXCLUDE (ref_area, counterpart_area)
    FROM known
)

SELECT
    if(k.indicator = 'migrant_stock', 'migrants', 'students') AS topic,
    k.direction,
    k.area,
    k.year,
    k.source,
    k.partner,
    k.release,
    k.value,
    k.status
FROM seen_from_both_ends AS k
JOIN areas AS p ON p.code = k.partner AND p.kind IN ('country', 'historic_country')
