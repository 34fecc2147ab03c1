-- The columns of a table or view as the file's codebook explains them, in their order.
--
-- Grain: column.
SELECT c.column_name AS "column", b.type, b.unit, b.description
FROM duckdb_columns() AS c
JOIN codebook AS b ON b."table" = c.table_name AND b."column" = c.column_name
WHERE c.database_name = current_database() AND c.schema_name = 'main' AND c.table_name = $table_name
ORDER BY c.column_index
