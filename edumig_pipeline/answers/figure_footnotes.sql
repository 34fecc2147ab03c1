-- What publishers say about a figure: footnotes of it, and those of all counterpart areas, sexes, breakdowns or periods.
--
-- Grain: one row per text and release.
SELECT DISTINCT source, dataset, release, footnote_type, footnote_subtype, footnote
FROM footnotes
WHERE
    indicator = $indicator
    AND ref_area = $ref_area
    AND counterpart_area IN ($counterpart_area, '_T')
    AND sex IN ($sex, '_T')
    AND breakdown IN ($breakdown, '_T')
    AND (time_period IS NULL OR time_period = $time_period)
ORDER BY ALL
