"""Alerts: what is posted to a webhook when a run fails, a publisher is not looked at in time, or a check fails.

The webhook is a server of this machine, runs are Dagster's, and it is Dagster's own daemon that finds an asset overdue.
"""

import json
import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.events import DagsterEvent, DagsterEventType, StepMaterializationData
from dagster._core.instance import RUNLESS_JOB_NAME, RUNLESS_RUN_ID
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import ModuleTarget
from dagster._daemon.freshness import FreshnessDaemon

from edumig_pipeline.definitions import defs
from edumig_pipeline.defs import alerts as module
from edumig_pipeline.defs.alerts import VARIABLE, alerts
from edumig_pipeline.retrieval.webhook import Patience, WebhookError, post
from tests.pages.running import blocks
from tests.pipeline.conftest import ROOT, Place, uis

SECRET = "s3cr3t-of-the-webhook"
FILE = "unesco_uis/2026-02/data.csv"
DAY = 86_400.0
HASTY = Patience(attempts=3, wait=0.01, silence=5.0)
RULES, LANDED = "observations/unesco_uis:every_row_obeys_every_rule", "edumig_duckdb:everything_landed"


@dataclass
class Hook:
    """A webhook: what was posted to it, and how it will answer, 200 when nothing is said."""

    address: str
    posted: list[dict[str, Any]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    asked: int = 0

    def taken(self) -> list[tuple[str, str, str]]:
        """Kind, subject and state of what was posted since the last call."""
        taken = [(one["kind"], one["subject"], one["state"]) for one in self.posted]
        self.posted.clear()
        return taken


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            served.asked += 1
            status = served.answers.pop(0) if served.answers else 200
            if status == 200 and self.path == f"/{SECRET}":
                assert self.headers["Content-Type"] == "application/json"
                served.posted.append(json.loads(body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Hook(f"http://127.0.0.1:{server.server_port}/{SECRET}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv(VARIABLE, served.address)
    monkeypatch.setattr(module, "post", lambda address, told: post(address, told, HASTY))
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.local_temp(str(tmp_path)) as local:
        yield local


@pytest.fixture
def folders(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The folders that runs read and write."""
    monkeypatch.setenv("EDUMIG_RAW", str(place.raw))
    monkeypatch.setenv("EDUMIG_WAREHOUSE", str(place.warehouse))
    return place


def look(instance: dg.DagsterInstance, cursor: str | None) -> str | None:
    """One evaluation of the sensor, and the cursor that it leaves."""
    repository = defs().get_repository_def()
    outcome = alerts(dg.build_sensor_context(instance, cursor=cursor, repository_def=repository))
    return outcome.cursor if isinstance(outcome, dg.SensorResult) else cursor


def run(instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """A run of the main job."""
    return defs().resolve_job_def("refresh").execute_in_process(instance=instance, raise_on_error=False)


# Runs that fail


def test_a_run_that_fails_is_told_once_with_the_reason(folders: Place, instance: dg.DagsterInstance, hook: Hook) -> None:
    assert not run(instance).success
    cursor = look(instance, None)
    assert hook.posted == [], "what failed before the first look is past"

    failed = run(instance)
    assert not failed.success
    cursor = look(instance, cursor)

    (told,) = [one for one in hook.posted if one["kind"] == "run_failed"]
    assert set(told) == {"project", "kind", "subject", "state", "text", "run_id"}
    assert (told["project"], told["subject"], told["state"], told["run_id"]) == (
        "edumig_pipeline",
        "refresh",
        "FAILURE",
        failed.run_id,
    )
    assert told["text"].startswith("The run of refresh failed: tables: ")
    assert f"no file lies under {folders.raw}/<source>/<release>/" in told["text"]
    hook.posted.clear()
    look(instance, cursor)
    assert hook.taken() == []


def test_what_could_not_be_delivered_is_told_at_the_next_look(folders: Place, instance: dg.DagsterInstance, hook: Hook) -> None:
    cursor = look(instance, None)
    for _ in range(2):
        run(instance)
    hook.answers = [503, 503, 503]
    with pytest.raises(WebhookError, match="answers HTTP 503"):
        look(instance, cursor)
    assert (hook.asked, hook.posted) == (3, []), "it was tried three times"

    hook.answers = [503, 200, 404]
    cursor = look(instance, cursor)
    assert hook.taken() == [("run_failed", "refresh", "FAILURE")], "the second one was refused"
    look(instance, cursor)
    assert hook.taken() == [("run_failed", "refresh", "FAILURE")]
    assert folders.warehouse.exists()


# Publishers that were not looked at in time


def materialised(instance: dg.DagsterInstance, asset: dg.AssetKey, days_ago: float) -> None:
    """Record that an asset was made so many days ago."""
    event = DagsterEvent(
        DagsterEventType.ASSET_MATERIALIZATION.value,
        job_name=RUNLESS_JOB_NAME,
        event_specific_data=StepMaterializationData(dg.AssetMaterialization(asset)),
    )
    then = time.time() - days_ago * DAY
    entry = dg.EventLogEntry(  # type: ignore[no-untyped-call]
        error_info=None,
        level=logging.INFO,
        user_message="",
        run_id=RUNLESS_RUN_ID,
        timestamp=then,
        job_name=RUNLESS_JOB_NAME,
        dagster_event=event,
    )
    instance.event_log_storage.store_event(entry)


def test_an_overdue_publisher_is_told_and_so_is_that_it_is_fresh_again(instance: dg.DagsterInstance, hook: Hook) -> None:
    iom, weekly = dg.AssetKey(["raw", "iom"]), dg.AssetKey(["raw", "eurostat"])
    target = ModuleTarget("edumig_pipeline.definitions", None, str(ROOT), "edumig_pipeline")
    with WorkspaceProcessContext(instance, target) as workspace:

        def daemon_looks() -> None:
            list(FreshnessDaemon().run_iteration(workspace))

        cursor = look(instance, None)
        materialised(instance, iom, days_ago=1)
        materialised(instance, weekly, days_ago=11)
        daemon_looks()
        cursor = look(instance, cursor)
        assert hook.taken() == [("freshness", "raw/eurostat", "WARN")], "IOM is looked at daily, Eurostat weekly"

        materialised(instance, iom, days_ago=2.6)
        daemon_looks()
        cursor = look(instance, cursor)
        (told,) = hook.posted
        assert told["text"] == "raw/iom was not renewed in time: its freshness is FAIL."
        assert hook.taken() == [("freshness", "raw/iom", "FAIL")]
        assert look(instance, cursor) == cursor
        assert hook.taken() == [], "told once"

        instance.report_runless_asset_event(dg.AssetMaterialization(iom))
        daemon_looks()
        look(instance, cursor)
        assert hook.taken() == [("freshness", "raw/iom", "PASS")]


# Checks


def test_a_check_is_told_when_it_begins_to_fail_and_when_it_ceases(
    folders: Place, instance: dg.DagsterInstance, hook: Hook
) -> None:
    good, bad = "26637,KAZ,2018,14332,,", "26637,KZA,2018,1,,"
    cursor = look(instance, None)
    folders.put(FILE, uis([good, bad]))
    assert run(instance).success
    cursor = look(instance, cursor)
    told = {one["subject"]: one for one in hook.posted}
    assert told[RULES]["text"] == f"The check {RULES} fails (WARN): 1 rows quarantined, 0 files or sheets refused"
    assert hook.taken() == [("check", LANDED, "WARN"), ("check", RULES, "WARN")]

    assert run(instance).success
    cursor = look(instance, cursor)
    assert hook.taken() == [], "it fails as it did"

    folders.put(FILE, uis([good]))
    assert run(instance).success
    look(instance, cursor)
    assert hook.taken() == [("check", LANDED, "PASS"), ("check", RULES, "PASS")]


# The switch, and the address


def test_nothing_is_told_unless_the_variable_is_set(
    instance: dg.DagsterInstance, hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "")
    outcome = alerts(dg.build_sensor_context(instance, cursor="anything"))
    assert isinstance(outcome, dg.SkipReason)
    assert VARIABLE in str(outcome.skip_message)
    assert hook.asked == 0
    assert defs().resolve_sensor_def("alerts").default_status == dg.DefaultSensorStatus.RUNNING, "the variable is the switch"


@pytest.mark.parametrize(
    ("answers", "asked", "said"),
    [
        ([503, 429, 200], 3, None),
        ([500, 502, 504, 200], 3, "answers HTTP 504"),
        ([404, 200], 1, "answers HTTP 404"),
        ([302, 200], 1, "answers HTTP 302"),
    ],
)
def test_what_may_pass_is_tried_again(hook: Hook, answers: list[int], asked: int, said: str | None) -> None:
    hook.answers = answers
    if said is None:
        post(hook.address, {"text": "…"}, HASTY)
        assert hook.posted == [{"text": "…"}]
    else:
        with pytest.raises(WebhookError, match=said) as caught:
            post(hook.address, {"text": "…"}, HASTY)
        assert SECRET not in str(caught.value)
    assert hook.asked == asked


@pytest.mark.parametrize(
    "address",
    ["nonsense", f"ftp://example.org/{SECRET}", f"http://[{SECRET}", f"https://{SECRET}@", f"http://127.0.0.1:1/{SECRET}"],
)
def test_an_address_that_does_not_work_is_not_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(WebhookError) as caught:
        post(address, {}, HASTY)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_no_log_holds_the_address(
    folders: Place, instance: dg.DagsterInstance, hook: Hook, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    cursor = look(instance, None)
    run(instance)
    hook.answers = [503]
    look(instance, cursor)
    assert hook.taken() == [("run_failed", "refresh", "FAILURE")]
    assert caplog.text
    assert SECRET not in caplog.text
    files = [path for path in folders.warehouse.parent.rglob("*") if path.is_file()]
    assert [path for path in files if SECRET.encode() in path.read_bytes()] == [], "neither instance nor journal"


def test_the_example_of_the_page_works(
    folders: Place, instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (example,) = [block for block in blocks((ROOT / "docs/operations.md").read_text(encoding="utf-8")) if block.file == "hook.py"]
    (tmp_path / "hook.py").write_text(example.text, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv(VARIABLE, f"http://127.0.0.1:{port}/")
    cursor = look(instance, None)
    run_id = run(instance).run_id
    command = [sys.executable, str(tmp_path / "hook.py"), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            wait_for(port)
            look(instance, cursor)
            told = json.loads(server.stdout.readline())
        finally:
            server.kill()
    assert (told["kind"], told["subject"], told["run_id"]) == ("run_failed", "refresh", run_id)
    assert str(folders.raw) in told["text"]


def wait_for(port: int) -> None:
    """Until somebody listens there."""
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            assert time.monotonic() < deadline, "the example does not start"
            time.sleep(0.1)
        else:
            return
