-- Every claim against each source that covers it, and against the article's own figures.
--
-- The verdicts, their order and the intervals are those of the design (docs/method.md): the release the claim cites is tried
-- first where it is known (code list cited_releases), then the newest. Nothing here is about any one claim.
--
-- Grain: claim_id, check.
WITH intervals AS (
    SELECT
        i.*,
        CASE
            WHEN i.upper IS NULL THEN CASE WHEN i.with_lower THEN 'at least ' ELSE 'more than ' END || spoken(i.lower)
            WHEN i.lower IS NULL THEN 'less than ' || spoken(i.upper)
            ELSE spoken(i.lower) || ' to ' || CASE WHEN i.with_upper THEN '' ELSE 'under ' END || spoken(i.upper)
        END || CASE WHEN i.side < 0 THEN ' in size, negative' ELSE '' END AS interval_text
    FROM claim_intervals AS i
),

evidence AS (
    SELECT
        e.*,
        r.released,
        e.evidence_value * i.side AS measured,
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
    JOIN intervals AS i USING (claim_id)
    JOIN claims AS c USING (claim_id)
    LEFT JOIN cited_releases AS k ON k.cited = c.cited AND k.source = e.source AND k.release = e.release
),

-- the claim's own period; what a release prints itself before what follows from it
own AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY claim_id, checked_against
            ORDER BY released DESC, release DESC, derivation <> 'as published', dataset
        ) = 1 AS is_newest
    FROM evidence
    WHERE years_off = 0
),

tried AS (
    SELECT *, row_number() OVER (PARTITION BY claim_id, checked_against ORDER BY is_cited DESC, dataset) AS turn
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
        o.claim_id, o.checked_against, 4 AS step, row_number() OVER (ORDER BY o.released DESC) AS turn,
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

-- What is impossible by the article's own figures, whatever others say.

-- a share whose whole would be smaller than the parts that a table lists
region_shares AS (
    SELECT
        c.claim_id,
        c.ref_area,
        c.counterpart_area,
        c.sex,
        c.time_period,
        c.source,
        d.base_indicator,
        i.lower,
        i.upper,
        m.parent_area
    FROM claims AS c
    JOIN derived_indicators AS d ON d.indicator = c.indicator AND d.rule = 'share_of_region'
    JOIN intervals AS i USING (claim_id)
    JOIN source_areas AS m ON m.source = c.source AND m.area = c.counterpart_area
    WHERE m.parent_area = c.source || ':' || regexp_extract(c.breakdown, 'within=(\w+)', 1)
),

listed AS (
    SELECT
        s.claim_id,
        o.source,
        o.release,
        o.time_period,
        o.dataset,
        any_value(s.lower) AS lower,
        any_value(s.upper) AS upper,
        sum(o.obs_value) AS parts,
        any_value(o.obs_value) FILTER (o.counterpart_area = s.counterpart_area) AS part
    FROM region_shares AS s
    JOIN source_areas AS m ON m.source = s.source AND m.parent_area = s.parent_area
    JOIN observations AS o
        ON
            o.source = s.source
            AND o.indicator = s.base_indicator
            AND o.ref_area = s.ref_area
            AND o.counterpart_area = m.area
            AND o.sex = s.sex
            AND o.time_period = s.time_period
            AND o.dataset <> 'statements'
    GROUP BY ALL
    HAVING count(DISTINCT o.counterpart_area) > 1 AND part IS NOT NULL
),

-- shares of one whole that add up to more than it
too_many_shares AS (
    SELECT
        c.indicator, c.ref_area, c.sex, c.breakdown, c.time_period, sum(i.lower) AS least, string_agg(c.printed, ' + ') AS printed
    FROM claims AS c
    JOIN intervals AS i USING (claim_id)
    JOIN indicators AS k USING (indicator)
    WHERE k.kind = 'share' AND c.counterpart_area <> '_T' AND i.lower IS NOT NULL
    GROUP BY ALL
    HAVING sum(i.lower) > 100
),

-- a total that its parts in a table do not add up to
totals AS (
    SELECT
        c.claim_id,
        o.source,
        o.release,
        o.time_period,
        o.dataset,
        sum(o.obs_value) AS parts,
        count(*) FILTER (o.obs_value IS NULL) AS unknown_parts
    FROM claims AS c
    JOIN observations AS o
        ON
            o.source = c.source
            AND o.indicator = c.indicator
            AND o.ref_area = c.ref_area
            AND o.sex = c.sex
            AND o.breakdown = c.breakdown
            AND o.time_period = c.time_period
            AND o.counterpart_area <> '_T'
            AND o.dataset <> 'statements'
    WHERE c.counterpart_area = '_T'
    GROUP BY ALL
),

impossible AS (
    SELECT
        claim_id, source, release, time_period, 100 * part / parts AS evidence_value,
        'With ' || spoken(part) || ' in ' || dataset || ', ' || spoken(lower) || ' to ' || spoken(upper)
        || '% would be of a whole of ' || spoken(ceil(100 * part / upper)) || ' to ' || spoken(floor(100 * part / lower))
        || ', but the countries listed there alone have ' || spoken(parts) || '.' AS explanation
    FROM listed
    WHERE 100 * part / lower < parts
    UNION ALL BY NAME
    SELECT
        c.claim_id, c.source, NULL AS release, c.time_period, t.least AS evidence_value,
        'The shares of this whole (' || t.printed || ') add up to at least ' || spoken(t.least) || '%.' AS explanation
    FROM claims AS c
    JOIN too_many_shares AS t
        ON
            t.indicator = c.indicator
            AND t.ref_area = c.ref_area
            AND t.sex = c.sex
            AND t.breakdown = c.breakdown
            AND t.time_period IS NOT DISTINCT FROM c.time_period
    UNION ALL BY NAME
    SELECT
        t.claim_id, t.source, t.release, t.time_period, t.parts AS evidence_value,
        'Its parts in ' || t.dataset || ' add up to ' || spoken(t.parts) || ', outside the ' || i.interval_text
        || ' that the printed total stands for.' AS explanation
    FROM totals AS t
    JOIN intervals AS i USING (claim_id)
    WHERE t.parts >= i.upper OR (t.unknown_parts = 0 AND t.parts < i.lower)
),

inconsistent AS (
    SELECT *
    FROM impossible
    QUALIFY row_number() OVER (PARTITION BY claim_id ORDER BY explanation) = 1
),

decided AS (
    SELECT *
    FROM findings
    QUALIFY row_number() OVER (PARTITION BY claim_id, checked_against ORDER BY step, turn, release DESC) = 1
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
        WHEN x.claim_id IS NOT NULL THEN 'inconsistent'
        WHEN d.claim_id IS NOT NULL THEN d.verdict
        ELSE 'no_evidence'
    END AS verdict,
    coalesce(x.source, d.source) AS evidence_source,
    coalesce(x.release, d.release) AS evidence_release,
    coalesce(x.time_period, d.time_period) AS evidence_period,
    coalesce(x.evidence_value, d.evidence_value) AS evidence_value,
    coalesce(x.evidence_value, d.evidence_value) - c.claimed_value AS difference,
    CASE
        WHEN x.claim_id IS NOT NULL THEN x.explanation
        WHEN d.claim_id IS NOT NULL
            THEN
                'Printed ' || c.printed || ' stands for ' || i.interval_text || '; ' || d.source || ' ' || d.release || ' has '
                || spoken(d.evidence_value)
                || CASE WHEN d.derivation = 'as published' THEN '' ELSE ' (' || d.derivation || ')' END
                || coalesce(' for ' || d.time_period, '') || ', which ' || d.because || '.'
        WHEN l.claim_id IS NOT NULL
            THEN
                'No figure gives the whole; with ' || spoken(l.part) || ' in ' || l.dataset || ' it would be '
                || spoken(ceil(100 * l.part / l.upper))
                || ' to '
                || spoken(floor(100 * l.part / l.lower))
                || ', which has room for the '
                || spoken(l.parts) || ' listed there.'
        ELSE 'No other figure of the article says or implies ' || c.printed || ', so nothing speaks for or against it here.'
    END AS explanation
FROM checks AS k
JOIN claims AS c USING (claim_id)
JOIN intervals AS i USING (claim_id)
LEFT JOIN inconsistent AS x ON x.claim_id = k.claim_id AND k.checked_against = 'article'
LEFT JOIN decided AS d ON d.claim_id = k.claim_id AND d.checked_against = k.checked_against
LEFT JOIN listed AS l ON l.claim_id = k.claim_id AND k.checked_against = 'article'
