-- The largest partners of an area in a year, and those without a number as far as there is room: the first limits.partners of
-- each source.
--
-- Grain: topic, direction, area, year, source, partner.
SELECT *
FROM partner_figures
QUALIFY
    row_number() OVER (
        PARTITION BY topic, direction, area, year, source ORDER BY value DESC NULLS LAST, partner
    ) <= (SELECT partners FROM limits)
ORDER BY topic, direction, area, source, year, value DESC NULLS LAST, partner
