-- Every indicator code that observations carry: the harmonised ones as declared, the rest with the publisher's newest label.
--
-- Grain: indicator.
WITH observed AS (
    SELECT indicator, min(unit_measure) AS unit_measure, min(source_indicator) AS source_indicator
    FROM observations
    GROUP BY indicator
),

unmapped AS (
    SELECT * FROM observed
    WHERE indicator NOT IN (SELECT indicator FROM harmonised_indicators)
    UNION ALL BY NAME
    SELECT indicator, '_X' AS unit_measure, min(source_indicator) AS source_indicator
    FROM source_indicators
    WHERE
        indicator NOT IN (SELECT indicator FROM harmonised_indicators)
        AND indicator NOT IN (SELECT indicator FROM observed)
    GROUP BY indicator
),

labels AS (
    SELECT s.indicator, s.label
    FROM source_indicators AS s
    JOIN releases AS r USING (source, release)
    QUALIFY row_number() OVER (PARTITION BY s.indicator ORDER BY r.released DESC, s.release DESC, s.dataset, s.label) = 1
)

SELECT * FROM harmonised_indicators
UNION ALL BY NAME
SELECT
    u.indicator,
    coalesce(l.label, u.source_indicator) AS name,
    u.unit_measure,
    'unspecified' AS kind,
    'As the publisher defines it; not mapped to a harmonised indicator.' AS definition
FROM unmapped AS u
LEFT JOIN labels AS l USING (indicator)
