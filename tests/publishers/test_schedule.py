"""A publisher's schedule under a daemon and a web server of their own: what it lands, and what it publishes."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import dagster as dg
from dagster._core.scheduler.instigation import ScheduleInstigatorData

from tests.browser.conftest import LOCATION, REPOSITORY, WEB_SERVER, Server, serving
from tests.pipeline.conftest import ROOT
from tests.publishers.conftest import Desk
from tests.publishers.offers import Offers

SCHEDULE = "eurostat_schedule"
_DEADLINE = 180
_START = """mutation ($schedule: ScheduleSelector!) { startSchedule(scheduleSelector: $schedule) {
    __typename ... on PythonError { message } } }"""
_RUNS = """{ runsOrError { ... on Runs { results { jobName status tags { key value } } } } }"""


@contextmanager
def daemon(home: Path, environment: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """The daemon, in a process of its own."""
    program = str(Path(sys.executable).with_name("dagster-daemon"))
    with (home / "daemon.log").open("wb") as log:
        process = subprocess.Popen(
            [program, "run", "--workspace", "workspace.yaml"],
            cwd=ROOT,
            env={**os.environ, **environment, "DAGSTER_HOME": str(home)},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait()


def turn_on(page: Server) -> None:
    """Turn the schedule on, as the switch on the page does; as if that had been two months ago."""
    selector = {"scheduleName": SCHEDULE, "repositoryName": REPOSITORY, "repositoryLocationName": LOCATION}
    assert page.ask(_START, schedule=selector)["startSchedule"]["__typename"] == "ScheduleStateResult"
    with dg.DagsterInstance.from_config(str(page.home)) as instance:
        (state,) = [one for one in instance.all_instigator_state() if one.name == SCHEDULE]
        data = state.instigator_data
        assert isinstance(data, ScheduleInstigatorData)
        instance.update_instigator_state(state.with_data(data._replace(start_timestamp=time.time() - 60 * 24 * 3600)))


def run_of(page: Server, job: str, running: "subprocess.Popen[bytes]") -> dict[str, str]:
    """Wait for the end of the only run; its tags."""
    deadline = time.monotonic() + _DEADLINE
    while True:
        runs = page.ask(_RUNS)["runsOrError"]["results"]
        if runs and runs[0]["status"] in {"SUCCESS", "FAILURE", "CANCELED"}:
            ((name, status),) = {(run["jobName"], run["status"]) for run in runs}
            assert (name, status) == (job, "SUCCESS"), page.output() + (page.home / "daemon.log").read_text()
            return {tag["key"]: tag["value"] for tag in runs[0]["tags"]}
        assert running.poll() is None, (page.home / "daemon.log").read_text()
        assert time.monotonic() < deadline, (page.home / "daemon.log").read_text()
        time.sleep(0.5)


def test_a_tick_brings_a_new_release_and_publishes_it(desk: Desk, offers: Offers, tmp_path: Path) -> None:
    desk.fetch_one("iom/missing_migrants")  # another publisher's, which nobody has landed yet
    desk.fetch_one("eurostat/educ_uoe_mobs02")
    offers.eurostat_updated, offers.eurostat["2024"] = "2026-11-20T23:00:00+0200", "1615"
    environment = {**desk.environment, "EDUMIG_RAW": str(desk.raw), "EDUMIG_WAREHOUSE": str(desk.warehouse)}
    with serving(WEB_SERVER, tmp_path / "dagster", desk.warehouse, environment=environment) as page:
        turn_on(page)
        with daemon(page.home, environment) as running:
            tags = run_of(page, "fetch_eurostat", running)
        assert "warning" not in page.output().lower()
    assert tags["dagster/schedule_name"] == SCHEDULE
    assert tags["edumig/eurostat"] == "educ_uoe_mobs02-2026-11-20"
    assert desk.releases("eurostat") == ["educ_uoe_mobs02-2026-04-14", "educ_uoe_mobs02-2026-11-20"]
    newest = "SELECT obs_value, release FROM latest_observations WHERE source = 'eurostat' AND time_period = '2024'"
    assert desk.ask(newest) == [(1615, "educ_uoe_mobs02-2026-11-20")]
    assert desk.ask("SELECT count(*) > 0 FROM observations WHERE source = 'iom'") == [(True,)]
