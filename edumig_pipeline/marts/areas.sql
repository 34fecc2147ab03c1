-- Every area code that observations carry, and all countries: ISO 3166 from the library, aggregates from the publishers
-- under the name their newest release gives them.
--
-- Grain: code.
WITH used AS (
    SELECT ref_area AS code FROM observations
    UNION
    SELECT counterpart_area AS code FROM observations
),

named AS (
    SELECT a.code, a.name
    FROM area_names AS a
    JOIN releases AS r USING (source, release)
    QUALIFY row_number() OVER (PARTITION BY a.code ORDER BY r.released DESC, r.release DESC, a.name) = 1
)

SELECT * FROM iso_areas
UNION ALL BY NAME
SELECT u.code, coalesce(n.name, regexp_replace(u.code, '^[a-z_]+:', '')) AS name, 'aggregate' AS kind
FROM used AS u
LEFT JOIN named AS n USING (code)
WHERE u.code <> '_T' AND u.code NOT IN (SELECT code FROM iso_areas)
