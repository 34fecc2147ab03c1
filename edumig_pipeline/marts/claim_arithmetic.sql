-- What the article's own figures say of a claim by plain arithmetic, whatever others say: that it is impossible, or that there is
-- room for it. A table or figure that the article does not have contradicts nothing.
--
-- Grain: claim_id.
WITH
-- which countries the article counts to which region, in whatever release it says so
groupings AS (
    SELECT DISTINCT source, area, parent_area
    FROM source_areas
    WHERE parent_area IS NOT NULL
),

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
    JOIN claim_intervals AS i USING (claim_id)
    JOIN groupings AS m ON m.source = c.source AND m.area = c.counterpart_area
    WHERE m.parent_area = c.source || ':' || regexp_extract(c.breakdown, 'within=(\w+)', 1)
),

listed AS (
    SELECT
        s.claim_id,
        o.source,
        o.release,
        o.time_period,
        o.dataset,
        min(s.lower) AS lower,
        min(s.upper) AS upper,
        total(o.obs_value) AS parts,
        string_agg(
            o.raw_file || ', row ' || o.raw_row || coalesce(', column ' || o.raw_column, ''), '; '
            ORDER BY o.raw_file, o.raw_row, o.raw_column
        ) AS place,
        min(o.obs_value) FILTER (o.counterpart_area = s.counterpart_area) AS part
    FROM region_shares AS s
    JOIN groupings AS m ON m.source = s.source AND m.parent_area = s.parent_area
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
        c.indicator,
        c.ref_area,
        c.sex,
        c.breakdown,
        c.time_period,
        total(i.lower) AS least,
        string_agg(c.printed, ' + ' ORDER BY c.claim_id) AS printed,
        'claims ' || string_agg(c.claim_id, ', ' ORDER BY c.claim_id) AS place
    FROM claims AS c
    JOIN claim_intervals AS i USING (claim_id)
    JOIN indicators AS k USING (indicator)
    WHERE k.kind = 'share' AND c.counterpart_area <> '_T' AND i.lower IS NOT NULL
    GROUP BY ALL
    HAVING total(i.lower) > 100
),

-- a total that its parts in a table do not add up to
totals AS (
    SELECT
        c.claim_id,
        o.source,
        o.release,
        o.time_period,
        o.dataset,
        total(o.obs_value) AS parts,
        string_agg(
            o.raw_file || ', row ' || o.raw_row || coalesce(', column ' || o.raw_column, ''), '; '
            ORDER BY o.raw_file, o.raw_row, o.raw_column
        ) AS place,
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

found AS (
    SELECT
        claim_id, source, release, time_period, place, 100 * part / parts AS evidence_value, TRUE AS impossible,
        'With ' || spoken(part) || ' in ' || dataset || ', ' || spoken(lower) || ' to ' || spoken(upper)
        || '% would be of a whole of ' || spoken(ceil(100 * part / upper)) || ' to ' || spoken(floor(100 * part / lower))
        || ', but the countries listed there alone have ' || spoken(parts) || '.' AS explanation
    FROM listed
    WHERE 100 * part / lower < parts
    UNION ALL BY NAME
    SELECT
        c.claim_id, c.source, NULL AS release, c.time_period, t.place, t.least AS evidence_value, TRUE AS impossible,
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
        t.claim_id, t.source, t.release, t.time_period, t.place, t.parts AS evidence_value, TRUE AS impossible,
        'Its parts in ' || t.dataset || ' add up to ' || spoken(t.parts) || ', outside the ' || i.reading
        || ' that the printed total stands for.' AS explanation
    FROM totals AS t
    JOIN claim_intervals AS i USING (claim_id)
    WHERE t.parts >= i.upper OR (t.unknown_parts = 0 AND t.parts < i.lower)
    UNION ALL BY NAME
    SELECT
        claim_id, source, release, time_period, place, 100 * part / parts AS evidence_value, FALSE AS impossible,
        'No figure gives the whole; with ' || spoken(part) || ' in ' || dataset || ' it would be '
        || spoken(ceil(100 * part / upper)) || ' to ' || spoken(floor(100 * part / lower))
        || ', which has room for the ' || spoken(parts) || ' listed there.' AS explanation
    FROM listed
    WHERE 100 * part / lower >= parts
)

SELECT *
FROM found
QUALIFY row_number() OVER (PARTITION BY claim_id ORDER BY impossible DESC, explanation) = 1
