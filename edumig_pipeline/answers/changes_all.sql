-- Every change of a pair of releases.
--
-- Grain: dataset, indicator, ref_area, counterpart_area, sex, breakdown, time_period.
SELECT *
FROM pair_changes
ORDER BY dataset, indicator, ref_area, counterpart_area, sex, breakdown, time_period
