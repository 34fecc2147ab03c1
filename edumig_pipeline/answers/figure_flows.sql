-- Of a total of mobile students: where they are from, or where they went, as the newest release of each source has each flow.
--
-- Grain: area, source.
SELECT
    CASE WHEN $indicator = 'outbound_students' THEN f.destination ELSE f.origin END AS area,
    a.name,
    f.source,
    f.release,
    f.students,
    f.obs_status AS status,
    f.share_of_origin,
    f.share_base_release
FROM student_flows AS f
JOIN releases AS r USING (source, release)
LEFT JOIN areas AS a ON a.code = CASE WHEN $indicator = 'outbound_students' THEN f.destination ELSE f.origin END
WHERE
    CASE
        WHEN $counterpart_area <> '_T' OR $sex <> '_T' OR $breakdown <> '_T' THEN FALSE
        WHEN $indicator = 'outbound_students' THEN f.origin = $ref_area
        WHEN $indicator = 'inbound_students' THEN f.destination = $ref_area
        ELSE FALSE
    END
    AND f.year = try_cast($time_period AS INTEGER)
QUALIFY row_number() OVER (PARTITION BY f.origin, f.destination, f.source ORDER BY r.released DESC, f.release DESC) = 1
ORDER BY f.students DESC NULLS LAST, area, f.source
