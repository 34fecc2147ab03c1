-- Inbound and outbound students of an area in a year, side by side, with the status of each figure.
--
-- The source is the one that comes first in the code list source_preference and has anything for the cell. All figures of a
-- row are from one release of it: a release can speak for a cell as long as it is the newest to have at least one figure of
-- it; of those, the one with a number for both directions is taken, else the newest. What every release has is in
-- student_mobility_by_release.
--
-- Grain: ref_area, year.
WITH newest AS (
    SELECT DISTINCT ref_area, time_period, source, release
    FROM latest_observations
    WHERE
        indicator IN ('inbound_students', 'outbound_students', 'inbound_rate', 'outbound_ratio')
        AND counterpart_area = '_T'
        AND sex = '_T'
        AND breakdown = '_T'
        AND dataset <> 'statements'
)

SELECT m.*
FROM student_mobility_by_release AS m
JOIN newest AS n
    ON n.ref_area = m.ref_area AND n.time_period = m.year::VARCHAR AND n.source = m.source AND n.release = m.release
JOIN releases AS r ON r.source = m.source AND r.release = m.release
LEFT JOIN source_preference AS p ON p.source = m.source AND p.mart = 'student_mobility'
QUALIFY row_number() OVER (
    PARTITION BY m.ref_area, m.year
    ORDER BY
        p.preference NULLS LAST,
        (m.inbound_students IS NOT NULL AND m.outbound_students IS NOT NULL) DESC,
        r.released DESC,
        m.release DESC,
        m.source
) = 1
