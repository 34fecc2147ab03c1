"""What SQL reaches beside the published file: nothing, through `edumig query` and through the connection that the pages show.

Here: every statement and every function of DuckDB that could reach a file, an address or a setting, gone through by DuckDB's own
lists, so that a new version's new functions are looked at. Not here: what a query answers (`test_cli_query`).
"""

import contextlib
import hashlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from edumig_pipeline.answers.errors import WrongQuestionError
from edumig_pipeline.answers.opening import Published, opened
from edumig_pipeline.answers.querying import asked
from tests.pages.running import ROOT, blocks
from tests.pipeline.conftest import Ran, edumig

CANARY = "canary-5f1c"
SEAL = ("enable_external_access = false", "disabled_filesystems = 'LocalFileSystem'", "lock_configuration = true")

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


@dataclass(frozen=True)
class Machine:
    """A published warehouse on a machine that has secrets: a file, another database, Parquet, a variable."""

    folder: Path
    warehouse: Path
    before: dict[str, str]

    def filled(self, sql: str) -> str:
        """The SQL with this machine's paths."""
        file = self.link.resolve()
        named = {"secret": "secret.csv", "parquet": "secret.parquet", "other": "secret.duckdb", "out": "written"}
        paths = {name: self.folder / path for name, path in named.items()}
        return sql.format(**paths, folder=self.folder, file=file, link=self.link, canary=CANARY)

    @property
    def link(self) -> Path:
        """What users open."""
        return self.warehouse / "edumig.duckdb"

    def state(self) -> dict[str, str]:
        """Every file below the folder with its digest."""
        return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in self.folder.rglob("*") if p.is_file()}

    def query(self, sql: str) -> Ran:
        """Ask as a user does."""
        return edumig("query", self.filled(sql), "--warehouse", str(self.warehouse), "--format", "csv")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, shipped_folder: Path) -> Machine:
    """The machine, with its own copy of the shipped warehouse."""
    folder = tmp_path_factory.mktemp("machine")
    (folder / "secret.csv").write_text(f"word\n{CANARY}\n", encoding="utf-8")
    with duckdb.connect(str(folder / "secret.duckdb")) as db:
        db.execute(f"CREATE TABLE secrets AS SELECT '{CANARY}' AS word")
        db.execute(f"COPY secrets TO '{folder}/secret.parquet'")
        db.execute(f"SET secret_directory = '{folder}/.duckdb/stored_secrets'")
        db.execute(f"CREATE PERSISTENT SECRET x (TYPE http, BEARER_TOKEN '{CANARY}', SCOPE 'http://{CANARY}')")
    warehouse = folder / "warehouse"
    shutil.copytree(shipped_folder, warehouse, symlinks=True, ignore=shutil.ignore_patterns(".parts", "parquet", ".lock"))
    machine = Machine(folder, warehouse, {})
    return Machine(folder, warehouse, machine.state())


@pytest.fixture
def machine(prepared: Machine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """The machine with secrets in its environment; nothing on it may be another afterwards."""
    for name in ("EDUMIG_CANARY", "AWS_SECRET_ACCESS_KEY", "HTTP_PROXY", "DTM_SUBSCRIPTION_KEY", "MOTHERDUCK_TOKEN"):
        monkeypatch.setenv(name, f"http://user:{CANARY}@127.0.0.1:1" if name == "HTTP_PROXY" else CANARY)
    monkeypatch.setenv("HOME", str(prepared.folder))
    yield prepared
    after = prepared.state()
    assert sorted(after.items() ^ prepared.before.items()) == []


def page_connection(machine: Machine) -> duckdb.DuckDBPyConnection:
    """The connection that docs/using-the-data.md has its readers make, by the lines it has them copy."""
    page = (ROOT / "docs/using-the-data.md").read_text(encoding="utf-8")
    first = next(block.text for block in blocks(page) if block.language == "python")
    opening, made, _ = first.partition("abroad = ")
    assert made
    names: dict[str, duckdb.DuckDBPyConnection] = {}
    with contextlib.chdir(machine.folder):
        exec(opening, names)
    return names["warehouse"]


# The lists are whole


def test_every_kind_of_statement_is_tried() -> None:
    assert {*STATEMENTS, *UNWRITTEN} == {*duckdb.StatementType.__members__}


def test_every_table_function_and_pragma_is_known() -> None:
    with duckdb.connect() as db:
        kinds = "('table', 'pragma', 'table_macro')"
        found = db.sql(f"SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type IN {kinds}").fetchall()
    named = {name for (name,) in found}
    assert len(named) > 120
    assert sorted(named - {*REACHING, *NOTING, *HARMLESS}) == [], "see what they reach"


def test_every_scalar_function_that_sounds_like_the_machine_is_known() -> None:
    sounding = ".*(env|file|_path|path_|read|write|http|url|secret|load|system|shell|exec|server|client|conf|serialize).*"
    with duckdb.connect() as db:
        found = db.execute(
            "SELECT DISTINCT function_name FROM duckdb_functions() "
            "WHERE function_type IN ('scalar', 'macro') AND function_name SIMILAR TO ?",
            [sounding],
        ).fetchall()
    assert len(found) > 10
    assert sorted({name for (name,) in found} - SOUNDING) == [], "see what they reach"


# `edumig query`


@pytest.mark.parametrize("name", sorted(REACHING))
def test_no_function_reaches_out_of_a_query(machine: Machine, name: str) -> None:
    ran = machine.query(REACHING[name])
    assert ran.code in (2, 64), ran.out
    assert ran.out == ""
    assert "Traceback" not in ran.err


def test_no_function_that_runs_tells_a_secret(machine: Machine) -> None:
    told = 0
    for name in HARMLESS:
        ran = machine.query(f"FROM {name}()")
        assert CANARY not in ran.out + ran.err
        told += ran.code == 0
    assert told > 40


@pytest.mark.parametrize("kind", sorted(STATEMENTS))
def test_no_other_statement_is_a_query(machine: Machine, kind: str) -> None:
    for sql in [*STATEMENTS[kind], *IDLE]:
        ran = machine.query(sql)
        assert (ran.code, ran.out) == (64, ""), sql


@pytest.mark.parametrize("sql", NAMED)
def test_no_name_leads_out_of_a_query(machine: Machine, sql: str) -> None:
    frame = pd.DataFrame({"word": [CANARY]})
    ran = machine.query(sql)
    assert (ran.code, ran.out) == (64, "")
    assert CANARY in frame.to_string()


def test_what_the_command_opens_is_sealed_even_if_sql_could_be_anything(machine: Machine) -> None:
    with opened(machine.warehouse, sealed=True) as published:
        assert allowed(published.db, machine, EVERYTHING) == []
        assert allowed(published.db, machine, IN_MEMORY) == IN_MEMORY
        assert allowed(published.db, machine, EVERYTHING) == []


def test_a_query_that_outgrows_memory_says_so(machine: Machine) -> None:
    rows = "SELECT a.*, b.claim_id FROM observations AS a, claims AS b, range(3) ORDER BY hash(a.raw_row, b.claim_id)"
    with duckdb.connect(str(machine.link), read_only=True, config={"memory_limit": "200MB"}) as db:
        for part in SEAL:
            db.execute(f"SET {part}")

        def answer() -> int:
            with asked(Published(machine.link, machine.link, db), rows) as found:
                return len(found.limit(2_000_000).fetchall())

        with pytest.raises(WrongQuestionError, match="not even one for what does not fit into memory"):
            answer()


# The connection that the pages show


def allowed(db: duckdb.DuckDBPyConnection, machine: Machine, tried: list[str]) -> list[str]:
    """Those of the texts that a connection runs."""
    frame = pd.DataFrame({"word": [CANARY]})
    ran = []
    for sql in tried:
        with contextlib.suppress(duckdb.Error):
            db.execute(machine.filled(sql)).fetchall()
            ran.append(sql)
    assert len(frame) == 1
    return ran


EVERYTHING = [*(sql for kind in STATEMENTS.values() for sql in kind), *NAMED, *REACHING.values()]


def test_the_connection_on_the_page_reaches_nothing(machine: Machine) -> None:
    with page_connection(machine) as db:
        assert allowed(db, machine, EVERYTHING) == []
        assert len(allowed(db, machine, [*IDLE, *IN_MEMORY])) > 6
        assert allowed(db, machine, EVERYTHING) == []
        told = str([db.execute(f"FROM {name}()").fetchall() for name in ("duckdb_settings", "duckdb_databases", "duckdb_logs")])
        assert CANARY not in told
        assert db.execute("SELECT count(*) FROM claims").fetchall() == [(77,)]


def test_read_only_alone_would_not_do(prepared: Machine, tmp_path: Path) -> None:
    shutil.copytree(prepared.folder, tmp_path / "m", symlinks=True)
    other = Machine(tmp_path / "m", tmp_path / "m/warehouse", {})
    reached = [
        "FROM read_text(['{secret}'])",
        "ATTACH '{other}' (READ_ONLY)",
        "COPY claims TO '{out}'",
        "SET threads = 1",
        "FROM frame",
    ]
    with duckdb.connect(str(other.link), read_only=True) as db:
        assert allowed(db, other, reached) == reached
    shutil.rmtree(tmp_path / "m")
    shutil.copytree(prepared.folder, tmp_path / "m", symlinks=True)
    with duckdb.connect(str(other.link), read_only=True, config={"enable_external_access": False}) as db:
        # Even so: DuckDB counts the file itself among those that may be written.
        assert allowed(db, other, STATEMENTS["COPY"]) != []
    assert other.state() != {name.replace(str(prepared.folder), str(tmp_path / "m")): d for name, d in prepared.before.items()}


def test_every_page_that_opens_the_file_seals_it_the_same_way() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    opening = re.compile(r"duckdb\.connect\(\"warehouse|dbConnect\(duckdb|`duckdb -readonly")
    seen = 0
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for found in opening.finditer(text):
            after = text[found.start() : found.start() + 420]
            places = [after.find(part) for part in SEAL]
            assert places == sorted(places), page.name
            assert -1 not in places, f"{page.name}: {after}"
            seen += 1
    assert seen == 3
