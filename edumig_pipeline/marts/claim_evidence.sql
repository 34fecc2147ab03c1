-- Every figure that may speak for or against a claim: the same cell in another source, release by release, or what follows
-- from such cells by the rule that the claim's indicator stands for.
--
-- A claim, or another printing of it, is never its own evidence: of the article's own figures only its tables, and the figures
-- a rule needs, count. Rules (code list derived_indicators): a growth is the end over the start, a decline the start over the
-- end, a change in per cent; a share of an origin's students is a flow of its outbound total; a figure for a span of years is
-- their mean or sum, where every year is there. Where a release has inbound and net but no outbound, their difference stands
-- for outbound. `years_off` tells a neighbouring year from the claim's own.
--
-- Grain: claim_id, checked_against, release, dataset, derivation, time_period.
WITH cells AS (
    SELECT
        o.source,
        o.release,
        r.released,
        o.dataset,
        o.indicator,
        o.ref_area,
        o.counterpart_area,
        o.sex,
        o.breakdown,
        o.time_period,
        try_cast(o.time_period AS INTEGER) AS year,
        o.obs_value AS evidence_value,
        o.raw_file || ', row ' || o.raw_row || coalesce(', column ' || o.raw_column, '') AS place
    FROM observations AS o
    JOIN releases AS r USING (source, release)
    WHERE o.obs_value IS NOT NULL AND o.time_period IS NOT NULL AND NOT contains(o.indicator, ':')
),

asked AS (
    SELECT
        *,
        try_cast(time_period AS INTEGER) AS year,
        try_cast(split_part(time_period, '/', 1) AS INTEGER) AS first_year,
        try_cast(split_part(time_period, '/', 2) AS INTEGER) AS last_year
    FROM claims
    WHERE time_period IS NOT NULL
),

direct AS (
    SELECT a.claim_id, e.* EXCLUDE (year), coalesce(e.year - a.year, 0) AS years_off, 'as published' AS derivation
    FROM asked AS a
    JOIN cells AS e USING (indicator, ref_area, counterpart_area, sex, breakdown)
    WHERE (e.time_period = a.time_period OR abs(e.year - a.year) = 1) AND e.dataset <> 'statements'
),

-- inbound − net, where a release lacks outbound
implied_cells AS (
    SELECT
        i.* REPLACE (
            'outbound_students' AS indicator, i.evidence_value - n.evidence_value AS evidence_value,
            i.place || ' − ' || n.place AS place
        )
    FROM cells AS i
    JOIN cells AS n USING (source, release, dataset, ref_area, counterpart_area, sex, breakdown, time_period)
    WHERE
        i.indicator = 'inbound_students'
        AND n.indicator = 'net_flow_students'
        AND NOT EXISTS (
            SELECT 1
            FROM cells AS o
            WHERE
                o.indicator = 'outbound_students'
                AND o.source = i.source
                AND o.release = i.release
                AND o.ref_area = i.ref_area
                AND o.time_period = i.time_period
        )
),

implied AS (
    SELECT a.claim_id, e.* EXCLUDE (year), e.year - a.year AS years_off, 'inbound minus net flow' AS derivation
    FROM asked AS a
    JOIN implied_cells AS e USING (indicator, ref_area, counterpart_area, sex, breakdown)
    WHERE abs(e.year - a.year) <= 1 AND e.dataset <> 'statements'
),

every_cell AS (
    FROM cells
    UNION ALL BY NAME
    FROM implied_cells
),

-- two years of one series, set against each other
of_two_years AS (
    SELECT
        a.claim_id,
        l.source,
        l.release,
        l.released,
        l.dataset,
        d.base_indicator AS indicator,
        l.ref_area,
        l.counterpart_area,
        l.sex,
        l.breakdown,
        a.time_period,
        CASE d.rule
            WHEN 'end_over_start' THEN l.evidence_value / nullif(f.evidence_value, 0)
            WHEN 'start_over_end' THEN f.evidence_value / nullif(l.evidence_value, 0)
            WHEN 'change_in_per_cent' THEN 100 * (l.evidence_value / nullif(f.evidence_value, 0) - 1)
        END AS evidence_value,
        f.place || ' and ' || l.place AS place,
        0 AS years_off,
        CASE d.rule
            WHEN 'end_over_start' THEN spoken(l.evidence_value) || ' / ' || spoken(f.evidence_value)
            WHEN 'start_over_end' THEN spoken(f.evidence_value) || ' / ' || spoken(l.evidence_value)
            ELSE spoken(f.evidence_value) || ' to ' || spoken(l.evidence_value)
        END AS derivation
    FROM asked AS a
    JOIN derived_indicators AS d ON d.indicator = a.indicator
    JOIN every_cell AS f
        ON
            f.indicator = d.base_indicator
            AND f.ref_area = a.ref_area
            AND f.counterpart_area = a.counterpart_area
            AND f.sex = a.sex
            AND f.breakdown = a.breakdown
            AND f.year = a.first_year
    JOIN every_cell AS l
        ON
            l.source = f.source
            AND l.release = f.release
            AND l.dataset = f.dataset
            AND l.indicator = f.indicator
            AND l.ref_area = f.ref_area
            AND l.counterpart_area = f.counterpart_area
            AND l.sex = f.sex
            AND l.breakdown = f.breakdown
            AND l.year = a.last_year
    WHERE d.rule IN ('end_over_start', 'start_over_end', 'change_in_per_cent')
),

-- all years of a span
of_a_span AS (
    SELECT
        a.claim_id,
        e.source,
        e.release,
        e.released,
        e.dataset,
        e.indicator,
        e.ref_area,
        e.counterpart_area,
        e.sex,
        e.breakdown,
        a.time_period,
        total(e.evidence_value)
        / CASE min(d.rule) WHEN 'mean_over_span' THEN count(*) ELSE 1 END AS evidence_value,
        string_agg(e.place, '; ' ORDER BY e.year) AS place,
        0 AS years_off,
        CASE min(d.rule) WHEN 'mean_over_span' THEN 'the mean of ' ELSE 'the sum of ' END
        || string_agg(spoken(e.evidence_value), ', ' ORDER BY e.year) AS derivation
    FROM asked AS a
    JOIN derived_indicators AS d ON d.indicator = a.indicator
    JOIN every_cell AS e
        ON
            e.indicator = d.base_indicator
            AND e.ref_area = a.ref_area
            AND e.counterpart_area = a.counterpart_area
            AND e.sex = a.sex
            AND e.breakdown = a.breakdown
    WHERE
        d.rule IN ('mean_over_span', 'sum_over_span')
        AND e.dataset <> 'statements'
        AND e.year BETWEEN a.first_year AND a.last_year
    GROUP BY ALL
    HAVING count(DISTINCT e.year) = min(a.last_year) - min(a.first_year) + 1
),

-- a flow as a share of the origin's outbound total
of_outbound AS (
    SELECT
        a.claim_id,
        f.source,
        f.release,
        r.released,
        'student_flows' AS dataset,
        a.indicator,
        a.ref_area,
        a.counterpart_area,
        a.sex,
        a.breakdown,
        f.year::VARCHAR AS time_period,
        f.share_of_origin AS evidence_value,
        'student_flows, origin ' || f.origin || ', destination ' || f.destination || ', year ' || f.year AS place,
        f.year - a.year AS years_off,
        spoken(f.students) || ' in ' || f.destination || ', per cent of the outbound total of release ' || f.share_base_release
            AS derivation
    FROM asked AS a
    JOIN derived_indicators AS d ON d.indicator = a.indicator AND d.rule = 'share_of_outbound'
    JOIN student_flows AS f ON f.origin = a.ref_area AND f.destination = a.counterpart_area AND abs(f.year - a.year) <= 1
    JOIN releases AS r ON r.source = f.source AND r.release = f.release
    WHERE f.share_of_origin IS NOT NULL
),

every_evidence AS (
    FROM direct
    UNION ALL BY NAME
    FROM implied
    UNION ALL BY NAME
    FROM of_two_years
    UNION ALL BY NAME
    FROM of_a_span
    UNION ALL BY NAME
    FROM of_outbound
)

SELECT
    e.claim_id,
    CASE WHEN e.source = c.source THEN 'article' ELSE e.source END AS checked_against,
    e.source,
    e.release,
    e.dataset,
    e.indicator,
    e.time_period,
    e.years_off,
    e.evidence_value,
    first(d.definition ORDER BY d.dataset DESC) AS definition,
    e.derivation,
    e.place
FROM every_evidence AS e
JOIN claims AS c USING (claim_id)
LEFT JOIN source_definitions AS d
    ON d.source = e.source AND d.indicator = e.indicator AND d.dataset IN (e.dataset, '*')
WHERE e.evidence_value IS NOT NULL
GROUP BY ALL
