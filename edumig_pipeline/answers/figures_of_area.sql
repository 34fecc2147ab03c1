-- What figures there are about an area, whichever release has them.
--
-- Grain: indicator, counterpart_area, sex, breakdown.
SELECT indicator, counterpart_area, sex, breakdown, list(DISTINCT time_period ORDER BY time_period) AS periods
FROM observations
WHERE ref_area = $ref_area
GROUP BY ALL
ORDER BY ALL
