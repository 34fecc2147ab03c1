-- Where sources part, counted: how many figures two releases share about an area, and how far apart they are.
--
-- Grain: area, concept, source_a, release_a, source_b, release_b.
SELECT
    area,
    concept,
    source_a,
    release_a,
    source_b,
    release_b,
    count(*) AS figures,
    count(*) FILTER (difference = 0) AS equal_figures,
    median(ratio) AS median_ratio,
    min(ratio) AS smallest_ratio,
    max(ratio) AS largest_ratio,
    min(explanation) AS explanation
FROM reconciliation_cells
GROUP BY area, concept, source_a, release_a, source_b, release_b
ORDER BY area, concept, source_a, release_a, source_b, release_b
