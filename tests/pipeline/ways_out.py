"""SQL that reaches for something beside the file it is asked of, and the functions of DuckDB sorted by whether they do.

In a text `{secret}`, `{parquet}`, `{other}` and `{folder}` are files of the machine and their folder, `{out}` is a free name,
`{file}` the published file and `{link}` the link to it.

Belongs here: the texts and names. Does not belong here: what must become of them (`test_query_sandbox`).
"""

import re

# Table functions and pragmas that reach something: `{secret}` is a file of the machine, `{out}` a name that is free, `{file}` the
# published file, which read-only connections may look at again under its own name.
REACHING = {
    "read_csv": "FROM read_csv('{secret}')",
    "read_csv_auto": "FROM read_csv_auto('{secret}')",
    "read_json": "FROM read_json('{secret}')",
    "read_json_auto": "FROM read_json_auto('{secret}')",
    "read_json_objects": "FROM read_json_objects('{secret}')",
    "read_json_objects_auto": "FROM read_json_objects_auto('{secret}')",
    "read_ndjson": "FROM read_ndjson('{secret}')",
    "read_ndjson_auto": "FROM read_ndjson_auto('{secret}')",
    "read_ndjson_objects": "FROM read_ndjson_objects('{secret}')",
    "read_parquet": "FROM read_parquet('{parquet}')",
    "read_text": "FROM read_text(['{secret}'])",
    "read_blob": "FROM read_blob('{folder}/*')",
    "read_duckdb": "FROM read_duckdb('{other}', table_name := 'secrets')",
    "read_single_csv_file": "FROM read_single_csv_file('{secret}')",
    "read_single_json_file": "FROM read_single_json_file('{secret}')",
    "read_single_parquet_file": "FROM read_single_parquet_file('{parquet}')",
    "parquet_scan": "FROM parquet_scan('{parquet}')",
    "parquet_metadata": "FROM parquet_metadata('{parquet}')",
    "parquet_file_metadata": "FROM parquet_file_metadata('{parquet}')",
    "parquet_full_metadata": "FROM parquet_full_metadata('{parquet}')",
    "parquet_kv_metadata": "FROM parquet_kv_metadata('{parquet}')",
    "parquet_schema": "FROM parquet_schema('{parquet}')",
    "parquet_bloom_probe": "FROM parquet_bloom_probe('{parquet}', 'word', '{canary}')",
    "sniff_csv": "FROM sniff_csv('{secret}')",
    "glob": "FROM glob('{folder}/*')",
    "query": "FROM query('FROM read_text(''{secret}'')')",
    "query_table": "FROM query_table('{secret}')",
    "json_execute_serialized_sql": "FROM json_execute_serialized_sql(json_serialize_sql('FROM read_text(''{secret}'')'))",
    "destroy_external_resource": "FROM destroy_external_resource('read_text', '{secret}')",
    "create_external_resource": "FROM create_external_resource('{secret}')",
    "enable_logging": "FROM enable_logging('QueryLog', storage := 'file', storage_path := '{out}')",
    "disable_logging": "FROM disable_logging()",
    "enable_profiling": "FROM enable_profiling(save_location := '{out}')",
    "disable_profiling": "FROM disable_profiling()",
    "duckdb_extensions": "FROM duckdb_extensions()",
    "duckdb_extension_repositories": "FROM duckdb_extension_repositories()",
    "arrow_scan": "FROM arrow_scan(1, 1, 1)",
    "arrow_scan_dumb": "FROM arrow_scan_dumb(1, 1, 1)",
    "pandas_scan": "FROM pandas_scan(1)",
    "python_arrow_scan": "FROM python_arrow_scan(1)",
    "python_map_function": "FROM python_map_function((SELECT 1))",
    "seq_scan": "FROM seq_scan()",
    # pragmas, no table functions
    "copy_database": "PRAGMA copy_database('{out}', 'edumig')",
    "import_database": "PRAGMA import_database('{folder}')",
}

# They keep a note in the memory of the connection, and reach nothing by it.
IN_MEMORY = [
    "FROM register_external_resource('file', 'x', MAP {{'path': '{secret}'}})",
    "FROM deregister_external_resource('x')",
    "FROM register_external_resource_type('{secret}', kind := 'y', create_function := 'read_text')",
    "PRAGMA add_parquet_key('x', '0123456789012345')",
]
NOTING = frozenset(re.findall(r"(?:FROM|PRAGMA) (\w+)", " ".join(IN_MEMORY)))

# The others: of the warehouse, of the connection, of numbers. What they tell is looked at below.
HARMLESS = frozenset(
    """
    checkpoint duckdb_approx_database_count duckdb_available_metrics duckdb_columns duckdb_connection_count duckdb_constraints
    duckdb_coordinate_systems duckdb_databases duckdb_dependencies duckdb_dialects duckdb_eviction_queues
    duckdb_external_file_cache duckdb_external_resource_types duckdb_external_resources duckdb_functions
    duckdb_grammar_extensions duckdb_indexes duckdb_keywords duckdb_log_contexts duckdb_logs duckdb_logs_parsed duckdb_memory
    duckdb_optimizers duckdb_prepared_statements duckdb_profiling_settings duckdb_schemas duckdb_secret_type_parameters
    duckdb_secret_types duckdb_secrets duckdb_sequences duckdb_settings duckdb_table_sample duckdb_tables duckdb_temporary_files
    duckdb_triggers duckdb_types duckdb_variables duckdb_views force_checkpoint generate_series histogram histogram_values
    icu_calendar_names json_each json_tree pg_timezone_names pragma_collations pragma_database_size pragma_metadata_info
    pragma_platform pragma_show pragma_storage_info pragma_table_info pragma_user_agent pragma_version range repeat repeat_row
    summary test_all_types test_vector_types truncate_duckdb_logs unnest which_secret
    collations database_list database_size disable_checkpoint_on_shutdown disable_object_cache disable_optimizer
    disable_print_progress_bar disable_profile disable_progress_bar disable_verification disable_verify_parallelism
    enable_checkpoint_on_shutdown enable_object_cache enable_optimizer enable_print_progress_bar enable_profile
    enable_progress_bar enable_verification extension_versions functions metadata_info platform show show_databases show_tables
    show_tables_expanded storage_info table_info user_agent verify_parallelism version
""".split()  # noqa: SIM905 - ninety lines shorter
)

# Scalar functions whose name sounds as if they reached something; they take texts apart, or tell of the connection.
SOUNDING = frozenset(
    """
    parse_dirpath parse_duckdb_log_message parse_filename parse_path path_join url_decode url_encode json_extract_path
    json_extract_path_text json_serialize_sql json_deserialize_sql json_serialize_plan write_log pg_conf_load_time
    pg_ts_config_is_visible in_search_path
    has_server_privilege has_foreign_data_wrapper_privilege inet_client_addr inet_client_port inet_server_addr inet_server_port
""".split()  # noqa: SIM905
)

# Every kind of statement but SELECT; `edumig query` refuses them all.
STATEMENTS = {
    "INSERT": ["INSERT INTO claims FROM claims"],
    "UPDATE": ["UPDATE claims SET printed = ''"],
    "DELETE": ["DELETE FROM claims", "TRUNCATE claims"],
    "MERGE_INTO": ["MERGE INTO claims USING claims AS c USING (claim_id) WHEN MATCHED THEN DELETE"],
    "CREATE": [
        "CREATE TABLE x (y INTEGER)",
        "CREATE VIEW x AS FROM read_text('{secret}')",
        "CREATE TEMP VIEW x AS FROM read_text('{secret}')",
        "CREATE TEMP TABLE x AS FROM '{secret}'",
        "CREATE TEMP MACRO x() AS TABLE FROM read_text('{secret}')",
        "CREATE SCHEMA x",
        "CREATE SEQUENCE x",
        "CREATE PERSISTENT SECRET x (TYPE http)",
        "CREATE OR REPLACE TABLE claims AS SELECT 1",
    ],
    "DROP": ["DROP TABLE claims", "DROP SCHEMA main CASCADE"],
    "ALTER": ["ALTER TABLE claims RENAME TO x", "COMMENT ON TABLE claims IS ''"],
    "COPY": [
        "COPY claims TO '{out}'",
        "COPY claims TO '{out}' (FORMAT parquet)",
        "COPY claims TO '{out}' (FORMAT json)",
        "COPY claims TO '/dev/stdout'",
        "COPY (SELECT 1) TO '{file}' (FORMAT csv, USE_TMP_FILE false)",
        "COPY (SELECT 1) TO '{link}' (FORMAT csv, USE_TMP_FILE false)",
        "COPY (SELECT 1) TO '{file}.wal'",
        "COPY (SELECT 1) TO '{file}.wal.checkpoint'",
        "COPY (SELECT 1) TO '{file}.wal.recovery'",
        "COPY (SELECT 1) TO '{file}.tmp/x'",
        "COPY claims FROM '{secret}'",
    ],
    "COPY_DATABASE": ["COPY FROM DATABASE edumig TO memory"],
    "EXPORT": ["EXPORT DATABASE '{out}'"],
    "PRAGMA": ["IMPORT DATABASE '{folder}'", "PRAGMA enable_profiling", "PRAGMA threads = 1"],
    "ATTACH": [
        "ATTACH '{out}'",
        "ATTACH '{other}' (READ_ONLY)",
        "ATTACH ':memory:' AS x",
        "ATTACH 'http://127.0.0.1:1/x.duckdb' AS x",
    ],
    "DETACH": ["DETACH edumig"],
    "LOAD": [
        "LOAD httpfs",
        "INSTALL httpfs",
        "LOAD '{other}'",
        "INSTALL '{other}'",
        "FORCE INSTALL httpfs FROM 'http://127.0.0.1:1'",
    ],
    "SET": [
        "SET threads = 1",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET disabled_filesystems = ''",
        "SET allowed_paths = ['{secret}']",
        "SET temp_directory = '{out}'",
        "SET home_directory = '{folder}'",
        "SET secret_directory = '{folder}'",
        "SET autoinstall_known_extensions = true",
        "SET log_query_path = '{out}'",
        "SET profiling_output = '{out}'",
        "SET GLOBAL memory_limit = '1TB'",
        "RESET disabled_filesystems",
        "RESET lock_configuration",
    ],
    "CALL": ["CALL enable_logging(storage_path = '{out}')"],
    "PREPARE": ["PREPARE x AS FROM read_text('{secret}')"],
    "EXECUTE": ["EXECUTE x"],
    "EXPLAIN": ["EXPLAIN ANALYZE COPY claims TO '{out}'", "EXPLAIN ANALYZE FROM read_text('{secret}')"],
    "ANALYZE": [],
    "VACUUM": [],
    "TRANSACTION": [],
}
# Of these a sealed connection says yes, and nothing comes of it; `edumig query` refuses them as well.
IDLE = ["ANALYZE", "VACUUM", "BEGIN", "ROLLBACK", "CHECKPOINT", "SET VARIABLE x = 1", "CREATE TEMP TABLE x AS SELECT 1"]
# No text makes them, or a text of several statements does.
UNWRITTEN = {"INVALID", "SELECT", "VARIABLE_SET", "CREATE_FUNC", "RELATION", "EXTENSION", "LOGICAL_PLAN", "MULTI"}
# What else names something that is not in the file.
NAMED = [
    "FROM '{secret}'",
    "FROM '{parquet}'",
    'FROM "{other}"',
    "FROM 'http://127.0.0.1:1/x.parquet'",
    "FROM read_csv('https://127.0.0.1:1/x.csv')",
    "FROM 's3://bucket/x.parquet'",
    "FROM 'hf://datasets/x/y.csv'",
    "SELECT getenv('EDUMIG_CANARY')",
    "FROM machine",
    "FROM frame",
    "SELECT (FROM read_text('{secret}'))",
    "WITH x AS (INSERT INTO claims FROM claims RETURNING *) FROM x",
    "WITH x AS (COPY claims TO '{out}') FROM x",
    "WITH x AS (COPY (SELECT 1) TO '{file}' (FORMAT csv, USE_TMP_FILE false)) FROM x",
    "WITH x AS (COPY (SELECT 1) TO '{file}.wal') FROM x",
    "FROM query('WITH x AS (COPY (SELECT 1) TO ''{file}.wal'') FROM x')",
    "FROM json_execute_serialized_sql(json_serialize_sql('WITH x AS (COPY (SELECT 1) TO ''{file}.wal'') FROM x'))",
    "WITH x AS (DELETE FROM claims RETURNING *) FROM x",
    "WITH x AS (UPDATE claims SET printed = '' RETURNING *) FROM x",
    "FROM (COPY claims TO '{out}')",
    "SELECT 1; FROM read_text('{secret}')",
]

EVERYTHING = [*(sql for kind in STATEMENTS.values() for sql in kind), *NAMED, *REACHING.values()]
