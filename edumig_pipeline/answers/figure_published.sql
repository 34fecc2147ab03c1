-- A figure as every release has it, newest first: value, status, the publisher's flags, the place it stands in, whether it is the
-- newest knowledge, what was corrected, and in which mart it is shown.
--
-- Grain: source, dataset, release.
WITH cell AS (
    SELECT *
    FROM observations
    WHERE
        indicator = $indicator
        AND ref_area = $ref_area
        AND counterpart_area = $counterpart_area
        AND sex = $sex
        AND breakdown = $breakdown
        AND time_period IS NOT DISTINCT FROM $time_period
),

newest AS (
    SELECT source, dataset, release
    FROM latest_observations
    WHERE
        indicator = $indicator
        AND ref_area = $ref_area
        AND counterpart_area = $counterpart_area
        AND sex = $sex
        AND breakdown = $breakdown
        AND time_period IS NOT DISTINCT FROM $time_period
),

shown AS (
    SELECT source, release, 'student_mobility' AS mart
    FROM student_mobility
    WHERE
        $indicator IN ('inbound_students', 'outbound_students', 'inbound_rate', 'outbound_ratio')
        AND $counterpart_area = '_T'
        AND $sex = '_T'
        AND $breakdown = '_T'
        AND ref_area = $ref_area
        AND year = try_cast($time_period AS INTEGER)
    UNION ALL
    SELECT source, release, 'student_flows' AS mart
    FROM student_flows
    WHERE
        $indicator = 'inbound_students'
        AND $sex = '_T'
        AND $breakdown = '_T'
        AND destination = $ref_area
        AND origin = $counterpart_area
        AND year = try_cast($time_period AS INTEGER)
)

SELECT
    c.source,
    c.dataset,
    c.release,
    r.released,
    c.obs_value AS value,
    c.unit_measure,
    c.obs_status AS status,
    c.source_status,
    n.release IS NOT NULL AS is_newest,
    s.mart AS shown_in,
    c.raw_file,
    c.raw_row,
    c.raw_column,
    c.source_indicator,
    c.source_area,
    k.published_value AS corrected_from,
    k.reason AS correction_reason,
    k.said_by AS correction_said_by,
    r.licence,
    r.citation
FROM cell AS c
JOIN releases AS r USING (source, release)
LEFT JOIN newest AS n ON n.source = c.source AND n.dataset = c.dataset AND n.release = c.release
LEFT JOIN shown AS s ON s.source = c.source AND s.release = c.release AND c.dataset <> 'statements'
LEFT JOIN corrections AS k
    ON k.raw_file = c.raw_file AND k.raw_row = c.raw_row AND k.raw_column IS NOT DISTINCT FROM c.raw_column
ORDER BY r.released DESC, c.source, c.release DESC, c.dataset
