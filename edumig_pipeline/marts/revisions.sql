-- What changed between consecutive releases of a dataset, cell by cell.
--
-- A release is compared with the release before it of the same dataset that covers the same indicator, counterpart area and
-- sex. Figures that agree at the coarser printed precision are the same. A cell counts as retracted only within the years
-- and, of an extract, the areas that the newer release covers; as added only within the areas that the older one covers, so
-- that a longer download is no news. Undated statements are not compared.
--
-- Grain: source, dataset, indicator, ref_area, counterpart_area, sex, breakdown, time_period, from_release, to_release.
WITH pairs AS (
    SELECT
        source,
        dataset,
        indicator,
        counterpart_area,
        sex,
        newer.release AS to_release,
        newer.year_from,
        newer.year_to,
        newer.areas_covered AS new_areas,
        older.release AS from_release,
        older.areas_covered AS old_areas
    FROM release_coverage AS newer
    JOIN release_coverage AS older USING (source, dataset, indicator, counterpart_area, sex)
    WHERE older.release = newer.previous_release
),

old_cells AS (
    SELECT p.from_release, p.to_release, p.year_from, p.year_to, p.new_areas, o.*
    FROM pairs AS p
    JOIN observations AS o
        ON
            o.source = p.source
            AND o.dataset = p.dataset
            AND o.indicator = p.indicator
            AND o.counterpart_area = p.counterpart_area
            AND o.sex = p.sex
            AND o.release = p.from_release
    WHERE o.time_period IS NOT NULL
),

new_cells AS (
    SELECT p.from_release, p.to_release, p.old_areas, o.*
    FROM pairs AS p
    JOIN observations AS o
        ON
            o.source = p.source
            AND o.dataset = p.dataset
            AND o.indicator = p.indicator
            AND o.counterpart_area = p.counterpart_area
            AND o.sex = p.sex
            AND o.release = p.to_release
    WHERE o.time_period IS NOT NULL
),

compared AS (
    SELECT
        source,
        dataset,
        indicator,
        ref_area,
        counterpart_area,
        sex,
        breakdown,
        time_period,
        from_release,
        to_release,
        -- obs_status is never NULL where there is a row, and is read anyway.
        CASE
            WHEN n.obs_status IS NULL
                THEN CASE
                    WHEN
                        regexp_extract(o.time_period, '(\d{4})[^/]*$', 1)::INTEGER BETWEEN o.year_from AND o.year_to
                        AND (o.new_areas IS NULL OR contains(o.new_areas, chr(10) || ref_area || chr(10)))
                        THEN 'retracted'
                END
            WHEN o.obs_status IS NULL
                THEN CASE WHEN n.old_areas IS NULL OR contains(n.old_areas, chr(10) || ref_area || chr(10)) THEN 'added' END
            WHEN o.obs_value IS NULL AND n.obs_value IS NOT NULL THEN 'added'
            WHEN o.obs_value IS NOT NULL AND n.obs_value IS NULL THEN 'retracted'
            WHEN o.obs_value IS NOT NULL AND NOT same_figure(o.obs_value, n.obs_value) THEN 'revised'
            WHEN o.obs_status <> n.obs_status THEN 'status'
        END AS change,
        o.obs_value AS old_value,
        n.obs_value AS new_value,
        o.obs_status AS old_status,
        n.obs_status AS new_status
    FROM old_cells AS o
    FULL JOIN new_cells AS n
        USING (source, dataset, indicator, ref_area, counterpart_area, sex, breakdown, time_period, from_release, to_release)
)

SELECT
    *,
    new_value - old_value AS difference,
    (new_value - old_value) / nullif(old_value, 0) AS relative_difference
FROM compared
WHERE change IS NOT NULL
