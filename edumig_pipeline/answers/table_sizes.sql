-- The tables and views of the file, with the rows of each table; a view's are not counted, since that means computing it.
--
-- Grain: name.
SELECT table_name AS name, 'table' AS kind, estimated_size AS row_count
FROM duckdb_tables()
WHERE database_name = current_database() AND schema_name = 'main'
UNION ALL
SELECT view_name AS name, 'view' AS kind, NULL AS row_count
FROM duckdb_views()
WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal
ORDER BY name
