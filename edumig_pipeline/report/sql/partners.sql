-- The largest partners of an area in a year, and those without a number as far as there is room: the first limits.partners of
-- each source. The share is student_flows': of the origin's newest outbound total of the year, where the same source has one.
--
-- Grain: topic, direction, area, year, source, partner.
WITH largest AS (
    SELECT *
    FROM partner_figures
    QUALIFY
        row_number() OVER (
            PARTITION BY topic, direction, area, year, source ORDER BY value DESC NULLS LAST, partner
        ) <= (SELECT partners FROM limits)
)

SELECT l.*, f.share_of_origin AS share, f.share_base_release
FROM largest AS l
LEFT JOIN student_flows AS f
    ON
        l.topic = 'students'
        AND l.direction = 'to'
        AND f.origin = l.area
        AND f.destination = l.partner
        AND f.year = l.year
        AND f.source = l.source
        AND f.release = l.release
ORDER BY l.topic, l.direction, l.area, l.source, l.year, l.value DESC NULLS LAST, l.partner
