"""Keys and passwords come from the environment and are found nowhere else: not in raw/, the warehouse, logs or Dagster's home.

Here: whole runs with secrets set, and every byte they left searched. Not here: that the key is sent to its publisher alone
(`test_each_publisher`).
"""

import base64
import contextlib
import os
import sqlite3
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from edumig_pipeline.fetch import MIRROR, State
from tests.pipeline.conftest import ROOT
from tests.publishers.conftest import Desk
from tests.publishers.offers import DTM_KEY
from tests.publishers.server import PublishersServer, Reply

PASSWORD = "p4ssw0rd-of-the-mirror"
SENT = base64.b64encode(f"reader:{PASSWORD}".encode()).decode()  # as a request has it
SECRETS = (DTM_KEY, PASSWORD, SENT)
SOME = ("iom", "eurostat")

COMMAND = "import sys; from edumig_pipeline.retrieval import web; web.sleep = lambda _: None\n"
EDUMIG = COMMAND + "from edumig_pipeline.cli import main; main(sys.argv[1:])"
RUN = (
    COMMAND + "import dagster as dg; from edumig_pipeline.definitions import defs\n"
    "with dg.DagsterInstance.get() as instance:\n"
    "    job = defs().resolve_job_def('fetch_iom')\n"
    "    assert job.execute_in_process(instance=instance, raise_on_error=False).run_id"
)


def texts(file: Path) -> Iterator[bytes]:
    """Everything a file holds: its bytes, and what a database or a Parquet file holds compressed."""
    content = file.read_bytes()
    yield content
    if content.startswith(b"SQLite format 3"):
        with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as kept:
            for (name,) in kept.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                for row in kept.execute(f'SELECT * FROM "{name}"'):
                    yield from (zlib.decompress(cell) for cell in row if isinstance(cell, bytes) and cell[:1] == b"\x78")
    elif content.startswith(b"PAR1"):
        with duckdb.connect() as db:
            yield str(db.read_parquet(str(file)).fetchall()).encode()
            yield str(
                db.execute("SELECT key::VARCHAR, value::VARCHAR FROM parquet_kv_metadata(?)", [str(file)]).fetchall()
            ).encode()
    elif file.suffix == ".duckdb":
        with duckdb.connect(str(file), read_only=True) as db:
            for (name,) in db.execute("SELECT table_name FROM duckdb_tables()").fetchall():
                yield str(db.table(name).fetchall()).encode()


def found_in(folder: Path) -> list[str]:
    """The files below a folder, or beside each other, that hold a secret."""
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return [str(file) for file in files for text in texts(file) if any(secret.encode() in text for secret in SECRETS)]


@pytest.fixture
def guarded(desk: Desk, server: PublishersServer, tmp_path: Path) -> Desk:
    """A desk whose mirror wants a password, and Dagster's home beside it."""
    desk.environment[MIRROR] = server.address.replace("://", f"://reader:{PASSWORD}@")
    (tmp_path / "home").mkdir()
    (tmp_path / "home/dagster.yaml").write_text((ROOT / "instance.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    return desk


def run(desk: Desk, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program with the desk's secrets and folders in its environment, as noisy as it can be made."""
    folders = {
        "EDUMIG_RAW": str(desk.raw),
        "EDUMIG_WAREHOUSE": str(desk.warehouse),
        "DAGSTER_HOME": str(desk.raw.with_name("home")),
    }
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, **desk.environment, **folders, "NO_PROXY": "127.0.0.1", "EDUMIG_TRACEBACK": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def told(*runs: subprocess.CompletedProcess[str]) -> list[str]:
    """The secrets that programs told."""
    return [secret for secret in SECRETS for done in runs if secret in done.stdout + done.stderr]


def test_runs_leave_no_secret_anywhere(guarded: Desk, server: PublishersServer, tmp_path: Path) -> None:
    fetched = run(guarded, EDUMIG, "fetch", *SOME)
    assert fetched.returncode == 0, fetched.stderr
    refreshed = run(guarded, EDUMIG, "refresh")
    assert refreshed.returncode == 0, refreshed.stderr
    asked = run(guarded, EDUMIG, "status", "--json")
    dagster = run(guarded, RUN)
    assert dagster.returncode == 0, dagster.stderr
    assert told(fetched, refreshed, asked, dagster) == []
    assert found_in(tmp_path) == []
    # They were used.
    assert {DTM_KEY, f"Basic {SENT}"} <= {value for asked in server.asked for value in asked.headers.values()}
    assert (guarded.warehouse / "edumig.duckdb").exists()
    assert list((tmp_path / "home").rglob("*.db"))


def test_a_server_that_repeats_what_it_was_sent_makes_nobody_tell_it(
    guarded: Desk, server: PublishersServer, tmp_path: Path
) -> None:
    server.answer = lambda asked: Reply(
        f"not understood: {dict(asked.headers)}, {guarded.environment}".encode(), "text/plain", 403
    )
    fetched = run(guarded, EDUMIG, "fetch", *SOME, "--json")
    dagster = run(guarded, RUN)
    assert fetched.returncode == 2
    assert "not understood" in fetched.stdout + fetched.stderr
    assert told(fetched, dagster) == []
    assert found_in(tmp_path) == []


@pytest.mark.parametrize(
    "address",
    [
        f"http://reader:{PASSWORD}@127.0.0.1:1",
        f"http://reader:{PASSWORD}/@127.0.0.1:1",
        f"http://reader:{PASSWORD}@127.0.0.1:port",
        f"htp://reader:{PASSWORD}@127.0.0.1",
        f"http://reader:{PASSWORD}@[::1",
        f"reader:{PASSWORD}@127.0.0.1:1",
    ],
)
def test_an_address_that_is_wrong_is_not_repeated_with_its_password(desk: Desk, address: str) -> None:
    desk.environment[MIRROR] = address
    outcomes = desk.fetch("eurostat")
    assert [outcome.state for outcome in outcomes] == [State.FAILED]
    assert PASSWORD not in f"{outcomes} {desk.listener.said}"


def test_nobody_is_sent_on_with_the_password(guarded: Desk, server: PublishersServer) -> None:
    elsewhere = {"Location": f"http://reader:{PASSWORD}@127.0.0.1:1/x"}
    server.answer = lambda _: Reply(b"", "text/plain", 302, elsewhere)
    outcomes = guarded.fetch("eurostat")
    assert PASSWORD not in f"{outcomes} {guarded.listener.said}"


def test_the_search_finds_what_is_hidden(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "a.duckdb")) as db:
        db.execute(f"CREATE TABLE t AS SELECT '{PASSWORD}' || range AS x FROM range(100000)")
        db.execute(f"COPY (SELECT '{PASSWORD}' || range AS x FROM range(100000)) TO '{tmp_path}/b.parquet' (COMPRESSION zstd)")
    with sqlite3.connect(tmp_path / "c.db") as kept:
        kept.execute("CREATE TABLE s (x BLOB)")
        kept.execute("INSERT INTO s VALUES (?)", [zlib.compress(PASSWORD.encode() * 100)])
    kept.close()
    (tmp_path / "d.log").write_text(f"Authorization: Basic {SENT}", encoding="utf-8")
    assert {Path(name).name for name in found_in(tmp_path)} == {"a.duckdb", "b.parquet", "c.db", "d.log"}
