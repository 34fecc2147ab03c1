-- Which releases can be asked for which figures: what a page without figures has asked.
--
-- Grain: topic, source, release.
SELECT DISTINCT
    CASE
        WHEN indicator IN ('inbound_students', 'migrant_stock') AND counterpart_area <> '_T' THEN 'partners_'
        ELSE ''
    END
    || if(indicator = 'migrant_stock', 'migrants', 'students') AS topic,
    source,
    release
FROM release_coverage
WHERE indicator IN ('inbound_students', 'outbound_students', 'migrant_stock') AND dataset <> 'statements'
ORDER BY topic, source, release
