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
    -- Exact, so that the order in which threads add does not show in the last digit.
    sum(value::DECIMAL(28, 6))::DOUBLE AS total_of_numbers
FROM partner_figures
GROUP BY topic, direction, area, year, source
ORDER BY topic, direction, area, source, year
