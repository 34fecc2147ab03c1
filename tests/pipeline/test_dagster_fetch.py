"""Dagster and the publishers: what a run that fetches lands, publishes and records, and when publishers are looked at.

Most of it is about IOM, who has two downloads: a file that it replaces in place, and an interface that wants a key.
"""

import csv
import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dagster as dg
import pytest

from edumig_pipeline.definitions import defs
from edumig_pipeline.defs.looks import look
from edumig_pipeline.fetch import Outcome, State
from edumig_pipeline.retrieval.shelf import Release
from edumig_pipeline.retrieval.timeliness import overdue
from edumig_pipeline.sources.downloads import Cadence
from edumig_pipeline.sources.iom.missing_migrants import DOWNLOAD as MISSING_MIGRANTS
from edumig_pipeline.sources.iom.missing_migrants import LAYOUTS
from edumig_pipeline.sources.registry import sources
from tests.pipeline.conftest import Place

INCIDENTS = MISSING_MIGRANTS.address.removeprefix("https:/")
COUNTRIES = "/dtmapi.iom.int/v3/displacement/country-list"
KEY, SECRET = "DTM_SUBSCRIPTION_KEY", "s3cr3t-of-the-test"
FETCHED, IN_TIME = "everything_was_fetched", "newest_release_is_in_time"
WEDNESDAY = "Wed, 18 Nov 2026 06:00:00 GMT"


@dataclass
class Web:
    """A server with the publishers' files under their host names; what it has not is HTTP 404. A file's day is WEDNESDAY."""

    url: str
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    keys: list[str | None] = field(default_factory=list)

    def has(self, path: str, kind: str, content: str) -> None:
        self.files[path] = kind, content.encode()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.keys.append(self.headers.get("Ocp-Apim-Subscription-Key"))
            kind, content = served.files.get(self.path.partition("?")[0], ("", None))
            same = kind == "text/csv" and self.headers.get("If-Modified-Since") == WEDNESDAY
            self.send_response(304 if same else 200 if content is not None else 404)
            body = b"" if same else content if content is not None else b"nothing here"
            self.send_header("Content-Type", kind or "text/plain")
            self.send_header("Content-Length", str(len(body)))
            if kind == "text/csv":
                self.send_header("Last-Modified", WEDNESDAY)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served = Web(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("EDUMIG_MIRROR", served.url)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv(KEY, raising=False)
    yield served
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def folders(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Folders that the job reads and writes, with a release of another publisher that was not landed yet."""
    monkeypatch.setenv("EDUMIG_RAW", str(place.raw))
    monkeypatch.setenv("EDUMIG_WAREHOUSE", str(place.warehouse))
    place.put("unesco_uis/2026-02/data.csv", "indicatorId,geoUnit,year,value,qualifier,magnitude\n26637,KAZ,2018,7,,\n")
    return place


def incidents(*numbers: int) -> str:
    """IOM's file of incidents, with so many dead in each."""
    header = next(layout.header for layout in LAYOUTS if layout.name == "iom_missing_migrants_all_data")
    out = io.StringIO()
    table = csv.DictWriter(out, header, restval="", lineterminator="\n")
    table.writeheader()
    for number in numbers:
        table.writerow(
            {
                "Main ID": f"2025.MMP{number}",
                "Incident ID": f"2025.MMP{number}1",
                "Region of Incident": "Mediterranean",
                "Incident Date": "2025-04-16",
                "Incident Year": "2025",
                "Month": "April",
                "Number of Dead": str(number),
                "Total Number of Dead and Missing": str(number),
            }
        )
    return out.getvalue()


class Ran:
    """How a run ended, and what it left: tags, materialised assets, checks, what was logged."""

    def __init__(self, job: str) -> None:
        with dg.DagsterInstance.ephemeral() as instance:
            result = defs().resolve_job_def(job).execute_in_process(instance=instance, raise_on_error=False)
            run = instance.get_run_by_id(result.run_id)
            assert run is not None
            self.tags = {name: value for name, value in run.tags.items() if name.startswith("edumig")}
            self.log = "\n".join(str(record.event_log_entry) for record in instance.get_records_for_run(result.run_id).records)
        self.success = result.success
        events = result.get_asset_materialization_events()
        self.made = {event.asset_key.to_user_string(): event.materialization for event in events if event.asset_key}
        self.checks = {check.check_name: check for check in result.get_asset_check_evaluations()}
        self.failures = [event.step_failure_data.user_failure_data for event in result.all_events if event.is_step_failure]

    def told(self, check: str) -> str:
        return self.checks[check].description or ""


# A run that fetches from one publisher and publishes what came


def test_what_is_new_is_landed_published_and_tagged(web: Web, folders: Place) -> None:
    web.has(INCIDENTS, "text/csv", incidents(3, 4))
    ran = Ran("fetch_iom")
    assert ran.success
    release = "missing_migrants-2026-11-18"
    assert (folders.raw / "iom" / release / "Missing_Migrants_Global_Figures_allData.csv").is_file()
    assert folders.ask("SELECT release, sum(obs_value)::INTEGER FROM observations WHERE source = 'iom' GROUP BY ALL") == [
        (release, 7)
    ]
    assert folders.ask("SELECT obs_value FROM observations WHERE source = 'unesco_uis'") == [(7.0,)], "nobody else had landed it"
    assert ran.tags == {"edumig.landed/iom": release, "edumig/iom": release}
    assert f"| missing_migrants | landed | {release} | 1 file" in str(ran.made["raw/iom"].metadata["outcomes"].value)
    assert "observations/unesco_uis" not in ran.made
    assert {"raw/iom", "observations/iom", "release_changes", "edumig_duckdb"} <= set(ran.made)


def test_what_is_there_already_is_confirmed(web: Web, folders: Place) -> None:
    web.has(INCIDENTS, "text/csv", incidents(3))
    Ran("fetch_iom")
    published = (folders.warehouse / "edumig.duckdb").resolve()
    ran = Ran("fetch_iom")
    assert ran.success
    assert ran.checks[FETCHED].passed
    assert "| missing_migrants | unchanged | missing_migrants-2026-11-18 |" in str(ran.made["raw/iom"].metadata["outcomes"].value)
    assert ran.tags == {"edumig/iom": "missing_migrants-2026-11-18"}, "nothing came in this run"
    assert (folders.warehouse / "edumig.duckdb").resolve() == published


def test_a_download_without_its_key_is_left_out_by_name(web: Web, folders: Place) -> None:
    web.has(INCIDENTS, "text/csv", incidents(3))
    ran = Ran("fetch_iom")
    assert ran.checks[FETCHED].passed
    assert f"dtm skipped: needs a key in the environment variable {KEY}; get one at https://" in ran.told(FETCHED)
    assert ran.checks[FETCHED].metadata["left_out"].value == 1
    assert folders.ask("SELECT count(*) FROM observations WHERE source = 'iom'") == [(1,)]


def test_one_download_that_fails_is_an_error_and_the_other_is_published(
    web: Web, folders: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY, SECRET)
    web.has(INCIDENTS, "text/csv", incidents(3))
    ran = Ran("fetch_iom")
    assert ran.success, "what has landed is published"
    assert not ran.checks[FETCHED].passed
    assert ran.checks[FETCHED].severity == dg.AssetCheckSeverity.ERROR
    assert ran.told(FETCHED).startswith("dtm failed: https://dtmapi.iom.int/v3/displacement/country-list answers HTTP 404")
    assert folders.ask("SELECT obs_value FROM observations WHERE source = 'iom'") == [(3.0,)]
    assert SECRET in web.keys
    assert SECRET not in ran.log


def test_a_key_that_an_answer_repeats_is_blotted_out(web: Web, folders: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY, SECRET)
    web.has(INCIDENTS, "text/csv", incidents(3))
    web.has(COUNTRIES, "text/plain", f"the key {SECRET} is not known")
    ran = Ran("fetch_iom")
    assert f"answers with no JSON: the key [{KEY}] is not known" in ran.told(FETCHED)
    assert SECRET not in ran.log
    assert folders.ask("SELECT obs_value FROM observations WHERE source = 'iom'") == [(3.0,)]


def test_where_nothing_could_be_fetched_the_step_fails_and_what_was_published_stays(web: Web, folders: Place) -> None:
    web.has(INCIDENTS, "text/csv", incidents(3))
    assert Ran("fetch_iom").success
    published = (folders.warehouse / "edumig.duckdb").resolve()
    web.has(INCIDENTS, "text/html", "<html>We are moving</html>")
    ran = Ran("fetch_iom")
    assert not ran.success
    assert set(ran.made) == set(), "nobody has seen in what state the publisher is, and nothing is built upon that"
    assert ran.checks[FETCHED].severity == dg.AssetCheckSeverity.ERROR
    (failure,) = ran.failures[:1]
    assert failure is not None
    assert "missing_migrants failed: " in (failure.description or "")
    assert "answers with text/html where text/csv" in (failure.description or "")
    assert f"dtm skipped: needs a key in the environment variable {KEY}" in (failure.description or "")
    assert (folders.warehouse / "edumig.duckdb").resolve() == published
    assert not [path for path in (folders.raw / ".fetch/iom").iterdir() if path.name == "incoming"]


def test_pieces_that_will_not_land_are_a_warning(folders: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(*_: object) -> Iterator[Outcome]:
        yield Outcome("iom", "missing_migrants", State.LANDED, "1 file", "2026-11", ("data.xlsx#Notes: known_layout: no table",))

    monkeypatch.setattr("edumig_pipeline.defs.raw.fetch", fetch)
    folders.put("iom/2026-11/data.csv", incidents(3))
    ran = Ran("fetch_iom")
    assert ran.success
    assert not ran.checks[FETCHED].passed
    assert ran.checks[FETCHED].severity == dg.AssetCheckSeverity.WARN
    assert ran.told(FETCHED) == "will not land: data.xlsx#Notes: known_layout: no table"


def test_a_release_that_changed_past_the_bounds_is_a_warning_with_the_numbers(web: Web, folders: Place) -> None:
    folders.put("iom/missing_migrants-2026-11-11/data.csv", incidents(*range(1, 11)))
    web.has(INCIDENTS, "text/csv", incidents(*range(1, 30)))
    ran = Ran("fetch_iom")
    assert ran.success
    check = ran.checks["iom_in_bounds"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert ran.told(check.check_name) == (
        "missing_migrants_all_data: missing_migrants-2026-11-18 gained 190% of the rows of missing_migrants-2026-11-11 (19), "
        "where up to 50% is expected"
    )
    numbers = {name: value.value for name, value in check.metadata.items() if name != "changes"}
    shares = {"largest_share_gained": 1.9, "largest_share_lost": 0.0, "largest_share_revised": 0.0}
    assert numbers == {"pairs_compared": 1, "rows_compared": 10, **shares}
    assert (
        "| missing_migrants_all_data | missing_migrants-2026-11-11 | missing_migrants-2026-11-18 | 10 | 190.0% | 0.0% |"
        in str(check.metadata["changes"].value)
    )
    assert ran.checks["unesco_uis_in_bounds"].passed
    assert ran.told("unesco_uis_in_bounds") == "no dataset has a second release to compare"


# A run that fetches from all


def test_one_publisher_that_is_down_stops_no_other(folders: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(_raw: Path, wanted: set[str], *_: object) -> Iterator[Outcome]:
        (source,) = wanted
        down = source == "eurostat"
        state, message = (State.FAILED, "is down") if down else (State.UNCHANGED, "is the newest, and it is there")
        for download in sources()[source].downloads:
            yield Outcome(source, download.id, state, message, None if down else "2026-01")

    monkeypatch.setattr("edumig_pipeline.defs.raw.fetch", fetch)
    ran = Ran("fetch")
    assert not ran.success
    assert set(ran.made) == {f"raw/{source.id}" for source in sources().values() if source.downloads} - {"raw/eurostat"}
    assert len(ran.failures) == 1
    assert not folders.warehouse.exists(), "it publishes nothing"


def test_a_plain_refresh_fetches_nothing_and_is_tagged_with_the_newest_releases(web: Web, folders: Place) -> None:
    folders.put("unesco_uis/2025-02/data.csv", "indicatorId,geoUnit,year,value,qualifier,magnitude\n26637,KAZ,2018,6,,\n")
    ran = Ran("refresh")
    assert ran.success
    assert ran.tags == {"edumig/unesco_uis": "2026-02"}
    assert web.keys == [], "no request was made"
    assert not [name for name in ran.made if name.startswith("raw/")]


# Whether the newest release is in time


def released(day: str, download: str | None = MISSING_MIGRANTS.id) -> Release:
    return Release(f"release-{day}", Path(), download, day, {})


@pytest.mark.parametrize(
    ("releases", "late"),
    [
        ([], False),
        ([released("2026-11-13")], False),  # due after ten days and a half, on the 23rd
        ([released("2026-11-12")], True),
        ([released("2026-11-12"), released("2026-11-20")], False),
        ([released("2026-11"), released("2026-11-20", "dtm")], True),
        ([released("soon")], False),
        ([released("2019", None)], False),
    ],
)
def test_a_release_that_is_overdue_is_named_with_both_dates(releases: list[Release], *, late: bool) -> None:
    found = overdue([MISSING_MIGRANTS], releases, date(2026, 11, 23))
    day = "2026-11-01" if releases and releases[0].published == "2026-11" else "2026-11-12"
    due = date.fromisoformat(day) + timedelta(days=10)
    sentence = (
        f"missing_migrants: the newest release is of {day}; with one every P1W the next was to be here by {due}, "
        "and today is 2026-11-23"
    )
    assert found == ({"missing_migrants": sentence} if late else {})


def test_an_overdue_release_is_a_warning(web: Web, folders: Place) -> None:
    web.has(INCIDENTS, "text/csv", incidents(3))
    ran = Ran("fetch_iom")
    late = datetime.now(UTC).date() > date(2026, 11, 28)
    assert ran.checks[IN_TIME].passed is not late
    folder = folders.raw / "iom/missing_migrants-2026-11-18/release.toml"
    text = folder.read_text(encoding="utf-8")
    folder.write_text(text.replace('published = "2026-11-18"', 'published = "2026-01-07"'), encoding="utf-8")
    ran = Ran("fetch_iom")
    assert ran.success
    assert (ran.checks[IN_TIME].passed, ran.checks[IN_TIME].severity) == (False, dg.AssetCheckSeverity.WARN)
    assert "the newest release is of 2026-01-07; with one every P1W the next was to be here by 2026-01-17" in ran.told(IN_TIME)


# When publishers are looked at


@pytest.mark.parametrize(
    ("cadence", "cron", "interval"),
    [
        (Cadence.WEEK, "0 4 * * *", timedelta(days=1)),
        (Cadence.QUARTER, "0 4 * * 1", timedelta(days=7)),
        (Cadence.HALF_YEAR, "0 4 * * 1", timedelta(days=7)),
        (Cadence.YEAR, "0 4 * * 1", timedelta(days=7)),
        (Cadence.SEVERAL_YEARS, "0 4 1 * *", timedelta(days=31)),
    ],
)
def test_a_publisher_is_looked_at_as_often_as_its_cadence_asks_for(cadence: Cadence, cron: str, interval: timedelta) -> None:
    assert (look(cadence).cron, look(cadence).interval) == (cron, interval)
    policy = dg.FreshnessPolicy.time_window(warn_window=1.5 * interval, fail_window=2.5 * interval)
    assert look(cadence).freshness == policy, "one look was missed, two looks were missed"


def test_every_publisher_has_its_job_schedule_and_policy() -> None:
    crons = {"iom": "0 4 * * *", "un_desa": "0 4 1 * *"}
    specs = {spec.key.to_user_string(): spec for spec in defs().resolve_all_asset_specs()}
    fetched = [source for source in sources().values() if source.downloads]
    assert len(fetched) >= 6
    for source in fetched:
        schedule = defs().resolve_schedule_def(f"{source.id}_schedule")
        assert schedule.cron_schedule == crons.get(source.id, "0 4 * * 1")
        assert (schedule.execution_timezone, schedule.job_name) == ("UTC", f"fetch_{source.id}")
        assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
        assert source.cadence
        assert specs[f"raw/{source.id}"].freshness_policy == look(source.cadence).freshness
        selected = {key.to_user_string() for key in defs().resolve_job_def(f"fetch_{source.id}").asset_layer.selected_asset_keys}
        others = {name for name in specs if "/" in name and not name.endswith(f"/{source.id}")}
        assert selected == set(specs) - others
    assert [name for name, spec in specs.items() if spec.freshness_policy and not name.startswith("raw/")] == []
