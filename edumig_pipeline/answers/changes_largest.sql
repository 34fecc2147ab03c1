-- The largest revisions of a pair of releases: of each indicator those with the largest differences, five at most.
--
-- Grain: dataset, indicator, ref_area, counterpart_area, sex, breakdown, time_period.
SELECT *
FROM pair_changes
WHERE change = 'revised'
QUALIFY
    row_number() OVER (
        PARTITION BY dataset, indicator
        ORDER BY abs(difference) DESC, ref_area, counterpart_area, sex, breakdown, time_period
    ) <= 5
ORDER BY dataset, indicator, abs(difference) DESC, ref_area, counterpart_area, sex, breakdown, time_period
