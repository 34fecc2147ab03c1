-- How many partners of an area a source has, with a number and without, and what the numbers add up to: also what is not listed.
--
-- Grain: topic, direction, area, year, source.
SELECT
    topic,
    direction,
    area,
    year,
    source,
    count(value) AS partners_with_number,
    count(*) - count(value) AS partners_without_number,
    -- Exact, so that the order in which threads add does not show in the last digit; as the macro total has it for marts.
    CASE
        WHEN count(value) > 0 THEN
            coalesce(sum(CASE WHEN abs(value) < 1e18 THEN CAST(value AS DECIMAL(38, 6)) END)::DOUBLE, 0)
            + coalesce(list_sum(list(value ORDER BY value) FILTER (abs(value) >= 1e18)), 0)
    END AS total_of_numbers
FROM partner_figures
GROUP BY topic, direction, area, year, source
ORDER BY topic, direction, area, source, year
