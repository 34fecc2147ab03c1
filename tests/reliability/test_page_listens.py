"""Where Dagster's page listens: on the loopback unless told otherwise; started for real, the sockets looked at.

Here: `edumig ui` and `make ui`. Not here: the units and the compose file (`pipeline/test_deploy`).
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.pipeline.conftest import ROOT, edumig

_LISTENING = "0A"  # as /proc/net/tcp writes that state
_DEADLINE = 240  # seconds; it takes ten where nobody else works


@contextmanager
def started(home: Path, *options: str) -> Iterator[int]:
    """The page as `edumig ui` starts it, answering; its process."""
    program = "import sys; from edumig_pipeline.cli import main; main(['ui', *sys.argv[1:]])"
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("EDUMIG_", "DAGSTER_"))}
    environment = inherited | {"DAGSTER_HOME": str(home), "EDUMIG_WAREHOUSE": str(home / "warehouse"), "PYTHONPATH": str(ROOT)}
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", program, *options],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=20)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def listening(pid: int) -> set[tuple[str, int]]:
    """The addresses and ports that a process and all it started listen on, as the kernel has them."""
    inodes = {inode for one in session(pid) for inode in sockets(one)}
    found = set()
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTENING and fields[9] in inodes:
                address, port = fields[1].split(":")
                # Words of 32 bits in the machine's own order of bytes.
                words = [bytes.fromhex(address[i : i + 8])[::-1] for i in range(0, len(address), 8)]
                found.add((socket.inet_ntop(family, b"".join(words)), int(port, 16)))
    return found


def session(pid: int) -> list[int]:
    """The processes of the session that a process leads."""
    own = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int((folder / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[3]) == pid:
                own.append(int(folder.name))
    return own


def sockets(pid: int) -> set[str]:
    """The inodes of the sockets that a process has open."""
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").glob("*"):
        with suppress(OSError):
            if name := re.fullmatch(r"socket:\[(\d+)\]", str(descriptor.readlink())):
                found.add(name[1])
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def when_it_listens(pid: int, port: int, log: Path) -> set[tuple[str, int]]:
    """Where it listens once the page is there."""
    deadline = time.monotonic() + _DEADLINE
    while True:
        found = listening(pid)
        if port in {number for _, number in found}:
            return found
        assert session(pid), log.read_text(encoding="utf-8")
        assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
        time.sleep(0.5)


needs_proc = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="this system has no /proc/net/tcp to look at")


@needs_proc
def test_the_page_is_for_this_machine_alone(tmp_path: Path) -> None:
    port = free_port()
    with started(tmp_path, "--port", str(port)) as pid:
        found = when_it_listens(pid, port, tmp_path / "log")
    assert ("127.0.0.1", port) in found
    assert {ip for ip, _ in found if not (ip.startswith("127.") or ip in ("::1", "::ffff:127.0.0.1"))} == set()


def test_it_is_for_others_where_somebody_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told: list[list[str]] = []
    monkeypatch.setattr(os, "execve", lambda _, command, __: told.append(command))
    monkeypatch.setattr(os, "chdir", lambda _: None)
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "home"))
    port = str(free_port())
    for options in ((), ("--host", "0.0.0.0")):
        assert edumig("ui", "--port", port, *options).code == 0
    assert [command[command.index("--host") + 1] for command in told] == ["127.0.0.1", "0.0.0.0"]


@needs_proc
def test_a_socket_that_is_open_to_all_would_be_seen() -> None:
    with socket.create_server(("0.0.0.0", 0)) as open_to_all, socket.create_server(("127.0.0.1", 0)) as own:
        assert len(sockets(os.getpid())) >= 2
        found = listening(os.getsid(0))
        assert ("0.0.0.0", open_to_all.getsockname()[1]) in found
        assert ("127.0.0.1", own.getsockname()[1]) in found


def test_make_ui_starts_it_the_same_way() -> None:
    recipe = re.findall(r"^ui:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(recipe) == 1
    assert re.search(r"\$\(BIN\)/edumig ui$", recipe[0].strip())
