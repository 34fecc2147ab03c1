"""The log that EDUMIG_LOG asks for: one JSON object a line, whatever raw files are called and say; and where it cannot be."""

import json
import os
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from edumig_pipeline.definitions import defs
from edumig_pipeline.log import logged, tell
from tests.pipeline.conftest import ROOT, Place, Ran, edumig, uis

FILE = "unesco_uis/2026-02/data.csv"
KAZ, BAD = "26637,KAZ,2018,14332,,", "26637,KZA,2018,1,,"
Line = dict[str, Any]


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that lines go to."""
    monkeypatch.setenv("EDUMIG_LOG", str(tmp_path / "log"))
    return tmp_path / "log"


def lines(log: Path) -> list[Line]:
    """What was told: every line is whole, and an object with a time, a level, an event and a run."""
    text = log.read_bytes().decode("ascii")
    assert text.endswith("\n")
    assert not any(ord(sign) < 32 for sign in text.replace("\n", ""))
    told: list[Line] = [json.loads(line) for line in text.splitlines()]
    for line in told:
        assert list(line)[:4] == ["time", "level", "event", "run"]
        assert datetime.fromisoformat(line["time"]).utcoffset() is not None
        assert line["level"] in {"info", "warning", "error"}
    return told


def facts(told: list[Line], event: str) -> list[Line]:
    """What the lines of an event say, without what every line says and what depends on the clock."""
    left_out = {"time", "level", "event", "run", "seconds"}
    return [{name: value for name, value in line.items() if name not in left_out} for line in told if line["event"] == event]


def test_a_refresh_tells_its_steps_its_releases_and_what_did_not_land(place: Place, log: Path) -> None:
    place.put(FILE, uis([KAZ, BAD, "26637,KZB,2018,1,,", "26637,KAZ,2019,many,,"]))
    place.put("unesco_uis/2026-02/odd.csv", "nonsense\n")
    place.put("iom/stray.csv", "x\n")
    assert place.refresh().code == 1
    told = lines(log)
    (run_id,) = {line["run"] for line in told}
    assert place.ask("SELECT run_id FROM runs") == [(run_id,)]
    assert [line["event"] for line in told if not line["event"].startswith("step_")] == [
        "run_begun",
        "release_landed",
        "file_refused",
        "rows_quarantined",
        "rows_quarantined",
        "file_refused",
        "run_published",
    ]
    assert facts(told, "run_begun") == [{"started_by": "edumig refresh"}]
    of = {"source": "unesco_uis", "release": "2026-02"}
    counts = {"rows_read": 4, "rows_published": 1, "rows_quarantined": 3, "rows_excluded": 0}
    assert facts(told, "release_landed") == [of | {"files": 2} | counts]
    refused = [(one.get("release"), one["file"], one["rule"], bool(one["reason"])) for one in facts(told, "file_refused")]
    assert refused == [
        ("2026-02", "unesco_uis/2026-02/odd.csv", "known_layout", True),
        (None, "iom/stray.csv", "release_folder", True),
    ]
    quarantined = facts(told, "rows_quarantined")
    assert [(one["file"], one["rule"], one["rows"]) for one in quarantined] == [
        (FILE, "known_area", 2),
        (FILE, "value_is_number", 1),
    ]
    assert quarantined[0]["reason"].startswith("known_area: "), "the reason of the first of them"
    assert {line["level"] for line in told if line["event"] in {"file_refused", "rows_quarantined"}} == {"warning"}
    steps = [line["step"] for line in told if line["event"] == "step_begun"]
    ended = [line for line in told if line["event"] == "step_ended"]
    assert steps == [line["step"] for line in ended] == ["checksums", "landing", "deriving", "building the file"]
    assert all(line["seconds"] >= 0 for line in ended)
    (end,) = facts(told, "run_published")
    assert {name: end[name] for name in counts} == counts
    assert (end["files_refused"], end["generation"]) == (2, (place.warehouse / ".current").readlink().name)


def test_a_run_that_changes_nothing_or_fails_says_so_in_the_same_file(place: Place, log: Path) -> None:
    place.put(FILE, uis([KAZ]))
    place.refresh()
    place.refresh()
    assert edumig("refresh", "--warehouse", str(place.warehouse), "--raw", "/nowhere").code == 2
    told = lines(log)
    ends = [line for line in told if line["event"].startswith("run_") and line["event"] != "run_begun"]
    assert [(line["event"], line["level"]) for line in ends] == [
        ("run_published", "info"),
        ("run_unchanged", "info"),
        ("run_failed", "error"),
    ]
    assert len({line["run"] for line in ends}) == 3
    assert ends[2]["reason"] == "there is no folder /nowhere; name the folder of raw files with --raw"


def test_a_step_that_fails_says_so(place: Place, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError("the disk is on fire")

    place.put(FILE, uis([KAZ]))
    monkeypatch.setattr("edumig_pipeline.refresh.land_release", broken)
    assert place.refresh().code == 2
    (failed,) = [line for line in lines(log) if line["event"] == "step_failed"]
    assert (failed["step"], failed["source"], failed["reason"]) == ("landing", "unesco_uis", "OSError: the disk is on fire")


def test_no_name_and_no_text_of_a_raw_file_breaks_a_line(place: Place, log: Path) -> None:
    evil = 'new\nline "quoted" \x1b[31m \u2028 \u202e имя.csv'
    place.put(FILE, uis([KAZ]))
    place.put(f"unesco_uis/2026-02/{evil}", "\x1b]0;title\x07,\u2028\n")
    place.put(f"unesco_uis/2026-02/long{'g' * 200}.csv", "h" * 100_000)
    (place.raw / "unesco_uis/2026-02" / os.fsdecode(b"\xff\xfe.csv")).write_text("x\n", encoding="utf-8")
    (place.raw / os.fsdecode(b"st\xf6r.csv")).write_text("x\n", encoding="utf-8")
    assert place.refresh().code == 1
    refused = facts(lines(log), "file_refused")
    assert {one["file"] for one in refused} == {
        r'unesco_uis/2026-02/new\nline "quoted" \x1b[31m \u2028 \u202e имя.csv',
        f"unesco_uis/2026-02/long{'g' * 200}.csv",
        "unesco_uis/2026-02/\\xff\\xfe.csv",
        "st\\xf6r.csv",
    }
    assert max(len(one["reason"]) for one in refused) <= 2_001


def test_a_lone_surrogate_is_spelt_out(place: Place, log: Path) -> None:
    raw = place.raw / "no\udcffwhere"
    assert edumig("refresh", "--warehouse", str(place.warehouse), "--raw", str(raw)).code == 2
    with logged("a run", "a test"):
        tell("something", file="\udcff.csv")
    (failed,) = facts(lines(log), "run_failed")
    assert failed["reason"].startswith(f"there is no folder {place.raw}/no\\udcffwhere;")
    assert facts(lines(log), "something") == [{"file": "\\udcff.csv"}]


def test_standard_error(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.put(FILE, uis([KAZ]))
    monkeypatch.setenv("EDUMIG_LOG", "-")
    ran = place.refresh()
    told = [json.loads(line) for line in ran.err.splitlines() if line.startswith("{")]
    assert [told[0]["event"], told[-1]["event"]] == ["run_begun", "run_published"]
    assert "landed unesco_uis/2026-02: 1 value\n" in ran.err, "what a person is told is there as well"
    assert "Built" in ran.out
    tell("nobody_listens")
    assert not [handler for handler in told if handler["event"] == "nobody_listens"]


@pytest.mark.parametrize("command", ["refresh", "fetch"])
@pytest.mark.parametrize("target", ["{tmp}/no/such/folder", "{tmp}", "/dev/full"])
def test_a_log_that_cannot_be_written_ends_the_command_before_anything_is_done(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, target: str
) -> None:
    place.put(FILE, uis([KAZ]))
    monkeypatch.setenv("EDUMIG_LOG", target.format(tmp=tmp_path))
    arguments = ["--raw", str(place.raw)] + (["--warehouse", str(place.warehouse)] if command == "refresh" else [])
    ran = edumig(command, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"edumig: nothing was {'published' if command == 'refresh' else 'fetched'}: the log ")
    assert "cannot be written" in ran.err
    assert "EDUMIG_LOG" in ran.err
    assert len(ran.err.splitlines()) == 1
    assert not place.warehouse.exists()
    assert not (place.raw / ".fetch").exists()


def test_a_log_that_cannot_be_written_any_more_stops_nothing(place: Place) -> None:
    place.put(FILE, uis([KAZ]))
    reading, writing = os.pipe()

    def read_one_line() -> None:
        os.read(reading, 1)
        os.close(reading)

    reader = threading.Thread(target=read_one_line)
    reader.start()
    code = "import sys; from edumig_pipeline.cli import main; main(sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", code, "refresh", "--raw", str(place.raw), "--warehouse", str(place.warehouse)],
        env={**os.environ, "EDUMIG_LOG": f"/dev/fd/{writing}"},
        cwd=ROOT,
        pass_fds=[writing],
        capture_output=True,
        text=True,
        check=False,
    )
    reader.join()
    os.close(writing)
    ran = Ran(done.returncode, done.stdout, done.stderr)
    assert ran.code == 0, ran.err
    assert ran.complaints == "edumig: the log cannot be written any more: [Errno 32] Broken pipe\n"
    assert place.ask("SELECT count(*) FROM observations") == [(1,)]


def test_without_the_variable_nothing_is_written(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EDUMIG_LOG", raising=False)
    place.put(FILE, uis([KAZ]))
    ran = place.refresh()
    assert (ran.code, ran.complaints) == (0, "")
    assert {path.name for path in tmp_path.iterdir()} == {"raw", "warehouse"}


def test_a_run_of_dagster_tells_the_same_under_its_own_id(place: Place, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDUMIG_RAW", str(place.raw))
    monkeypatch.setenv("EDUMIG_WAREHOUSE", str(place.warehouse))
    place.put(FILE, uis([KAZ, BAD]))
    with dg.DagsterInstance.ephemeral() as instance:
        result = defs().resolve_job_def("refresh").execute_in_process(instance=instance)
    told = lines(log)
    assert {line["run"] for line in told} == {result.run_id}
    events = [line["event"] for line in told]
    assert events.count("run_begun") == 1, "each step opens the log, the run begins once"
    assert facts(told, "run_begun") == [{"started_by": "dagster"}]
    assert events[-1] == "run_published"
    assert {"release_landed", "rows_quarantined"} <= set(events)
    assert {line["step"] for line in told if line["event"] == "step_ended"} >= {"landing", "deriving", "building the file"}
