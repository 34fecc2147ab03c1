-- The publishers' own accounting, checked: what ought to be equal by definition, with the residual and how large a residual
-- the rounding of printed figures explains.
--
-- An identity of which a part is missing says so in `missing` and does not fail: `holds` is then NULL unless it holds anyway.
-- It does fail where the parts that are there already exceed the whole: no missing part makes up for that.
--
-- Grain: identity, source, release, ref_area, time_period.
WITH cells AS (
    SELECT
        o.source,
        o.dataset,
        o.release,
        o.indicator,
        o.ref_area,
        o.counterpart_area,
        o.sex,
        o.breakdown,
        o.time_period,
        o.obs_value,
        o.obs_status,
        a.kind,
        ca.kind AS counterpart_kind,
        coalesce(r.coverage = 'extract', FALSE) AS is_extract,
        -- Half a unit of the last printed digit: what rounding may have taken or given. A decimal, so that sums of it are exact.
        (0.5 * power(10, -least(printed_decimals(o.obs_value), 9)))::DECIMAL(18, 10) AS half_unit
    FROM observations AS o
    JOIN releases AS r USING (source, release)
    LEFT JOIN areas AS a ON a.code = o.ref_area
    LEFT JOIN areas AS ca ON ca.code = o.counterpart_area
    -- Only harmonised indicators are known to count people.
    WHERE o.dataset <> 'statements' AND o.time_period IS NOT NULL AND NOT contains(o.indicator, ':')
),

-- Both sexes = female + male, for every indicator that counts people.
by_sex AS (
    SELECT
        'both sexes = female + male: ' || c.indicator
        || CASE WHEN c.counterpart_area = '_T' THEN '' ELSE ', counterpart ' || c.counterpart_area END
        || CASE WHEN c.breakdown = '_T' THEN '' ELSE ', ' || c.breakdown END
        || ' (' || c.dataset || ')' AS identity,
        c.source,
        c.release,
        c.ref_area,
        c.time_period,
        min(c.obs_value) FILTER (c.sex = '_T') AS lhs,
        total(CASE WHEN c.sex IN ('F', 'M') THEN c.obs_value END) AS rhs,
        sum(c.half_unit) AS tolerance,
        CASE
            WHEN count(c.obs_value) FILTER (c.sex = 'F') = 0 THEN 'female'
            WHEN count(c.obs_value) FILTER (c.sex = 'M') = 0 THEN 'male'
            WHEN count(c.obs_value) FILTER (c.sex = '_T') = 0 THEN 'both sexes'
        END AS missing
    FROM cells AS c
    JOIN indicators AS i USING (indicator)
    WHERE i.kind IN ('count', 'stock', 'flow')
    GROUP BY c.source, c.dataset, c.release, c.indicator, c.ref_area, c.counterpart_area, c.breakdown, c.time_period
    HAVING count(*) FILTER (c.sex IN ('F', 'M')) > 0
),

-- A host's inbound total = the sum over all origins, the unknown ones among them. A publisher's groups of origins are no
-- origins, and neither is what lies within another category (status K).
origins AS (
    SELECT source, release, dataset, count(DISTINCT counterpart_area) AS known
    FROM cells
    WHERE indicator = 'inbound_students' AND counterpart_kind IN ('country', 'historic_country')
    GROUP BY ALL
),

by_origin AS (
    SELECT
        'inbound total = sum over origins + unknown (' || c.dataset || ')' AS identity,
        c.source,
        c.release,
        c.ref_area,
        c.time_period,
        min(c.obs_value) FILTER (c.counterpart_area = '_T') AS lhs,
        total(CASE WHEN c.counterpart_area <> '_T' THEN c.obs_value END) AS rhs,
        sum(c.half_unit) AS tolerance,
        CASE
            WHEN count(c.obs_value) FILTER (c.counterpart_area = '_T') = 0 THEN 'the total'
            -- The world has some 200 countries of origin; a download of a few of them is no sum.
            WHEN min(n.known) < 200 THEN 'all but ' || min(n.known) || ' countries of origin'
            WHEN count(*) FILTER (c.obs_status IN ('O', 'Q')) > 0
                THEN count(*) FILTER (c.obs_status IN ('O', 'Q')) || ' origins without a figure'
        END AS missing
    FROM cells AS c
    JOIN origins AS n USING (source, release, dataset)
    WHERE
        c.indicator = 'inbound_students'
        AND c.sex = '_T'
        AND c.breakdown = '_T'
        AND (
            c.counterpart_area = '_T'
            OR c.counterpart_kind IN ('country', 'historic_country')
            OR c.counterpart_area LIKE 'uis:Unknown%'
        )
    GROUP BY c.source, c.dataset, c.release, c.ref_area, c.time_period
    HAVING count(*) FILTER (c.counterpart_area <> '_T') > 0
),

-- Where several datasets of a release have a figure, the first of them that has a number speaks.
mobility AS (
    SELECT
        source,
        release,
        ref_area,
        time_period,
        arg_min(obs_value, dataset) FILTER (indicator = 'inbound_students') AS inbound,
        arg_min(half_unit, (obs_value IS NULL, dataset)) FILTER (indicator = 'inbound_students') AS inbound_half,
        arg_min(obs_value, dataset) FILTER (indicator = 'outbound_students') AS outbound,
        arg_min(half_unit, (obs_value IS NULL, dataset)) FILTER (indicator = 'outbound_students') AS outbound_half,
        arg_min(obs_value, dataset) FILTER (indicator = 'net_flow_students') AS net,
        arg_min(half_unit, (obs_value IS NULL, dataset)) FILTER (indicator = 'net_flow_students') AS net_half,
        arg_min(obs_value, dataset) FILTER (indicator = 'inbound_rate') AS rate,
        arg_min(half_unit, (obs_value IS NULL, dataset)) FILTER (indicator = 'inbound_rate') AS rate_half,
        arg_min(obs_value, dataset) FILTER (indicator = 'tertiary_enrolment') AS enrolment,
        arg_min(half_unit, (obs_value IS NULL, dataset)) FILTER (indicator = 'tertiary_enrolment') AS enrolment_half
    FROM cells
    WHERE counterpart_area = '_T' AND sex = '_T' AND breakdown = '_T'
    GROUP BY ALL
),

net AS (
    SELECT
        'net flow = inbound − outbound' AS identity,
        source,
        release,
        ref_area,
        time_period,
        net AS lhs,
        inbound - outbound AS rhs,
        net_half + inbound_half + outbound_half AS tolerance,
        CASE WHEN inbound IS NULL THEN 'inbound' WHEN outbound IS NULL THEN 'outbound' END AS missing
    FROM mobility
    WHERE net IS NOT NULL
),

rates AS (
    SELECT
        'inbound rate = 100 × inbound / tertiary enrolment' AS identity,
        source,
        release,
        ref_area,
        time_period,
        rate AS lhs,
        100 * inbound / nullif(enrolment, 0) AS rhs,
        rate_half + 100 * inbound_half / nullif(enrolment, 0)
        + 100 * inbound * enrolment_half / nullif(enrolment * enrolment, 0) AS tolerance,
        CASE WHEN inbound IS NULL THEN 'inbound' WHEN enrolment IS NULL THEN 'tertiary enrolment' END AS missing
    FROM mobility
    WHERE rate IS NOT NULL AND (inbound IS NOT NULL OR enrolment IS NOT NULL)
),

-- What all hosts report of an origin's students = the origin's outbound total of the newest release that has one.
outbound AS (
    SELECT o.source, o.ref_area, o.time_period, o.obs_value, o.release
    FROM latest_observations AS o
    WHERE
        o.indicator = 'outbound_students'
        AND o.counterpart_area = '_T'
        AND o.sex = '_T'
        AND o.breakdown = '_T'
        AND o.dataset <> 'statements'
    QUALIFY row_number() OVER (PARTITION BY o.source, o.ref_area, o.time_period ORDER BY o.release DESC, o.dataset) = 1
),

by_host AS (
    SELECT
        'outbound total = sum over hosts (' || c.dataset || '; total of ' || t.release || ')' AS identity,
        c.source,
        c.release,
        c.counterpart_area AS ref_area,
        c.time_period,
        t.obs_value AS lhs,
        total(c.obs_value) AS rhs,
        sum(c.half_unit) + 0.5 AS tolerance,
        t.release = c.release AS same_release,
        -- UIS adds estimates for hosts that do not report, and no release lists those.
        CASE
            WHEN t.release <> c.release THEN 'hosts that report no figure by origin; the total is of another release'
            ELSE 'hosts that report no figure by origin'
        END AS missing
    FROM cells AS c
    JOIN outbound AS t ON t.source = c.source AND t.ref_area = c.counterpart_area AND t.time_period = c.time_period
    WHERE
        c.indicator = 'inbound_students'
        AND c.counterpart_area <> '_T'
        AND c.sex = '_T'
        AND c.breakdown = '_T'
        AND c.kind IN ('country', 'historic_country')
    GROUP BY c.source, c.dataset, c.release, c.counterpart_area, c.time_period, t.obs_value, t.release
),

-- The world's stock = the sum over countries and areas, the Channel Islands among them.
by_residence AS (
    SELECT
        'world = sum of countries and areas: ' || c.indicator
        || CASE c.sex WHEN '_T' THEN '' WHEN 'F' THEN ', female' ELSE ', male' END || ' (' || c.dataset || ')' AS identity,
        c.source,
        c.release,
        'WLD' AS ref_area,
        c.time_period,
        min(c.obs_value) FILTER (c.ref_area = 'WLD') AS lhs,
        total(CASE WHEN c.ref_area <> 'WLD' THEN c.obs_value END) AS rhs,
        sum(c.half_unit) AS tolerance,
        CASE
            WHEN bool_or(c.is_extract) THEN 'countries left out of the extract'
            WHEN count(DISTINCT c.ref_area) < 200 THEN 'all but ' || count(DISTINCT c.ref_area) - 1 || ' countries'
            WHEN count(*) FILTER (c.obs_value IS NULL) > 0
                THEN count(*) FILTER (c.obs_value IS NULL) || ' countries without a figure'
        END AS missing
    FROM cells AS c
    JOIN indicators AS i USING (indicator)
    WHERE
        c.source = 'un_desa'
        AND i.kind = 'stock'
        AND c.counterpart_area = '_T'
        AND c.breakdown = '_T'
        AND (c.ref_area IN ('WLD', 'desa:830') OR c.kind IN ('country', 'historic_country'))
    GROUP BY c.source, c.dataset, c.release, c.indicator, c.sex, c.time_period
    HAVING count(*) FILTER (c.ref_area = 'WLD') > 0
),

-- The article's tables: each row and each column adds up to its printed total. A dash is no figure.
table_rows AS (
    SELECT
        'printed total of a row = sum of its cells (' || dataset || ', ' || breakdown || ')' AS identity,
        source,
        release,
        ref_area,
        time_period,
        min(obs_value) FILTER (counterpart_area = '_T') AS lhs,
        total(CASE WHEN counterpart_area <> '_T' THEN obs_value END) AS rhs,
        0.0 AS tolerance,
        CASE WHEN count(*) FILTER (obs_value IS NULL) > 0 THEN count(*) FILTER (obs_value IS NULL) || ' cells with a dash' END
            AS missing
    FROM cells
    WHERE source = 'kz_article' AND dataset LIKE 'table%' AND NOT contains(time_period, '/')
    GROUP BY ALL
    HAVING count(*) FILTER (counterpart_area = '_T') > 0
),

table_columns AS (
    SELECT
        'printed total of a column = sum of its cells (' || dataset || ', ' || breakdown || ', column '
        || counterpart_area || ')' AS identity,
        source,
        release,
        ref_area,
        min(time_period) FILTER (contains(time_period, '/')) AS time_period,
        min(obs_value) FILTER (contains(time_period, '/')) AS lhs,
        total(CASE WHEN NOT contains(time_period, '/') THEN obs_value END) AS rhs,
        0.0 AS tolerance,
        CASE WHEN count(*) FILTER (obs_value IS NULL) > 0 THEN count(*) FILTER (obs_value IS NULL) || ' cells with a dash' END
            AS missing
    FROM cells
    WHERE source = 'kz_article' AND dataset LIKE 'table%'
    GROUP BY source, dataset, release, ref_area, breakdown, counterpart_area
    HAVING count(*) FILTER (contains(time_period, '/')) > 0
),

every AS (
    SELECT
        *,
        TRUE AS is_whole_and_parts
    FROM by_sex
    UNION ALL BY NAME
    SELECT
        *,
        TRUE AS is_whole_and_parts
    FROM by_origin
    UNION ALL BY NAME
    SELECT
        *,
        FALSE AS is_whole_and_parts
    FROM net
    UNION ALL BY NAME
    SELECT
        *,
        FALSE AS is_whole_and_parts
    FROM rates
    UNION ALL BY NAME
    SELECT
        *,
        same_release AS is_whole_and_parts
    FROM by_host
    UNION ALL BY NAME
    SELECT
        *,
        TRUE AS is_whole_and_parts
    FROM by_residence
    UNION ALL BY NAME
    SELECT
        *,
        TRUE AS is_whole_and_parts
    FROM table_rows
    UNION ALL BY NAME
    SELECT
        *,
        TRUE AS is_whole_and_parts
    FROM table_columns
)

SELECT
    identity,
    source,
    release,
    ref_area,
    time_period,
    lhs,
    rhs,
    lhs - rhs AS residual,
    tolerance,
    CASE
        WHEN lhs IS NULL OR rhs IS NULL THEN NULL
        WHEN abs(lhs - rhs) <= tolerance THEN TRUE
        WHEN missing IS NOT NULL AND NOT (is_whole_and_parts AND rhs > lhs) THEN NULL
        ELSE FALSE
    END AS holds,
    missing
FROM every
