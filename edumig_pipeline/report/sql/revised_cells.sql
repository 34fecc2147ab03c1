-- What the newest release of each dataset changed about an area, seen from each area a figure is about.
--
-- Harmonised indicators and both sexes together alone; the others are in the table revisions.
--
-- Grain: area, and the key of revisions.
WITH newest AS (
    SELECT source, dataset, from_release, to_release
    FROM release_changes
    QUALIFY to_released = max(to_released) OVER (PARTITION BY source, dataset)
)

SELECT area, r.*
FROM revisions AS r
JOIN newest USING (source, dataset, from_release, to_release),
    unnest(list_distinct([r.ref_area, r.counterpart_area])) AS seen_from (area)
WHERE area <> '_T' AND r.sex = '_T' AND r.breakdown = '_T' AND NOT contains(r.indicator, ':')
