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
from tests.pipeline.ways_out import (
    EVERYTHING,
    HARMLESS,
    IDLE,
    IN_MEMORY,
    NAMED,
    NOTING,
    REACHING,
    SOUNDING,
    STATEMENTS,
    UNWRITTEN,
)

CANARY = "canary-5f1c"
SEAL = (
    "SET enable_external_access = false",
    "SET disabled_filesystems = 'LocalFileSystem'",
    "SET http_proxy = ''",
    "SET lock_configuration = true",
)


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
        ran = machine.query(f"SELECT told::VARCHAR FROM {name}() AS told")
        assert CANARY not in ran.out + ran.err
        told += ran.code == 0
    assert told > 40
    names = ("http_proxy", "http_proxy_username", "http_proxy_password", "home_directory")
    settings = "SELECT " + " || ".join(f"current_setting('{name}')" for name in names) + " AS told"
    assert machine.query(settings).out == '"told"\n""\n'


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
            db.execute(part)

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


def test_the_connection_on_the_page_reaches_nothing(machine: Machine) -> None:
    with page_connection(machine) as db:
        assert allowed(db, machine, EVERYTHING) == []
        assert len(allowed(db, machine, [*IDLE, *IN_MEMORY])) > 6
        assert allowed(db, machine, EVERYTHING) == []
        assert db.execute("SELECT name, value FROM duckdb_settings() WHERE value LIKE ?", [f"%{CANARY}%"]).fetchall() == []
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
    opening = re.compile(r"duckdb\.connect\(\"warehouse|dbConnect\(duckdb")
    seen = 0
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for found in opening.finditer(text):
            after = text[found.start() : found.start() + 420]
            places = [after.find(part) for part in SEAL]
            assert places == sorted(places), page.name
            assert -1 not in places, f"{page.name}: {after}"
            seen += 1
    assert seen == 2
