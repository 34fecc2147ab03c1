-- The same concept from two sources side by side, each with its newest figure; and UN DESA's revisions against one another.
--
-- A concept is a harmonised indicator, with sex and breakdown where they are not the total. Two sources are compared wherever
-- both have a number for the same areas and period. The explanation says where definitions are known to differ (code list
-- definition_differences). Statements of running text are compared as what they are: printed figures.
--
-- Grain: concept, ref_area, counterpart_area, time_period, source_a, release_a, source_b, release_b.
WITH newest AS (
    SELECT o.*, r.released
    FROM latest_observations AS o
    JOIN releases AS r USING (source, release)
    WHERE o.obs_value IS NOT NULL AND o.time_period IS NOT NULL AND NOT contains(o.indicator, ':')
    QUALIFY row_number() OVER (
        PARTITION BY o.source, o.indicator, o.ref_area, o.counterpart_area, o.sex, o.breakdown, o.time_period
        -- A printed table says more than a sentence about it.
        ORDER BY o.dataset = 'statements', r.released DESC, o.release DESC, o.dataset
    ) = 1
),

between_sources AS (
    SELECT
        a.indicator, a.sex, a.breakdown, a.ref_area, a.counterpart_area, a.time_period,
        a.source AS source_a, a.release AS release_a, a.obs_value AS value_a,
        b.source AS source_b, b.release AS release_b, b.obs_value AS value_b
    FROM newest AS a
    JOIN newest AS b USING (indicator, ref_area, counterpart_area, sex, breakdown, time_period)
    LEFT JOIN source_preference AS x ON x.source = a.source AND x.mart = 'reconciliation'
    LEFT JOIN source_preference AS y ON y.source = b.source AND y.mart = 'reconciliation'
    WHERE (coalesce(x.preference, 99), a.source) < (coalesce(y.preference, 99), b.source)
),

revisions_of_desa AS (
    SELECT
        *,
        lag(release) OVER earlier AS release_a,
        lag(obs_value) OVER earlier AS value_a
    FROM observations
    JOIN releases USING (source, release)
    WHERE source = 'un_desa' AND obs_value IS NOT NULL
    WINDOW earlier AS (
        PARTITION BY dataset, indicator, ref_area, counterpart_area, sex, breakdown, time_period ORDER BY released, release
    )
),

side_by_side AS (
    FROM between_sources
    UNION ALL BY NAME
    SELECT
        indicator,
        sex,
        breakdown,
        ref_area,
        counterpart_area,
        time_period,
        source AS source_a,
        release_a,
        value_a,
        source AS source_b,
        release AS release_b,
        obs_value AS value_b
    FROM revisions_of_desa
    WHERE release_a IS NOT NULL
)

SELECT
    s.indicator
    || CASE WHEN s.sex = '_T' THEN '' ELSE ', sex=' || s.sex END
    || CASE WHEN s.breakdown = '_T' THEN '' ELSE ', ' || s.breakdown END AS concept,
    s.ref_area,
    s.counterpart_area,
    s.time_period,
    s.source_a,
    s.release_a,
    s.value_a,
    s.source_b,
    s.release_b,
    s.value_b,
    s.value_b - s.value_a AS difference,
    s.value_b / nullif(s.value_a, 0) AS ratio,
    first(d.explanation ORDER BY d.indicator DESC) AS explanation
FROM side_by_side AS s
LEFT JOIN definition_differences AS d
    ON d.source_a = s.source_a AND d.source_b = s.source_b AND d.indicator IN (s.indicator, '*')
GROUP BY ALL
