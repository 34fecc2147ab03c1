-- How many cells two sources both have a figure for, in how many they agree, and in how many they part: for a known reason, or
-- for none that is known (open).
--
-- Grain: source_a, source_b.
SELECT
    source_a,
    source_b,
    count(*) AS compared,
    count(*) FILTER (difference = 0) AS equal,
    count(*) FILTER (difference <> 0 AND explanation IS NOT NULL) AS explained,
    count(*) FILTER (difference <> 0 AND explanation IS NULL) AS open
FROM reconciliation
GROUP BY ALL
ORDER BY ALL
