-- The publishers, how often they renew what they offer, and the newest release of each that is at hand.
--
-- Grain: source.
SELECT
    s.source,
    s.publisher,
    s.url,
    s.cadence,
    count(r.release) AS releases,
    last(r.release ORDER BY r.released, r.release) AS newest_release,
    last(r.published ORDER BY r.released, r.release) AS newest_published,
    max(r.released) AS newest_released
FROM sources AS s
LEFT JOIN releases AS r USING (source)
GROUP BY s.source, s.publisher, s.url, s.cadence
ORDER BY s.source
