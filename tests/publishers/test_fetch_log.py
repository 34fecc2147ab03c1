"""What fetching tells the log that EDUMIG_LOG asks for, and that a key is in it as little as anywhere else."""

import json
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from edumig_pipeline.definitions import defs
from edumig_pipeline.fetch import MIRROR
from edumig_pipeline.retrieval import web
from tests.publishers import server as faults
from tests.publishers.conftest import Desk
from tests.publishers.offers import EUROSTAT
from tests.publishers.server import PublishersServer
from tests.publishers.test_fetch_command import edumig

TABLE, KEY = "eurostat/educ_uoe_mobs02", "DTM_SUBSCRIPTION_KEY"


def lines(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text(encoding="ascii").splitlines()]


def test_each_download_is_a_line(desk: Desk, server: PublishersServer, tmp_path: Path) -> None:
    desk.environment["EDUMIG_LOG"] = str(tmp_path / "log")
    assert edumig(desk, "fetch", TABLE).code == 0
    server.faults[EUROSTAT] = [faults.status(404, b"gone")]
    assert edumig(desk, "fetch", "eurostat", "iom/dtm", key=False).code == 2
    told = lines(tmp_path / "log")
    assert [line["started_by"] for line in told if line["event"] == "run_begun"] == ["edumig fetch"] * 2
    ended = [line for line in told if line["event"] == "download_ended"]
    assert [(line["source"], line["download"], line["state"], line["level"]) for line in ended] == [
        ("eurostat", "educ_uoe_mobs02", "landed", "info"),
        ("eurostat", "educ_uoe_mobs02", "failed", "error"),
        ("iom", "dtm", "skipped", "warning"),
    ]
    assert ended[0]["release"] == "educ_uoe_mobs02-2026-04-14"
    assert "HTTP 404" in ended[1]["reason"]
    assert all(line["seconds"] >= 0 for line in ended)
    assert ended[0]["run"] != ended[1]["run"] == ended[2]["run"]


def test_a_key_is_in_no_line_no_journal_no_table_and_no_event(
    desk: Desk, server: PublishersServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = desk.environment[KEY]
    monkeypatch.setattr(web, "sleep", lambda _: None)
    for name, value in {
        KEY: key,
        MIRROR: server.address,
        "NO_PROXY": "127.0.0.1",
        "EDUMIG_RAW": str(desk.raw),
        "EDUMIG_WAREHOUSE": str(desk.warehouse),
        "EDUMIG_LOG": str(tmp_path / "log"),
    }.items():
        monkeypatch.setenv(name, value)
    # The first answer repeats the key and may pass, the others are right; then one repeats it for good.
    server.faults["dtmapi.iom.int"] = [faults.status(503, f"the key {key} is not known".encode())]
    job = defs().resolve_job_def("fetch_iom")
    with dg.DagsterInstance.ephemeral() as instance:
        runs = [job.execute_in_process(instance=instance, raise_on_error=False)]
        server.faults["dtmapi.iom.int"] = [faults.status(401, f"the key {key} is not known".encode())]
        runs.append(job.execute_in_process(instance=instance, raise_on_error=False))
        events = "\n".join(str(one.event_log_entry) for run in runs for one in instance.get_records_for_run(run.run_id).records)
    told = lines(tmp_path / "log")
    states = [line["state"] for line in told if line["event"] == "download_ended" and line["download"] == "dtm"]
    assert states == ["landed", "failed"]
    assert f"the key [{KEY}] is not known" in str([line for line in told if line["event"] == "download_delayed"])
    assert {line["run"] for line in told} == {run.run_id for run in runs}
    assert len(list((desk.warehouse / ".runs").glob("*.json"))) >= 1
    assert desk.ask("SELECT count(*) > 0 FROM raw_files WHERE raw_file LIKE 'iom/dtm%' AND address IS NOT NULL") == [(True,)]
    assert desk.ask("SELECT count(*) FROM downloads WHERE source = 'iom' AND download = 'dtm'") == [(1,)]
    assert f"[{KEY}]" in events
    assert key not in events
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 50
    assert [path for path in files if key.encode() in path.read_bytes()] == []
