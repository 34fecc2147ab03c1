"""The browser, and Dagster's web server as a user starts it, asked over GraphQL or looked at.

Belongs here: finding the browser, starting and stopping it and the server. Does not belong here: what they should show.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.browser.readers import DESK, Reader, Reading, Scheme
from tests.pipeline.conftest import edumig

ROOT = Path(__file__).parents[2]
LOCATION, REPOSITORY = "edumig_pipeline", "__repository__"
WEB_SERVER = ("dagster-webserver", "--workspace", "workspace.yaml")
WEB_SERVER_AND_DAEMON = ("dg", "dev", "--workspace", "workspace.yaml")  # what `make ui` starts
INSTANCE = (ROOT / "instance.yaml").read_text(encoding="utf-8")  # as in `make ui`
# Without this a run waits for the daemon, which the web server alone has not.
LAUNCH_AT_ONCE = "run_coordinator:\n  module: dagster.core.run_coordinator\n  class: DefaultRunCoordinator\n"

_DEADLINE = 180
_LAUNCH = """mutation ($run: ExecutionParams!) { launchRun(executionParams: $run) {
    __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
_RUN = """query ($id: ID!) { runOrError(runId: $id) { __typename ... on Run { status } }
    logsForRun(runId: $id) { __typename ... on EventConnection { events { ... on MessageEvent { level message } } } } }"""
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Straight to the loopback, whatever proxies the environment names.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Run:
    """How a run ended: its status, and level and message of every event."""

    status: str
    events: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Server:
    """A running web server, and the folder of its instance."""

    url: str
    home: Path

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """The data that answers a GraphQL query."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.url}/graphql", body, {"Content-Type": "application/json"})
        with _OPENER.open(request, timeout=60) as response:
            answer = json.load(response)
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    def run(self, job: str) -> Run:
        """Launch a job and wait for its end."""
        selector = {"jobName": job, "repositoryName": REPOSITORY, "repositoryLocationName": LOCATION}
        launched = self.ask(_LAUNCH, run={"selector": selector})["launchRun"]
        assert launched["__typename"] == "LaunchRunSuccess", launched
        deadline = time.monotonic() + _DEADLINE
        while True:
            found = self.ask(_RUN, id=launched["run"]["runId"])
            status = found["runOrError"]["status"]
            if status in {"SUCCESS", "FAILURE", "CANCELED"}:
                return Run(status, tuple((e["level"], e["message"]) for e in found["logsForRun"]["events"]))
            assert time.monotonic() < deadline, f"the run is still {status}\n{self.output()}"
            time.sleep(0.5)

    def output(self) -> str:
        """All that the server and its runs have printed so far."""
        logs = [self.home / "server.log", *sorted(self.home.glob("storage/*/compute_logs/*"))]
        return "".join(log.read_text(encoding="utf-8", errors="replace") for log in logs)


@contextmanager
def serving(
    command: Sequence[str],
    home: Path,
    warehouse: Path,
    instance: str = INSTANCE,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Server]:
    """A server started by `command` in the project's folder, answering; nothing of it is left afterwards."""
    home.mkdir()
    (home / "dagster.yaml").write_text(instance, encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = str(Path(sys.executable).with_name(command[0]))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("EDUMIG_", "DAGSTER_"))}
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [program, *command[1:], "--host", "127.0.0.1", "--port", str(port)],
            cwd=ROOT,
            env=inherited | {"DAGSTER_HOME": str(home), "EDUMIG_WAREHOUSE": str(warehouse)} | dict(environment),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", home)
    try:
        _await(server, process)
        yield server
    finally:
        _stop(process)


def _await(server: Server, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _DEADLINE
    while True:
        assert process.poll() is None, f"the server ended by itself\n{server.output()}"
        try:
            with _OPENER.open(f"{server.url}/server_info", timeout=10):
                return
        except OSError:
            assert time.monotonic() < deadline, f"the server does not answer\n{server.output()}"
            time.sleep(0.2)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask the server to end, as Ctrl-C does, then end all that it started."""
    process.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=20)
    with suppress(ProcessLookupError):  # nobody is left
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def installed_browser() -> str:
    """Path of Chromium or Chrome; skips where there is none, but fails there in continuous integration."""
    found = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        reason = f"none of {', '.join(_BROWSERS)} is installed, and the page cannot be looked at without a browser"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}; in continuous integration it has to be there")
        pytest.skip(reason)
    return found


@pytest.fixture(scope="module")
def report_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse of the raw files this repository ships, with its report."""
    folder = tmp_path_factory.mktemp("report")
    assert edumig("refresh", "--raw", str(ROOT / "raw"), "--warehouse", str(folder)).code == 0
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Headless Chromium or Chrome, straight to the loopback, whatever proxies the environment names."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=installed_browser(), args=["--no-sandbox", "--no-proxy-server"])
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A window of the size of a laptop's, of a new visitor."""
    with chromium.new_context(viewport={"width": 1440, "height": 900}) as visitor:
        window = visitor.new_page()
        window.set_default_timeout(60_000)
        expect.set_options(timeout=60_000)
        yield window


@pytest.fixture
def reading(chromium: Browser, report_folder: Path) -> Reading:
    """Opens a browser for a new reader of the shipped report, or of another file."""

    @contextmanager
    def reads(
        viewport: ViewportSize = DESK, scheme: Scheme = "light", language: str = "en-US", file: Path | None = None
    ) -> Iterator[Reader]:
        context = chromium.new_context(viewport=viewport, color_scheme=scheme, locale=language, reduced_motion="reduce")
        try:
            yield Reader(context.new_page(), file or report_folder / "report/index.html")
        finally:
            context.close()

    return reads


@pytest.fixture
def reader(reading: Reading) -> Iterator[Reader]:
    """Somebody who reads the shipped report at a desk."""
    with reading() as found:
        yield found
