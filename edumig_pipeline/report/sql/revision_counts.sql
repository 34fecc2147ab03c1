-- How many figures about an area the newest release of each dataset changed, by indicator and kind of change.
--
-- Grain: area, source, dataset, from_release, to_release, indicator.
SELECT
    area,
    source,
    dataset,
    from_release,
    to_release,
    indicator,
    count(*) FILTER (change = 'added') AS added,
    count(*) FILTER (change = 'revised') AS revised,
    count(*) FILTER (change = 'retracted') AS retracted,
    count(*) FILTER (change = 'status') AS other_status
FROM revised_cells
GROUP BY area, source, dataset, from_release, to_release, indicator
ORDER BY area, source, dataset, from_release, to_release, indicator
