-- Kazakhstan's students sent abroad under the academic mobility programme, by period, region of destination and funding.
--
-- From table 1 of the article (state funding) and the totals its text gives (own funds; all funding over ten years). Where
-- table and text give the same cell, the table's stands here; the text's is among the claims. A total over years is here only
-- where its years are not (17,007 with all funding), so that sums count nobody twice; the others are in observations.
--
-- Grain: time_period, region, funding.
WITH cells AS (
    SELECT
        time_period,
        period_start,
        CASE counterpart_area
            WHEN '_T' THEN '_T'
            WHEN 'USA' THEN 'USA'
            WHEN 'kz_article:EUROPE' THEN 'EUROPE'
            WHEN 'kz_article:CIS' THEN 'CIS'
            WHEN 'kz_article:SEA' THEN 'SEA'
        END AS region,
        CASE breakdown WHEN 'funding=state' THEN 'state' WHEN 'funding=own' THEN 'own' WHEN '_T' THEN '_T' END AS funding,
        obs_value AS students
    FROM latest_observations
    WHERE
        source = 'kz_article'
        AND indicator = 'academic_mobility_students'
        AND ref_area = 'KAZ'
        AND dataset IN ('table_1', 'statements')
    QUALIFY row_number() OVER (
        PARTITION BY time_period, region, funding ORDER BY dataset = 'table_1' DESC, release DESC, sex DESC
    ) = 1
),

annual AS (
    SELECT region, funding, year(period_start) AS year, students
    FROM cells
    WHERE regexp_full_match(time_period, '\d{4}')
)

SELECT
    c.time_period,
    c.region,
    c.funding,
    c.students,
    100 * c.students / nullif(total.students, 0) AS share_of_period,
    CASE WHEN regexp_full_match(c.time_period, '\d{4}') THEN c.students - previous.students END AS change_on_previous
FROM cells AS c
LEFT JOIN cells AS total
    ON total.time_period = c.time_period AND total.funding = c.funding AND total.region = '_T'
LEFT JOIN annual AS previous
    ON previous.region = c.region AND previous.funding = c.funding AND previous.year = year(c.period_start) - 1
WHERE
    c.region IS NOT NULL
    AND c.funding IS NOT NULL
    AND NOT (contains(c.time_period, '/') AND c.funding IN (SELECT funding FROM annual))
