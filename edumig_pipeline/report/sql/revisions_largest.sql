-- The figures about an area that the newest release of each dataset revised most, relative to the old: the first
-- limits.revisions.
--
-- Grain: area, and the key of revisions.
SELECT
    area,
    source,
    indicator,
    ref_area,
    counterpart_area,
    time_period,
    from_release,
    old_value,
    old_status,
    to_release,
    new_value,
    new_status,
    relative_difference
FROM revised_cells
WHERE change = 'revised'
QUALIFY
    row_number() OVER (
        PARTITION BY area
        ORDER BY
            abs(relative_difference) DESC NULLS LAST,
            indicator,
            ref_area,
            counterpart_area,
            time_period,
            dataset,
            from_release,
            source
    ) <= (SELECT revisions FROM limits)
ORDER BY
    area,
    abs(relative_difference) DESC NULLS LAST,
    indicator,
    ref_area,
    counterpart_area,
    time_period,
    dataset,
    from_release,
    source
