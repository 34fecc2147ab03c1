-- Every area code that observations carry, and all countries: ISO 3166 from the library, aggregates from the publishers
-- under the name their newest release gives them. Groups an area belongs to are those of each publisher's newest release
-- that says so.
--
-- Grain: code.
WITH used AS (
    SELECT ref_area AS code FROM observations
    UNION
    SELECT counterpart_area AS code FROM observations
    UNION
    SELECT area AS code FROM source_areas
    UNION
    SELECT parent_area AS code FROM source_areas WHERE parent_area IS NOT NULL
),

named AS (
    SELECT a.code, a.name
    FROM area_names AS a
    JOIN releases AS r USING (source, release)
    QUALIFY row_number() OVER (PARTITION BY a.code ORDER BY r.released DESC, r.release DESC, a.name) = 1
),

said AS (
    SELECT m.area AS code, m.parent_area
    FROM source_areas AS m
    JOIN releases AS r USING (source, release)
    WHERE m.parent_area IS NOT NULL
    QUALIFY dense_rank() OVER (PARTITION BY m.source, m.dataset ORDER BY r.released DESC, r.release DESC) = 1
),

-- The world comes first, the publishers' groups after it.
grouped AS (
    SELECT code, string_agg(DISTINCT parent_area, ';' ORDER BY parent_area) AS parents
    FROM said
    WHERE parent_area <> 'WLD'
    GROUP BY code
)

SELECT i.* REPLACE (concat_ws(';', i.parents, g.parents) AS parents)
FROM iso_areas AS i
LEFT JOIN grouped AS g USING (code)
UNION ALL BY NAME
SELECT
    u.code,
    coalesce(n.name, regexp_replace(u.code, '^[a-z_]+:', '')) AS name,
    'aggregate' AS kind,
    g.parents
FROM used AS u
LEFT JOIN named AS n USING (code)
LEFT JOIN grouped AS g USING (code)
WHERE u.code <> '_T' AND u.code NOT IN (SELECT code FROM iso_areas)
