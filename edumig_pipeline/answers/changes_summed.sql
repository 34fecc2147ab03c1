-- How many figures of a pair of releases changed, by kind of change; an indicator both cover has a row when nothing changed, too.
--
-- Grain: dataset, indicator.
WITH covered AS (
    SELECT dataset, indicator
    FROM release_coverage AS newer
    JOIN release_coverage AS older USING (dataset, indicator, counterpart_area, sex)
    WHERE older.release = newer.previous_release
    GROUP BY ALL
)

SELECT
    v.dataset,
    v.indicator,
    count(c.change) FILTER (c.change = 'added') AS added,
    count(c.change) FILTER (c.change = 'revised') AS revised,
    count(c.change) FILTER (c.change = 'retracted') AS retracted,
    count(c.change) FILTER (c.change = 'status') AS "status"
FROM covered AS v
LEFT JOIN pair_changes AS c USING (dataset, indicator)
GROUP BY ALL
ORDER BY ALL
