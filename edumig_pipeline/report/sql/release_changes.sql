-- How far the newest release of each dataset parts from the one before it.
--
-- Grain: source, dataset.
SELECT
    source,
    dataset,
    from_release,
    to_release,
    from_released,
    to_released,
    rows_compared,
    rows_added,
    rows_revised,
    rows_retracted,
    rows_of_other_status,
    share_revised
FROM release_changes
QUALIFY to_released = max(to_released) OVER (PARTITION BY source, dataset)
ORDER BY source, dataset, from_released, from_release
