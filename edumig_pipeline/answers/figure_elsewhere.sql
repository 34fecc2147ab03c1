-- A figure in two sources, or two revisions, side by side. $concept is the indicator, with sex and breakdown where they are not
-- the total, as the mart reconciliation writes it.
--
-- Grain: source_a, release_a, source_b, release_b.
SELECT source_a, release_a, value_a, source_b, release_b, value_b, difference, ratio, explanation
FROM reconciliation
WHERE
    concept = $indicator
    || CASE WHEN $sex = '_T' THEN '' ELSE ', sex=' || $sex END
    || CASE WHEN $breakdown = '_T' THEN '' ELSE ', ' || $breakdown END
    AND ref_area = $ref_area
    AND counterpart_area = $counterpart_area
    AND time_period = $time_period
ORDER BY ALL
