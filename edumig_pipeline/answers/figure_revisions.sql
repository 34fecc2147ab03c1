-- What later releases changed in a figure.
--
-- Grain: source, dataset, from_release, to_release.
SELECT
    v.source, v.dataset, v.from_release, v.to_release, v.change, v.old_value, v.new_value, v.old_status, v.new_status,
    v.difference, v.relative_difference
FROM revisions AS v
JOIN releases AS r ON r.source = v.source AND r.release = v.to_release
WHERE
    v.indicator = $indicator
    AND v.ref_area = $ref_area
    AND v.counterpart_area = $counterpart_area
    AND v.sex = $sex
    AND v.breakdown = $breakdown
    AND v.time_period = $time_period
ORDER BY v.source, v.dataset, r.released
