"""What a warehouse says of how it came about: its journal, the tables runs and run_inputs, and `edumig status`."""

import json
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
import pytest

from edumig_pipeline.definitions import defs
from edumig_pipeline.journal import EndedRun, Journal, Outcome, Run
from edumig_pipeline.model.codes import RUN_OUTCOME
from edumig_pipeline.own_code import code_digest
from edumig_pipeline.refresh import refresh
from tests.pipeline.conftest import Place, Ran, edumig, uis

FILE, OTHER = "unesco_uis/2026-02/data.csv", "unesco_uis/2025-02/data.csv"
KAZ, NAM, BAD = "26637,KAZ,2018,14332,,", "26637,NAM,2018,5000,,", "26637,KZA,2018,1,,"
NOWHERE = ("--raw", "/nowhere")
RUN_TABLES = {"runs", "run_inputs"}


def journal(place: Place) -> list[EndedRun]:
    return Journal(place.warehouse / ".runs").runs()


def outcomes(runs: Sequence[EndedRun]) -> list[tuple[str, int]]:
    return [(run.outcome.value, run.repeated) for run in runs]


def fail(place: Place) -> Ran:
    """A refresh that cannot find its raw folder."""
    ran = edumig("refresh", "--warehouse", str(place.warehouse), *NOWHERE)
    assert ran.code == 2
    return ran


def published(place: Place) -> dict[str, bytes]:
    """The content of what is published, but for the tables that tell of runs."""
    files = [path for path in (place.warehouse / "parquet").rglob("*") if path.is_file() and path.parent.name not in RUN_TABLES]
    return {path.relative_to(place.warehouse).as_posix(): path.read_bytes() for path in files}


# The tables


def test_the_run_that_built_the_file_is_in_it(place: Place) -> None:
    place.put(FILE, uis([KAZ, NAM, BAD]))
    place.put("iom/stray.csv", "x\n")
    before = datetime.now(UTC).replace(tzinfo=None)
    assert place.refresh().code == 1
    after = datetime.now(UTC).replace(tzinfo=None)
    (row,) = place.ask("SELECT run_id, started, finished, duration_seconds, outcome, message, repeated, started_by FROM runs")
    run_id, started, finished, seconds, *rest = row
    assert rest == ["published", None, 0, "edumig refresh"]
    assert before - timedelta(milliseconds=1) <= started <= finished <= after
    assert seconds == pytest.approx((finished - started).total_seconds())
    assert place.ask("SELECT code_version, code_digest FROM runs") == [("0.1.0", code_digest())]
    assert place.ask("SELECT generation FROM runs") == [((place.warehouse / ".current").readlink().name,)]

    counts = "releases, files, bytes, rows_read, rows_published, rows_quarantined, rows_excluded, files_refused"
    sums = ", ".join(f"sum({name})" for name in ("rows_read", "rows_published", "rows_quarantined", "rows_excluded"))
    ((*expected,),) = place.ask(
        "SELECT (SELECT count(*) FROM releases), (SELECT count(*) FROM raw_files), (SELECT sum(bytes) FROM raw_files), "
        f"{sums}, 1 FROM row_ledger"
    )
    assert [list(row) for row in place.ask(f"SELECT {counts} FROM runs")] == [expected]
    assert expected[:2] == [1, 2]
    assert place.ask("SELECT raw_file, sha256, bytes FROM run_inputs ORDER BY ALL") == place.ask(
        "SELECT raw_file, sha256, bytes FROM raw_files ORDER BY ALL"
    )
    assert place.ask("SELECT DISTINCT run_id FROM run_inputs") == [(run_id,)]
    (kept,) = journal(place)
    assert (kept.run_id, kept.outcome) == (run_id, Outcome.PUBLISHED)
    assert kept.duration_seconds >= seconds, "the journal knows the last instants"


def test_the_parquet_says_the_same_as_the_file(place: Place) -> None:
    place.put(FILE, uis([KAZ]))
    fail_first = edumig("refresh", "--raw", str(place.raw), "--warehouse", str(place.warehouse), "--source", "iom")
    assert fail_first.code == 2
    place.refresh()
    for name in RUN_TABLES:
        frame = pl.read_parquet(place.warehouse / "parquet" / name / "all.parquet")
        assert sorted(map(repr, frame.rows())) == sorted(map(repr, place.ask(f"FROM {name}")))


def test_the_next_file_knows_every_run_before_it(place: Place) -> None:
    place.put(FILE, uis([KAZ]))
    place.refresh()
    for _ in range(3):
        assert place.refresh().code == 0
    fail(place)
    assert place.refresh().code == 0
    assert place.ask("SELECT outcome FROM runs") == [("published",)], "what changes nothing rewrites nothing"
    place.put(FILE, uis([KAZ, NAM]))
    place.refresh()
    assert place.ask("SELECT outcome, repeated, message IS NOT NULL FROM runs ORDER BY started") == [
        ("published", 0, False),
        ("unchanged", 3, False),
        ("failed", 0, True),
        ("published", 0, False),
    ]
    ((message,),) = place.ask("SELECT message FROM runs WHERE outcome = 'failed'")
    assert message.startswith("there is no folder /nowhere")
    ((seconds,),) = place.ask("SELECT duration_seconds FROM runs ORDER BY started LIMIT 1")
    assert seconds == journal(place)[0].duration_seconds, "corrected in the next file"
    assert place.ask("SELECT count(*), count(DISTINCT run_id) FROM run_inputs") == [(2, 2)], "of published runs alone"


def test_everything_else_does_not_depend_on_the_journal(place: Place, tmp_path: Path) -> None:
    place.put(FILE, uis([KAZ]))
    other = Place(place.raw, tmp_path / "other")
    other.warehouse.mkdir()
    fail(other)
    place.refresh()
    other.refresh()
    assert (place.warehouse / ".current").readlink() == (other.warehouse / ".current").readlink()
    assert published(place) == published(other)
    assert (len(place.ask("FROM runs")), len(other.ask("FROM runs"))) == (1, 2)


def test_a_state_that_is_put_back_is_as_it_was_and_its_runs_are_not_forgotten(place: Place) -> None:
    place.put(FILE, uis([KAZ]))
    place.refresh()
    first = place.ask("FROM runs")
    place.put(FILE, uis([KAZ, NAM]))
    place.refresh()
    place.put(FILE, uis([KAZ]))
    assert "Built" in place.refresh().out
    assert place.ask("FROM runs") == first
    place.put(OTHER, uis([KAZ]))
    place.refresh()
    assert place.ask("SELECT outcome, repeated FROM runs") == [("published", 0)] * 4


def test_a_journal_that_was_lost_is_made_up_for_by_the_published_file(place: Place) -> None:
    place.put(FILE, uis([KAZ]))
    place.refresh()
    shutil.rmtree(place.warehouse / ".runs")
    place.put(FILE, uis([KAZ, NAM]))
    place.refresh()
    assert place.ask("SELECT outcome FROM runs") == [("published",)] * 2
    assert place.ask("SELECT count(DISTINCT run_id) FROM run_inputs") == [(2,)]
    assert outcomes(journal(place)) == [("published", 0)]


# The journal


def test_a_run_that_fails_is_kept_with_its_reason(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.put(FILE, "nonsense\n")
    ran = place.refresh()
    assert ran.code == 2
    (kept,) = journal(place)
    assert (kept.outcome, kept.generation, kept.counts, kept.inputs) == (Outcome.FAILED, None, None, ())
    assert kept.message
    assert kept.message.splitlines()[0] == "no value of any file landed"
    assert kept.message in ran.err

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("edumig_pipeline.refresh.derive", interrupted)
    place.put(FILE, uis([KAZ]))
    assert place.refresh().code == 2
    assert journal(place)[-1].message == "KeyboardInterrupt"


def test_where_there_is_no_warehouse_a_run_that_fails_makes_none(tmp_path: Path) -> None:
    folder = tmp_path / "warehouse"
    assert edumig("refresh", "--warehouse", str(folder), *NOWHERE).code == 2
    assert not folder.exists()


def test_runs_that_end_alike_do_not_fill_the_folder(place: Place) -> None:
    place.put(FILE, uis([KAZ]))
    place.refresh()
    warehouse = Journal(place.warehouse / ".runs")
    for number in range(40):
        refresh(place.raw, place.warehouse)
        message = f"OSError: [Errno 28] No space left on device: '.building/{number:032x}/all.parquet'"
        warehouse.keep(Run().ended(Outcome.FAILED, message=message))
    assert outcomes(journal(place)) == [("published", 0), ("unchanged", 39), ("failed", 39)]
    published, unchanged, failed = journal(place)
    assert published.finished < unchanged.finished < unchanged.last_ended < failed.last_ended
    warehouse.keep(Run().ended(Outcome.FAILED, message="something else"))
    warehouse.keep(Run(started_by="dagster").ended(Outcome.FAILED, message="something else"))
    assert [run.repeated for run in journal(place)[-2:]] == [0, 0]


def test_processes_that_end_at_once_are_all_counted(place: Place) -> None:
    place.warehouse.mkdir()
    warehouse = Journal(place.warehouse / ".runs")
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: warehouse.keep(Run().ended(Outcome.FAILED, message="no")), range(50)))
    assert outcomes(journal(place)) == [("failed", 49)]
    assert [path.suffix for path in warehouse.folder.iterdir()] == [".json"]


DAMAGES: dict[str, Any] = {
    "empty": b"",
    "cut": b'{"run_id": "x", "sta',
    "no UTF-8": b"\xff\xfe",
    "another kind": b"[1, 2]",
    "nested": b"[" * 100_000,
    "a text for a count": {"repeated": "many"},
    "a count that is missing": {"counts": {"releases": 1}},
    "no time": {"started": "yesterday"},
    "unknown outcome": {"outcome": "splendid"},
    "no inputs": {"inputs": None},
    "a number for a name": {"inputs": [{"raw_file": 1, "sha256": None, "bytes": None}]},
}


def test_damaged_files_are_told_of_and_are_no_obstacle(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place.put(FILE, uis([KAZ]))
    place.refresh()
    (whole,) = (place.warehouse / ".runs").iterdir()
    for number, damage in enumerate(DAMAGES.values()):
        content = damage if isinstance(damage, bytes) else json.dumps({**json.loads(whole.read_text()), **damage}).encode()
        (whole.parent / f"20990101T000000-damaged-{number}.json").write_bytes(content)
    (whole.parent / "20990101T000000-folder.json").mkdir()
    (whole.parent / ".20200101T000000-killed.new").write_text("{", encoding="utf-8")
    log = tmp_path / "log"
    monkeypatch.setenv("EDUMIG_LOG", str(log))
    assert place.refresh().code == 0
    place.put(FILE, uis([KAZ, NAM]))
    assert place.refresh().code == 0
    assert place.ask("SELECT outcome FROM runs ORDER BY started") == [("published",), ("unchanged",), ("published",)]
    told = [json.loads(line) for line in log.read_text().splitlines()]
    damaged = {line["file"] for line in told if line["event"] == "journal_damaged"}
    assert damaged == {path.name for path in whole.parent.iterdir() if path.name.startswith("2099")}
    assert not list(whole.parent.glob(".*")), "what a killed process left is swept"


def test_a_journal_that_cannot_be_written_undoes_nothing(place: Place) -> None:
    place.put(FILE, uis([KAZ]))
    place.warehouse.mkdir()
    (place.warehouse / ".runs").write_text("in the way", encoding="utf-8")
    ran = place.refresh()
    assert ran.code == 0
    assert f"the journal cannot be written under {place.warehouse}/.runs" in ran.err
    assert place.ask("SELECT outcome FROM runs") == [("published",)]
    assert fail(place).err.startswith("edumig: nothing was published: there is no folder")


def test_what_is_kept_is_what_is_read(tmp_path: Path) -> None:
    now = datetime(2026, 2, 9, 4, 0, 0, 125_000, tzinfo=UTC)
    ended = Run("a/b\udcff", now, "dagster").ended(Outcome.FAILED, message="«имя»\udcff\n" + "x" * 9_000)
    assert ended.message
    assert (len(ended.message), ended.message[:10]) == (4_001, "«имя»\\udcf")
    Journal(tmp_path / ".runs").keep(ended)
    (file,) = (tmp_path / ".runs").iterdir()
    assert file.name == "20260209T040000.125000-a_b_.json"
    assert [asdict(run) for run in Journal(tmp_path / ".runs").runs()] == [asdict(ended)]
    assert {outcome.value for outcome in Outcome} == set(RUN_OUTCOME)


# Dagster


@pytest.fixture
def folders(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Folders that the job reads and writes."""
    monkeypatch.setenv("EDUMIG_RAW", str(place.raw))
    monkeypatch.setenv("EDUMIG_WAREHOUSE", str(place.warehouse))
    place.put(FILE, uis([KAZ]))
    return place


def run_job() -> tuple[str, float]:
    """A run of Dagster's job: its id, and when it began."""
    with dg.DagsterInstance.ephemeral() as instance:
        result = defs().resolve_job_def("refresh").execute_in_process(instance=instance, raise_on_error=False)
        record = instance.get_run_record_by_id(result.run_id)
        assert record
        assert record.start_time
        return result.run_id, record.start_time


def test_a_run_of_dagster_goes_by_its_own_id_and_start(folders: Place) -> None:
    run_id, began = run_job()
    ((name, started, by, seconds),) = folders.ask("SELECT run_id, started, started_by, duration_seconds FROM runs")
    assert (name, by) == (run_id, "dagster")
    assert started.replace(tzinfo=UTC).timestamp() == pytest.approx(began, abs=0.001)
    assert seconds > 0
    run_job()
    assert outcomes(journal(folders)) == [("published", 0), ("unchanged", 0)]


def test_a_step_that_fails_is_kept(folders: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("the disk is on fire")

    folders.warehouse.mkdir()
    monkeypatch.setattr("edumig_pipeline.refresh.land_release", broken)
    run_id, _ = run_job()
    (kept,) = journal(folders)
    assert (kept.run_id, kept.outcome, kept.message) == (run_id, Outcome.FAILED, "OSError: the disk is on fire")


# Status


def test_status_tells_how_the_last_runs_ended(place: Place) -> None:
    place.put(FILE, uis([KAZ]))
    place.refresh()
    assert "\nLast run   published 20" in status(place)
    for _ in range(2):
        fail(place)
    told = status(place)
    assert "\nLast run   failed 20" in told
    assert ", 2 times since 20" in told
    assert ": there is no folder /nowhere; name the folder of raw files with --raw\n" in told
    place.refresh()
    told = status(place)
    assert "\nLast run   unchanged 20" in told
    assert "\nFailed     20" in told
    runs = json.loads(edumig("status", "--warehouse", str(place.warehouse), "--json").out)["runs"]
    assert [(run["outcome"], run["repeated"]) for run in runs] == [("published", 0), ("failed", 1), ("unchanged", 0)]
    place.put(FILE, uis([KAZ, NAM]))
    place.refresh()
    assert "Failed " not in status(place), "that is past; the table runs has it"


def status(place: Place) -> str:
    ran = edumig("status", "--warehouse", str(place.warehouse))
    assert (ran.code, ran.err) == (0, "")
    return ran.out
