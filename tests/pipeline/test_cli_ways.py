"""The command line as such: how it starts, goes on, completes and ends, whatever a user does."""

import json
import os
import pty
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click
import pytest

from edumig_pipeline.cli import edumig as group
from edumig_pipeline.commands import ui
from tests.pipeline.conftest import ROOT, Place, edumig, uis

FILE = "unesco_uis/2026-02/data.csv"
KAZ, NAM = "26637,KAZ,2018,14332,,", "26637,NAM,2018,5000,,"
PROGRAM = [sys.executable, "-c", "import sys; from edumig_pipeline.cli import main; main(sys.argv[1:])"]
# Every command that asks a warehouse, with arguments that it accepts.
ASKING = ("status", "tables", "describe claims", "query FROM(claims)", "claims", "claims kz-01", "diff rev2019 rev2020",
          "explain outbound_students KAZ 2018")  # fmt: skip


# How it starts


@pytest.mark.parametrize(
    ("arguments", "absent"),
    [
        (["--help"], ["duckdb", "pyarrow", "numpy", "rich", "httpx"]),
        (["tables"], ["pyarrow", "numpy", "httpx", "pycountry"]),
        (["status"], ["pyarrow", "numpy", "httpx", "pycountry"]),
        (["explain", "outbound_students", "KAZ", "2018"], ["pyarrow", "numpy", "httpx", "pycountry"]),
        (["diff", "rev2019", "rev2020"], ["pyarrow", "numpy", "httpx", "pycountry"]),
        (["completion", "fish"], ["duckdb", "pyarrow", "numpy", "rich", "httpx"]),
    ],
    ids=lambda value: value[0],
)
def test_a_command_imports_nothing_heavy_that_it_does_not_need(
    shipped_folder: Path, arguments: list[str], absent: list[str]
) -> None:
    code = (
        "import contextlib, io, sys\nfrom edumig_pipeline.cli import main\n"
        f"with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()): main({arguments!r})\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    environment = {**os.environ, "EDUMIG_WAREHOUSE": str(shipped_folder)}
    imported = subprocess.check_output([sys.executable, "-c", code], text=True, cwd=ROOT, env=environment)
    assert [name for name in ("dagster", "pandas", "polars", "pandera", *absent) if f"'{name}'" in imported] == []


def test_every_command_says_how_it_ends() -> None:
    for name, command in group.commands.items():
        assert "Ends" in (command.help or ""), name
        text = edumig(name, "--help")
        assert (text.code, text.err) == (0, "")
        first = (command.help or "").split("\n\n")[0]
        assert first in edumig("--help").out, "and fits the list of commands"


def test_every_command_can_report_as_json() -> None:
    options = {name: {option for one in command.params for option in one.opts} for name, command in group.commands.items()}
    assert [name for name, known in options.items() if "--json" not in known and name != "completion"] == []


# Without a warehouse, or with one that cannot be read


@pytest.mark.parametrize("command", ASKING)
def test_without_a_warehouse_it_says_what_to_do(tmp_path: Path, command: str) -> None:
    ran = edumig(*command.split(), "--warehouse", str(tmp_path / "none"))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"edumig: there is no warehouse in {tmp_path}/none: build one with `edumig refresh")
    assert not (tmp_path / "none").exists()


def damaged(folder: Path, target: Path, damage: Callable[[bytearray], bytearray]) -> Path:
    """A warehouse whose file was damaged."""
    target.mkdir()
    (target / "edumig.duckdb").write_bytes(damage(bytearray((folder / "edumig.duckdb").read_bytes())))
    return target


def _flipped(content: bytearray) -> bytearray:
    for place in range(20_000, len(content), 997):
        content[place] ^= 0xFF
    return content


@pytest.mark.parametrize("command", ASKING)
@pytest.mark.parametrize(
    "damage",
    [lambda _: bytearray(b"no database"), lambda _: bytearray(), lambda content: content[: len(content) // 3], _flipped],
    ids=["another file", "empty", "cut", "flipped bytes"],
)
def test_a_damaged_file_is_said_to_be_so(
    shipped_folder: Path, tmp_path: Path, command: str, damage: Callable[[bytearray], bytearray]
) -> None:
    folder = damaged(shipped_folder, tmp_path / "warehouse", damage)
    ran = edumig(*command.split(), "--warehouse", str(folder))
    assert ran.code == 2
    assert "edumig refresh" in ran.err
    assert str(folder) in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("command", ["status", "tables", "describe claims", "claims", "explain outbound_students KAZ 2018"])
def test_a_file_of_another_version_is_said_to_be_so(tmp_path: Path, command: str) -> None:
    import duckdb

    with duckdb.connect(str(tmp_path / "edumig.duckdb")) as db:
        db.execute("CREATE TABLE observations (source VARCHAR)")
    ran = edumig(*command.split(), "--warehouse", str(tmp_path))
    assert (ran.code, ran.out) == (2, "")
    assert "was built by another version of edumig" in ran.err


def test_a_refresh_meanwhile_disturbs_nobody(place: Place) -> None:
    place.put(FILE, uis([KAZ]))
    place.refresh()
    waiting = (
        "import sys\nfrom pathlib import Path\nfrom edumig_pipeline.answers.opening import opened\n"
        "with opened(Path(sys.argv[1])) as published:\n"
        "    print('open', flush=True)\n    input()\n    print(published.ask('releases_held')[0]['rows'])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", waiting, str(place.warehouse)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as reader:  # fmt: skip
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
        place.put(FILE, uis([KAZ, NAM]))
        assert place.refresh().code == 0
        assert reader.communicate("\n", timeout=60)[0] == "1\n"
    ran = edumig("query", "SELECT count(*) AS n FROM observations", "--warehouse", str(place.warehouse), "--json")
    assert json.loads(ran.out) == [{"n": 2}]


def test_asking_leaves_nothing_behind(shipped_folder: Path) -> None:
    before = sorted(shipped_folder.rglob("*"))
    for command in ASKING:
        assert edumig(*command.split(), "--warehouse", str(shipped_folder)).code == 0
    assert sorted(shipped_folder.rglob("*")) == before


# How it ends


@pytest.mark.parametrize("form", ["table", "csv"])
def test_ctrl_c_ends_a_query_at_once_and_without_a_traceback(shipped_folder: Path, form: str) -> None:
    sql = "SELECT sum(a.range * b.range) AS n FROM range(10000000) AS a, range(1000000) AS b"
    with subprocess.Popen(
        [*PROGRAM, "query", sql, "--format", form, "--warehouse", str(shipped_folder)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as running:  # fmt: skip
        time.sleep(2)
        running.send_signal(signal.SIGINT)
        try:
            out, err = running.communicate(timeout=60)
        finally:
            running.kill()  # else one that does not heed it would be waited for without end
    assert (running.returncode, out) == (2, "")
    assert err.strip() == "edumig: interrupted; what is published is as it was"


def test_only_a_refresh_says_that_nothing_was_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refreshed = edumig("refresh", "--raw", str(tmp_path / "none"), "--warehouse", str(tmp_path / "warehouse"))
    assert refreshed.code == 2
    assert refreshed.err.startswith("edumig: nothing was published: there is no folder")

    def broken(*_: object) -> NoReturn:
        raise ValueError("what nobody foresaw")

    monkeypatch.setattr("edumig_pipeline.refresh.take_inventory", broken)
    (tmp_path / "raw").mkdir()
    refreshed = edumig("refresh", "--raw", str(tmp_path / "raw"), "--warehouse", str(tmp_path / "warehouse"))
    assert (refreshed.code, refreshed.err) == (2, "edumig: nothing was published: ValueError: what nobody foresaw\n")
    monkeypatch.setattr("edumig_pipeline.answers.opening.opened", broken)
    assert edumig("status").err == "edumig: ValueError: what nobody foresaw\n"


# How a refresh goes on


def test_a_refresh_tells_on_standard_error_what_it_does(place: Place) -> None:
    place.put(FILE, uis([KAZ]))
    place.put("unesco_uis/2025-02/data.csv", uis([KAZ, NAM]))
    first = place.refresh()
    lines = first.err.splitlines()
    assert lines[:3] == ["reading releases (2)", "landed unesco_uis/2025-02: 2 values", "landed unesco_uis/2026-02: 1 value"]
    assert [line.partition(" (")[0] for line in lines[3:]] == ["deriving marts", "building the file"]
    assert "landed" not in first.out
    place.put(FILE, uis([KAZ, NAM]))
    assert place.refresh().err.splitlines()[:2] == ["reading releases (1)", "landed unesco_uis/2026-02: 2 values"]
    assert place.refresh().err == "", "there is nothing to do"


def test_a_terminal_shows_a_bar(place: Place) -> None:
    place.put(FILE, uis([KAZ]))
    reader, terminal = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"}
    command = [*PROGRAM, "refresh", "--raw", str(place.raw), "--warehouse", str(place.warehouse)]
    with subprocess.Popen(command, env=environment, cwd=ROOT, stdout=terminal, stderr=terminal) as running:
        os.close(terminal)
        shown = b""
        while True:
            try:
                shown += os.read(reader, 4096)
            except OSError:  # the other end is closed
                break
    os.close(reader)
    assert running.returncode == 0
    text = shown.decode()
    for piece in ("reading releases", "landed unesco_uis/2026-02: 1 value", "deriving marts", "building the file", "━", "Built "):
        assert piece in text


def test_a_refresh_reports_as_json(place: Place) -> None:
    place.put(FILE, uis([KAZ, "26637,KZA,2018,1,,"]))
    place.put("iom/stray.csv", "x\n")
    ran = place.refresh("--json")
    assert ran.code == 1
    report = json.loads(ran.out)
    assert (report["database"], report["rebuilt"], report["clean"]) == (str(place.warehouse / "edumig.duckdb"), True, False)
    assert report["rows"]["observations"] == 1
    assert report["quarantined"] == [{"raw_file": FILE, "rule": "known_area", "rows": 1}]
    assert [(one["raw_file"], one["rule"]) for one in report["refused"]] == [("iom/stray.csv", "release_folder")]
    assert "quarantined: " in ran.err, "messages stay on standard error"
    assert json.loads(place.refresh("--json").out)["rebuilt"] is False


# Completion


def completed(folder: Path, typed: str) -> list[str]:
    """What bash is offered after a line was typed."""
    words = typed.split(" ")
    environment = {
        **os.environ, "EDUMIG_WAREHOUSE": str(folder), "_EDUMIG_COMPLETE": "bash_complete", "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
    }  # fmt: skip
    done = subprocess.run(PROGRAM, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("edumig com", {"completion"}),
        ("edumig describe claim_", {"claim_intervals", "claim_evidence", "claim_arithmetic", "claim_checks"}),
        ("edumig diff unesco", {f"unesco_uis/{name}" for name in ("2025-02", "2026-02", "opri-2022-03", "sdg-2021-09")}),
        ("edumig diff un_desa/rev2019 un_d", {"un_desa/rev2019", "un_desa/rev2020"}),
        ("edumig explain outbound_s", {f"outbound_students{rest}" for rest in ("", "_growth_ratio", "_schooling_share")}),
        ("edumig explain outbound_students ka", {"KAZ"}),
        ("edumig claims kz-7", {f"kz-7{digit}" for digit in range(8)}),
        ("edumig claims --verdict other", {"other_period", "other_definition"}),
        ("edumig claims --section k", {"kazakhstan"}),
        ("edumig query --format j", {"json"}),
    ],
)
def test_names_are_completed(shipped_folder: Path, typed: str, offered: set[str]) -> None:
    assert set(completed(shipped_folder, typed)) == offered


def test_without_a_warehouse_nothing_is_offered_and_nothing_is_said(tmp_path: Path) -> None:
    assert completed(tmp_path, "edumig claims kz") == []
    assert completed(tmp_path, "edumig diff u") == []
    assert "observations" in completed(tmp_path, "edumig describe o"), "tables are known without one"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_reads_its_script(shell: str) -> None:
    ran = edumig("completion", shell)
    assert (ran.code, ran.err) == (0, "")
    assert "_EDUMIG_COMPLETE" in ran.out
    if program := shutil.which(shell):
        subprocess.run([program, "-n"], input=ran.out, text=True, check=True)


def test_another_shell_is_wrong_usage() -> None:
    assert edumig("completion", "tcsh").code == 64


# Dagster's page


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[tuple[str, list[str], dict[str, str]]]:
    """What would take this process's place, kept instead."""
    kept: list[tuple[str, list[str], dict[str, str]]] = []
    monkeypatch.setattr(os, "execve", lambda *call: kept.append(call))
    monkeypatch.setattr(os, "chdir", lambda _: None)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    return kept


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_page_is_started_on_the_loopback(started: list[tuple[str, list[str], dict[str, str]]], tmp_path: Path) -> None:
    port = free_port()
    ran = edumig("ui", "--port", str(port))
    assert (ran.code, ran.out) == (0, "")
    assert f"http://127.0.0.1:{port} " in ran.err
    ((program, arguments, environment),) = started
    assert Path(program).name == "dg"
    options = ["dev", "--workspace", str(ROOT / "workspace.yaml"), "--host", "127.0.0.1", "--port", str(port)]
    assert arguments == [program, *options]
    assert environment["DAGSTER_HOME"] == str(tmp_path / "home")
    assert (tmp_path / "home/dagster.yaml").read_bytes() == (ROOT / "instance.yaml").read_bytes()
    assert json.loads(edumig("ui", "--port", str(port), "--json").out) == {"address": f"http://127.0.0.1:{port}"}


def test_a_port_that_is_taken_is_said_to_be_so(started: list[tuple[str, list[str], dict[str, str]]]) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ran = edumig("ui", "--port", str(port))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"edumig: 127.0.0.1:{port} cannot be listened on: Address already in use; name another port with --port\n"
    assert started == []


def test_outside_a_checkout_it_says_what_is_needed(
    started: list[tuple[str, list[str], dict[str, str]]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(ui, "_PROJECT", tmp_path)
    ran = edumig("ui", "--port", str(free_port()))
    assert ran.code == 2
    assert "the page needs the project's own checkout" in ran.err
    assert started == []


def test_make_ui_starts_it_in_the_same_place() -> None:
    assert "$(BIN)/edumig ui" in (ROOT / "Makefile").read_text()
    assert isinstance(group.commands["ui"], click.Command)
