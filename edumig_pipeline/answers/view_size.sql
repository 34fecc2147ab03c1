-- How many rows a table or view has, counted.
--
-- Grain: one row.
SELECT count(*) AS row_count FROM query_table($table_name)
