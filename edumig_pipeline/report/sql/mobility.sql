-- Students abroad and from abroad by area and year, as student_mobility has them: all figures of a row are of one release.
--
-- Grain: area, year.
SELECT
    ref_area AS area,
    year,
    outbound_students,
    outbound_students_status,
    outbound_ratio,
    outbound_ratio_status,
    inbound_students,
    inbound_students_status,
    inbound_rate,
    inbound_rate_status,
    source,
    release
FROM student_mobility
ORDER BY area, year
