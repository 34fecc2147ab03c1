-- Every claim against each source that covers it, and against the article's own figures.
--
-- The verdicts, their order and the intervals are those of the design (docs/method.md): the release the claim cites is tried
-- first where it is known (code list cited_releases), then the newest. Nothing here is about any one claim.
--
-- Grain: claim_id, check.
WITH evidence AS (
    SELECT
        e.*,
        r.released,
        coalesce(
            CASE WHEN i.with_lower THEN e.evidence_value * i.side >= i.lower ELSE e.evidence_value * i.side > i.lower END,
            TRUE
        )
        AND coalesce(
            CASE WHEN i.with_upper THEN e.evidence_value * i.side <= i.upper ELSE e.evidence_value * i.side < i.upper END,
            TRUE
        ) AS is_inside,
        i.comparator IN ('eq', 'about')
        AND e.evidence_value * i.side >= i.size
        AND e.evidence_value * i.side < i.size + i.unit AS is_cut,
        abs(e.evidence_value * i.side - i.size) <= 0.05 * i.size AS is_near,
        coalesce(k.release = e.release, FALSE) AS is_cited
    FROM claim_evidence AS e
    JOIN releases AS r ON r.source = e.source AND r.release = e.release
    JOIN claim_intervals AS i USING (claim_id)
    JOIN claims AS c USING (claim_id)
    LEFT JOIN cited_releases AS k ON k.cited = c.cited AND k.source = e.source AND k.release = e.release
),

-- the claim's own period; what a release prints itself before what follows from it
own AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY claim_id, checked_against
            ORDER BY released DESC, release DESC, derivation <> 'as published', dataset, derivation, place
        ) = 1 AS is_newest
    FROM evidence
    WHERE years_off = 0
),

tried AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY claim_id, checked_against
            ORDER BY is_cited DESC, dataset, released DESC, release DESC, derivation <> 'as published', derivation, place
        ) AS turn
    FROM own
    WHERE is_cited OR is_newest
),

revised AS (
    SELECT claim_id, checked_against
    FROM own
    WHERE derivation = 'as published'
    GROUP BY ALL
    HAVING NOT same_figure(min(evidence_value), max(evidence_value))
),

-- Each step's finding, with the figure that decides it; the first step that finds something is the verdict.
findings AS (
    SELECT
        claim_id,
        checked_against,
        2 AS step,
        turn,
        'confirmed' AS verdict,
        source,
        release,
        time_period,
        evidence_value,
        derivation,
        'lies within it' AS because
    FROM tried
    WHERE is_inside
    UNION ALL BY NAME
    SELECT
        claim_id,
        checked_against,
        3 AS step,
        turn,
        'truncated' AS verdict,
        source,
        release,
        time_period,
        evidence_value,
        derivation,
        'does so only if its digits were cut instead of rounded' AS because
    FROM tried
    WHERE is_cut
    UNION ALL BY NAME
    SELECT
        o.claim_id, o.checked_against, 4 AS step,
        row_number() OVER (
            ORDER BY o.released DESC, o.release DESC, o.derivation <> 'as published', o.dataset, o.derivation, o.place
        ) AS turn,
        'revised_since' AS verdict, o.source, o.release, o.time_period, o.evidence_value, o.derivation,
        'lay within it; release ' || n.release || ' has since made it ' || spoken(n.evidence_value) AS because
    FROM own AS o
    JOIN own AS n ON n.claim_id = o.claim_id AND n.checked_against = o.checked_against AND n.is_newest
    WHERE o.is_inside AND NOT o.is_newest
    UNION ALL BY NAME
    SELECT
        e.claim_id,
        e.checked_against,
        5 AS step,
        t.turn * 10 + e.years_off AS turn,
        'other_period' AS verdict,
        e.source,
        e.release,
        e.time_period, e.evidence_value, e.derivation,
        'lies within it, but is of '
        || e.time_period
        || '; for '
        || t.time_period
        || ' it has '
        || spoken(t.evidence_value) AS because
    FROM evidence AS e
    JOIN tried AS t ON t.claim_id = e.claim_id AND t.checked_against = e.checked_against AND t.release = e.release
    WHERE e.years_off <> 0 AND e.is_inside
    UNION ALL BY NAME
    SELECT
        t.claim_id, t.checked_against, 6 AS step, t.turn, 'revised_since' AS verdict, t.source, t.release, t.time_period,
        t.evidence_value, t.derivation, 'is within 5 per cent of the printed figure, in a cell that has been revised' AS because
    FROM tried AS t
    JOIN revised AS r ON r.claim_id = t.claim_id AND r.checked_against = t.checked_against
    WHERE t.is_near AND t.is_newest
    UNION ALL BY NAME
    SELECT
        t.claim_id, t.checked_against, 7 AS step, t.turn, 'other_definition' AS verdict, t.source, t.release, t.time_period,
        t.evidence_value, t.derivation,
        'lies outside; it counts '
        || replace(t.definition, '_', ' ')
        || ', the text speaks of '
        || replace(c.definition, '_', ' ')
            AS because
    FROM tried AS t
    JOIN claims AS c ON c.claim_id = t.claim_id
    WHERE t.is_newest AND t.definition <> c.definition
    UNION ALL BY NAME
    SELECT
        claim_id, checked_against, 8 AS step, turn,
        CASE WHEN checked_against = 'article' THEN 'inconsistent' ELSE 'contradicted' END AS verdict,
        source, release, time_period, evidence_value, derivation, 'lies outside' AS because
    FROM tried
    WHERE is_newest
),

decided AS (
    SELECT *
    FROM findings
    QUALIFY row_number() OVER (
        PARTITION BY claim_id, checked_against
        ORDER BY step, turn, release DESC, time_period, derivation <> 'as published', derivation, evidence_value, because
    ) = 1
),

checks AS (
    SELECT claim_id, checked_against FROM decided
    UNION
    SELECT claim_id, 'article' AS checked_against FROM claims
)

SELECT
    k.claim_id,
    k.checked_against AS "check",
    CASE
        WHEN a.impossible THEN 'inconsistent'
        WHEN d.claim_id IS NOT NULL THEN d.verdict
        ELSE 'no_evidence'
    END AS verdict,
    CASE WHEN a.impossible THEN a.source ELSE d.source END AS evidence_source,
    CASE WHEN a.impossible THEN a.release ELSE d.release END AS evidence_release,
    CASE WHEN a.impossible THEN a.time_period ELSE d.time_period END AS evidence_period,
    CASE WHEN a.impossible THEN a.evidence_value ELSE d.evidence_value END AS evidence_value,
    CASE WHEN a.impossible THEN a.evidence_value ELSE d.evidence_value END - c.claimed_value AS difference,
    CASE
        WHEN a.impossible THEN a.explanation
        WHEN d.claim_id IS NOT NULL
            THEN
                'Printed ' || c.printed || ' stands for ' || i.reading || '; ' || d.source || ' ' || d.release || ' has '
                || spoken(d.evidence_value)
                || CASE WHEN d.derivation = 'as published' THEN '' ELSE ' (' || d.derivation || ')' END
                || coalesce(' for ' || d.time_period, '') || ', which ' || d.because || '.'
        WHEN a.claim_id IS NOT NULL THEN a.explanation
        ELSE 'No other figure of the article says or implies ' || c.printed || ', so nothing speaks for or against it here.'
    END AS explanation
FROM checks AS k
JOIN claims AS c USING (claim_id)
JOIN claim_intervals AS i USING (claim_id)
LEFT JOIN claim_arithmetic AS a ON a.claim_id = k.claim_id AND k.checked_against = 'article'
LEFT JOIN decided AS d ON d.claim_id = k.claim_id AND d.checked_against = k.checked_against
