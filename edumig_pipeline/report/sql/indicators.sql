-- What harmonised indicators count.
--
-- Grain: indicator.
SELECT indicator, name, unit_measure, definition
FROM indicators
WHERE NOT contains(indicator, ':')
ORDER BY indicator
