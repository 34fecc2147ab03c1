-- Every indicator that observations may carry, with what its figures count.
--
-- Grain: indicator.
SELECT indicator, name, unit_measure, definition FROM indicators ORDER BY indicator
