"""Dagster: what its page lists, what a run records, when runs start, and a run through the real web server."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from edumig_pipeline.definitions import defs
from edumig_pipeline.defs.automation import raw_changes
from edumig_pipeline.ingest.inventory import FoundRelease
from edumig_pipeline.ingest.ledger import LedgerError
from edumig_pipeline.model.catalogue import TABLES as CATALOGUE
from edumig_pipeline.model.catalogue import table
from edumig_pipeline.refresh import land
from edumig_pipeline.sources.registry import sources
from edumig_pipeline.warehouse import Warehouse
from tests.browser.conftest import INSTANCE, LAUNCH_AT_ONCE, WEB_SERVER, serving
from tests.pipeline.conftest import ROOT, Place, ask

SQL = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "edumig_pipeline/marts").glob("*.sql")}
MARTS = {name for name in SQL if not table(name).is_view}
TABLES = {declared.name for declared in CATALOGUE if not declared.is_view}
LANDED_TABLES = {
    "observations", "footnotes", "source_indicators", "source_areas", "claims",
    "quarantine", "corrections", "row_ledger", "raw_files", "releases",
}  # fmt: skip
PUBLISHERS = {f"observations/{source}" for source in sources()}
# Publishers of whom the repository ships no release.
WITHOUT_FILES = {source for source in sources() if not (ROOT / "raw" / source).is_dir()}
PUBLISHED, REPORT = "edumig_duckdb", "report"
# What the job `refresh` makes, without network; and what is fetched.
COUNTED = PUBLISHERS | TABLES | {PUBLISHED}
ASSETS = COUNTED | {REPORT}
RAW = {f"raw/{source.id}" for source in sources().values() if source.downloads}
BY_HAND = {f"raw/{source.id}" for source in sources().values() if not source.downloads}
BOUNDS = {f"{source}_in_bounds" for source in sources()}
RULES, CONTRACT, LANDED = "every_row_obeys_every_rule", "file_holds_the_contract", "everything_landed"
FLOWS, CLAIMS = "flows_stay_within_their_total", "every_claim_is_checked"
GROUPS = ("raw", "observations", "reference", "accounting", "marts", "evidence", "warehouse")


class Outcome:
    """What a run of the job recorded: row counts of the assets materialised, and checks, by asset.

    Checks of which an asset has several go by their own name.
    """

    def __init__(self, result: dg.ExecuteInProcessResult) -> None:
        self.success = result.success
        self.rows = {
            event.asset_key.to_user_string(): event.materialization.metadata["dagster/row_count"].value
            for event in result.get_asset_materialization_events()
            if event.asset_key and event.asset_key.to_user_string() != REPORT
        }
        (self.bytes_of_report,) = [
            event.materialization.metadata["bytes"].value
            for event in result.get_asset_materialization_events()
            if event.asset_key and event.asset_key.to_user_string() == REPORT
        ] or [None]
        self.checks = {
            check.check_name if check.check_name in {LANDED, FLOWS, CLAIMS, *BOUNDS} else check.asset_key.to_user_string(): check
            for check in result.get_asset_check_evaluations()
        }

    def failed(self) -> list[str]:
        """Assets whose check failed."""
        return [name for name, check in self.checks.items() if not check.passed]

    def told(self, asset: str) -> dict[str, object]:
        """Metadata of the asset's check."""
        return {name: value.value for name, value in self.checks[asset].metadata.items()}


def refresh(raw: Path, warehouse: Path) -> Outcome:
    """Run the job in this process."""
    with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
        patch.setenv("EDUMIG_RAW", str(raw))
        patch.setenv("EDUMIG_WAREHOUSE", str(warehouse))
        job = defs().resolve_job_def("refresh")
        return Outcome(job.execute_in_process(instance=instance, raise_on_error=False))


@pytest.fixture(scope="module")
def specs() -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in defs().resolve_all_asset_specs()}


@pytest.fixture
def copied(place: Place) -> Place:
    """The shipped raw files, copied, and an empty warehouse."""
    shutil.copytree(ROOT / "raw", place.raw, dirs_exist_ok=True)
    return place


# What the page lists


def test_definitions_load_without_a_warning() -> None:
    load = "from edumig_pipeline.definitions import defs; defs().resolve_asset_graph(); defs().get_repository_def()"
    done = subprocess.run([sys.executable, "-W", "error", "-c", load], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_there_are_assets_per_publisher_and_table_and_one_for_the_file(specs: dict[str, dg.AssetSpec]) -> None:
    assert len(PUBLISHERS) >= 4
    assert {f"raw/{source}" for source in ("unesco_uis", "un_desa", "iom", "eurostat", "oecd", "world_bank")} == RAW
    assert {"student_mobility", "student_flows", "kz_academic_mobility"} <= MARTS
    assert set(specs) == ASSETS | RAW | BY_HAND


def test_groups_are_those_of_the_picture_and_each_has_an_owner(specs: dict[str, dg.AssetSpec]) -> None:
    groups: dict[str, set[str]] = {}
    for name, spec in specs.items():
        groups.setdefault(str(spec.group_name), set()).add(name)
    assert set(groups) == set(GROUPS)
    assert groups["raw"] == RAW | BY_HAND
    assert groups["observations"] == PUBLISHERS | {"observations", "releases", "release_coverage"}
    assert groups["accounting"] == {"raw_files", "row_ledger", "quarantine", "corrections", "runs", "run_inputs"}
    assert groups["marts"] == {"student_mobility", "student_mobility_by_release", "student_flows", "kz_academic_mobility"}
    assert groups["evidence"] >= {"revisions", "reconciliation", "identity_checks", "claims", "claim_checks"}
    assert groups["warehouse"] == {PUBLISHED, REPORT}
    for group, names in groups.items():
        (owners,) = {tuple(specs[name].owners) for name in names}
        assert [owner for owner in owners if not owner.startswith("team:")] == [], group


def test_groups_read_from_left_to_right(specs: dict[str, dg.AssetSpec]) -> None:
    """No group reads from one that stands right of it, so that the graph has no line running back."""
    allowed = {
        "raw": set(),
        "observations": {"raw"},
        "reference": {"observations"},
        "accounting": {"observations"},
        "marts": {"observations"},
        "evidence": {"observations", "reference", "marts"},
        "warehouse": set(GROUPS) - {"raw", "warehouse"},
    }
    group = {name: str(spec.group_name) for name, spec in specs.items()}
    for name, spec in specs.items():
        read = {group[dep.asset_key.to_user_string()] for dep in spec.deps}
        assert read - allowed[group[name]] - {group[name]} == set(), name


@pytest.mark.parametrize("name", sorted(ASSETS | RAW | BY_HAND))
def test_an_asset_says_what_it_is(specs: dict[str, dg.AssetSpec], name: str) -> None:
    spec = specs[name]
    assert spec.description
    assert spec.group_name not in {None, "default"}
    assert spec.kinds
    assert "<release>" not in re.sub(r"`[^`]*`|```.*?```", "", spec.description, flags=re.DOTALL), "the page drops HTML"
    if "/" in name:
        assert {"publisher", "url"} <= set(spec.metadata)
    if name not in {PUBLISHED, REPORT, *RAW, *BY_HAND}:
        declared = table("observations" if name in PUBLISHERS else name)
        schema = spec.metadata["dagster/column_schema"]
        assert isinstance(schema, dg.TableSchema)
        assert [column.name for column in schema.columns] == list(declared.names)
        assert all(column.description for column in schema.columns)


def test_marts_depend_on_what_they_read(specs: dict[str, dg.AssetSpec]) -> None:
    parents = {name: {dep.asset_key.to_user_string() for dep in spec.deps} for name, spec in specs.items()}
    code = {name: re.sub(r"--.*", "", text) for name, text in SQL.items()}
    reading = {name for name in MARTS if re.search(r"\b(latest_)?observations\b", code[name])}
    assert reading >= {"student_mobility", "student_flows", "kz_academic_mobility", "areas", "release_coverage"}
    assert {name for name in reading if "observations" not in parents[name]} == set()
    assert "release_coverage" in parents["student_mobility"], "it reads latest_observations, a view of release_coverage"
    assert {name for name in LANDED_TABLES if parents[name] != PUBLISHERS} == set()
    assert {name for name in TABLES if not parents[name]} == {"sources", "downloads", "codebook"}, "what is declared"
    assert parents[PUBLISHED] == TABLES
    assert parents[REPORT] == {PUBLISHED}
    fetched = {f"observations/{source}": {f"raw/{source}"} for source in sources()}
    assert {name: parents[name] for name in PUBLISHERS} == fetched
    assert [name for name in RAW | BY_HAND if parents[name]] == []


def test_the_job_selects_everything_that_needs_no_network() -> None:
    layer = defs().resolve_job_def("refresh").asset_layer
    assert {key.to_user_string() for key in layer.selected_asset_keys} == ASSETS
    assert {(key.asset_key.to_user_string(), key.name) for key in layer.asset_graph.asset_check_keys} == {
        *((name, RULES) for name in PUBLISHERS),
        *(("release_changes", name) for name in BOUNDS),
        ("student_flows", FLOWS),
        ("claim_checks", CLAIMS),
        (PUBLISHED, CONTRACT),
        (PUBLISHED, LANDED),
    }


# What a run records


@pytest.fixture(scope="module")
def shipped_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    """A run on the shipped raw files, and the file it published."""
    warehouse = tmp_path_factory.mktemp("materialised")
    return refresh(ROOT / "raw", warehouse), warehouse / "edumig.duckdb"


def test_a_run_materialises_everything_with_the_published_row_counts(shipped_run: tuple[Outcome, Path]) -> None:
    outcome, database = shipped_run
    assert outcome.success
    counts = {f"observations/{source}": f"observations WHERE source = '{source}'" for source in sources()}
    counts |= {name: name for name in TABLES} | {PUBLISHED: "observations"}
    assert outcome.rows == {name: ask(database, f"SELECT count(*) FROM {rows}")[0][0] for name, rows in counts.items()}
    assert (database.parent / "report/index.html").stat().st_size == outcome.bytes_of_report
    empty = {f"observations/{source}" for source in WITHOUT_FILES} | {"quarantine", "corrections"}
    assert {name for name, rows in outcome.rows.items() if not rows} == empty


def test_checks_pass_with_counts(shipped_run: tuple[Outcome, Path]) -> None:
    outcome, database = shipped_run
    assert set(outcome.checks) == PUBLISHERS | {PUBLISHED, LANDED, FLOWS, CLAIMS} | BOUNDS
    assert outcome.failed() == []
    columns = ["rows_read", "rows_published", "rows_quarantined", "rows_excluded"]
    for source in sources():
        sums = ", ".join(f"sum({column})::BIGINT" for column in columns)
        (expected,) = ask(database, f"SELECT {sums} FROM row_ledger WHERE raw_file LIKE '{source}/%'")
        told = outcome.told(f"observations/{source}")
        counts = {} if source in WITHOUT_FILES else dict(zip(columns, expected, strict=True))
        assert told == counts | {"files_refused": 0}
        assert all(expected[:2]) == (source not in WITHOUT_FILES)
    assert outcome.told(PUBLISHED)["tables"]


def test_a_bad_row_is_a_warning_with_numbers_and_a_sample(copied: Place) -> None:
    file, good, bad = "unesco_uis/2026-02/data.csv", "26637,AIA,2003,4,,", "26637,AIA,2003,-4,,"
    path = copied.raw / file
    manifest = path.with_name("release.toml")
    before, row = path.read_bytes(), path.read_text(encoding="utf-8").splitlines().index(good)
    path.write_bytes(before.replace(good.encode(), bad.encode()))
    old, new = (hashlib.sha256(content).hexdigest() for content in (before, path.read_bytes()))
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    outcome = refresh(copied.raw, copied.warehouse)

    assert outcome.failed() == ["observations/unesco_uis", LANDED]
    assert outcome.checks["observations/unesco_uis"].severity == dg.AssetCheckSeverity.WARN
    told = outcome.told("observations/unesco_uis")
    assert (told["rows_quarantined"], told["files_refused"]) == (1, 0)
    assert told["rows_read"] == told["rows_published"] + 1  # type: ignore[operator]
    assert f"| {file} | {row} | within_bounds: value -4" in str(told["sample"])
    assert outcome.success
    assert set(outcome.rows) == COUNTED
    assert copied.ask("SELECT raw_file, raw_row, rule FROM quarantine") == [(file, row, "within_bounds")]
    own = "release = '2026-02' AND source_indicator = '26637' AND ref_area = 'AIA'"
    assert ("2003",) not in copied.ask(f"SELECT time_period FROM observations WHERE {own}"), "the bad row is out"
    assert ("2006",) in copied.ask(f"SELECT time_period FROM observations WHERE {own}"), "the next row is in"


def test_a_refused_file_is_a_warning_that_names_it(copied: Place) -> None:
    copied.put("iom/2021/data.csv", "nonsense\n")
    outcome = refresh(copied.raw, copied.warehouse)
    assert outcome.failed() == ["observations/iom", LANDED]
    assert outcome.checks["observations/iom"].severity == dg.AssetCheckSeverity.WARN
    assert outcome.told("observations/iom")["files_refused"] == 1
    assert "| iom/2021/data.csv |  | " in str(outcome.told("observations/iom")["sample"])
    assert set(outcome.rows) == COUNTED


def test_a_folder_of_no_known_source_stops_nothing(copied: Place) -> None:
    copied.put("nobody/2025/data.csv", "a,b\n1,2\n")
    outcome = refresh(copied.raw, copied.warehouse)
    assert outcome.success
    assert set(outcome.rows) == COUNTED
    assert outcome.failed() == [LANDED], "no publisher's asset has it"
    assert "| nobody/2025/data.csv | known_source |" in str(outcome.told(LANDED)["refused"])
    assert copied.ask("SELECT raw_file, rule FROM quarantine") == [("nobody/2025/data.csv", "known_source")]


def test_rows_unaccounted_for_stop_the_run(copied: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refresh(copied.raw, copied.warehouse).success
    database = (copied.warehouse / "edumig.duckdb").resolve()
    before = database.stat().st_ino, database.read_bytes()
    copied.put("un_desa/rev2030/data.csv", "this would change what is published\n")

    def faulty(warehouse: Warehouse, release: FoundRelease) -> Path:
        if release.source == "unesco_uis":
            raise LedgerError("the ledger does not balance: 3 rows read, 2 accounted for")
        return land(warehouse, release)

    monkeypatch.setattr("edumig_pipeline.defs.observations.land", faulty)
    outcome = refresh(copied.raw, copied.warehouse)

    assert not outcome.success
    assert set(outcome.rows) == PUBLISHERS - {"observations/unesco_uis"}
    assert "observations/unesco_uis" in outcome.failed()
    assert PUBLISHED not in outcome.checks
    assert outcome.checks["observations/unesco_uis"].severity == dg.AssetCheckSeverity.ERROR
    assert "3 rows read, 2 accounted for" in str(outcome.told("observations/unesco_uis")["error"])
    assert (copied.warehouse / "edumig.duckdb").resolve() == database
    assert (database.stat().st_ino, database.read_bytes()) == before


# When runs start


def test_schedule_and_sensor_are_off_until_turned_on() -> None:
    schedule, sensor = defs().resolve_schedule_def("daily_refresh"), defs().resolve_sensor_def("raw_changes")
    assert (schedule.default_status, sensor.default_status) == (
        dg.DefaultScheduleStatus.STOPPED,
        dg.DefaultSensorStatus.STOPPED,
    )
    assert (schedule.cron_schedule, schedule.execution_timezone, schedule.job_name) == ("0 6 * * *", "UTC", "refresh")
    assert sensor.job_name == "refresh"


@pytest.fixture
def watched(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A raw folder that the sensor watches."""
    place.put("iom/2020/data.csv", "one\n")
    monkeypatch.setenv("EDUMIG_RAW", str(place.raw))
    return place


def tick(cursor: str | None) -> tuple[int, str | None]:
    """Runs that one evaluation of the sensor requests, and the cursor it leaves."""
    outcome = raw_changes(dg.build_sensor_context(cursor=cursor))
    if isinstance(outcome, dg.SkipReason):
        return 0, cursor
    assert isinstance(outcome, dg.SensorResult)
    keys = [request.run_key for request in outcome.run_requests or []]
    assert not any(keys), "Dagster runs a key once ever, and a folder may come back to an earlier state"
    return len(outcome.run_requests or []), outcome.cursor


def test_the_sensor_requests_a_run_per_change(watched: Place) -> None:
    file = watched.raw / "iom/2020/data.csv"
    requested, cursor = tick(None)
    assert requested == 1, "the first look finds files"
    assert tick(cursor) == (0, cursor), "nothing changed"
    watched.put("iom/2021/data.csv", "two\n")
    requested, added = tick(cursor)
    assert (requested, tick(added)) == (1, (0, added)), "a file was added"
    os.utime(file, ns=(0, file.stat().st_mtime_ns + 1))
    requested, touched = tick(added)
    assert (requested, tick(touched)) == (1, (0, touched)), "a file was touched"
    file.unlink()
    requested, removed = tick(touched)
    assert (requested, tick(removed)) == (1, (0, removed)), "a file was removed"
    watched.put("iom/.hidden", "three\n")
    watched.put(".fetch/iom/incoming/data.csv", "four\n")
    watched.put("iom/.old/data.csv", "five\n")
    assert tick(removed) == (0, removed), "nothing hidden is data, nor is anything in a hidden folder"


def test_the_sensor_says_that_there_is_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDUMIG_RAW", str(tmp_path / "nowhere"))
    outcome = raw_changes(dg.build_sensor_context())
    assert isinstance(outcome, dg.SkipReason)
    assert "nowhere" in str(outcome.skip_message)


# The real thing


def test_everything_is_materialised_through_the_web_server(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse"
    with serving(WEB_SERVER, tmp_path / "dagster", warehouse, INSTANCE + LAUNCH_AT_ONCE) as server:
        listed = server.ask("{ assetNodes { assetKey { path } isMaterializable } }")["assetNodes"]
        assert {"/".join(node["assetKey"]["path"]) for node in listed if node["isMaterializable"]} == ASSETS | RAW
        run = server.run("refresh")
        output = server.output()
    assert run.status == "SUCCESS", output
    assert [event for event in run.events if event[0] not in {"DEBUG", "INFO"}] == []
    assert [line for line in output.splitlines() if "warning" in line.lower()] == []
    query = "SELECT students FROM student_flows WHERE origin = 'KAZ' AND destination = 'RUS' AND year = 2018"
    assert ask(warehouse / "edumig.duckdb", query) == [(69836,)]
    query = "SELECT count(*) FROM row_ledger WHERE rows_read <> rows_published + rows_quarantined + rows_excluded"
    assert ask(warehouse / "edumig.duckdb", query) == [(0,)]
