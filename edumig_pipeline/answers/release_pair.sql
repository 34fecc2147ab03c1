-- What both releases of a pair cover, as marts/revisions.sql reads it: the newer one follows the older, whatever came between.
--
-- Grain: source, dataset, release, indicator, counterpart_area, sex.
CREATE OR REPLACE TEMP TABLE release_coverage AS
SELECT * REPLACE (CASE WHEN release = $newer THEN $older END AS previous_release)
FROM main.release_coverage
WHERE source = $source AND release IN ($older, $newer)
