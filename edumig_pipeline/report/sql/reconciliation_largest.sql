-- The figures about an area in which two sources part most, relative to the first: the first limits.differences.
--
-- Grain: area, concept, ref_area, counterpart_area, time_period, source_a, release_a, source_b, release_b.
SELECT
    area,
    concept,
    ref_area,
    counterpart_area,
    time_period,
    source_a,
    release_a,
    value_a,
    source_b,
    release_b,
    value_b,
    ratio
FROM reconciliation_cells
WHERE difference <> 0
QUALIFY
    row_number() OVER (
        PARTITION BY area
        -- A nought beside a number is as far apart as can be.
        ORDER BY
            if(ratio > 0, abs(ln(ratio)), 'infinity'::DOUBLE) DESC,
            abs(difference) DESC,
            concept,
            ref_area,
            counterpart_area,
            time_period,
            source_b,
            release_a,
            source_a,
            release_b
    ) <= (SELECT differences FROM limits)
ORDER BY
    area,
    if(ratio > 0, abs(ln(ratio)), 'infinity'::DOUBLE) DESC,
    abs(difference) DESC,
    concept,
    ref_area,
    counterpart_area,
    time_period,
    source_b,
    release_a,
    source_a,
    release_b
