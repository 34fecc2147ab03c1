-- The claims that a figure speaks for or against: those that state it, and those it is evidence for, also as that of a
-- neighbouring year or as a part of a share. A place in claim_evidence names file, row and column, or the flow of a share.
--
-- Grain: claim_id, check.
WITH places AS (
    SELECT raw_file || ', row ' || raw_row || coalesce(', column ' || raw_column, '') AS place
    FROM observations
    WHERE
        indicator = $indicator
        AND ref_area = $ref_area
        AND counterpart_area = $counterpart_area
        AND sex = $sex
        AND breakdown = $breakdown
        AND time_period IS NOT DISTINCT FROM $time_period
),

evidence AS (
    SELECT e.claim_id, e.checked_against, e.place
    FROM claim_evidence AS e
    UNION ALL
    SELECT a.claim_id, 'article' AS checked_against, a.place
    FROM claim_arithmetic AS a
),

supported AS (
    SELECT DISTINCT e.claim_id, e.checked_against
    FROM evidence AS e
    JOIN places AS p ON e.place = p.place OR list_contains(string_split_regex(e.place, '; | and | − '), p.place)
    UNION
    SELECT e.claim_id, e.checked_against
    FROM evidence AS e
    WHERE
        $sex = '_T'
        AND $breakdown = '_T'
        AND (
            (
                $indicator = 'inbound_students'
                AND e.place
                = 'student_flows, origin ' || $counterpart_area || ', destination ' || $ref_area || ', year ' || $time_period
            )
            OR (
                $indicator = 'outbound_students'
                AND $counterpart_area = '_T'
                AND prefix(e.place, 'student_flows, origin ' || $ref_area || ', destination ')
                AND suffix(e.place, ', year ' || $time_period)
            )
        )
),

stated AS (
    SELECT claim_id
    FROM claims
    WHERE
        indicator = $indicator
        AND ref_area = $ref_area
        AND counterpart_area = $counterpart_area
        AND sex = $sex
        AND breakdown = $breakdown
        AND time_period IS NOT DISTINCT FROM $time_period
)

SELECT c.claim_id, c.printed, c.statement, k."check", k.verdict, k.explanation
FROM claims AS c
JOIN claim_checks AS k USING (claim_id)
LEFT JOIN supported AS s ON s.claim_id = k.claim_id AND s.checked_against = k."check"
WHERE s.claim_id IS NOT NULL OR c.claim_id IN (SELECT claim_id FROM stated)
ORDER BY ALL
