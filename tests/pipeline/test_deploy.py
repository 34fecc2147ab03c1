"""deploy/: that the units and the compose file start programs that are there, as those take it, for this machine alone."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from tests.browser.conftest import WEB_SERVER, WEB_SERVER_AND_DAEMON
from tests.pipeline.conftest import ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted(path.name for path in DEPLOY.glob("*.service"))
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DAEMON = ("dagster-daemon", "run", "--workspace", "workspace.yaml")
OPT, STATE = "/opt/edumig/", "/var/lib/edumig"


def settings(unit: str) -> dict[str, list[str]]:
    """What a unit says, by name, in order."""
    said: dict[str, list[str]] = {}
    for line in (DEPLOY / unit).read_text(encoding="utf-8").splitlines():
        if found := re.fullmatch(r"([A-Za-z]+)=(.*)", line):
            said.setdefault(found[1], []).append(found[2])
    return said


def commands() -> dict[str, list[str]]:
    """The command line of each unit and service, without the folder the project lies in."""
    units = {unit: shlex.split(settings(unit)["ExecStart"][0].replace(OPT, "")) for unit in UNITS}
    return units | {f"compose {name}": list(service["command"]) for name, service in SERVICES.items()}


def test_there_is_a_unit_for_each_and_one_for_both() -> None:
    assert UNITS == ["edumig-daemon.service", "edumig-web.service", "edumig.service"]
    assert set(SERVICES) == {"daemon", "web", "dev"}
    assert [name for name, service in SERVICES.items() if "profiles" in service] == ["dev"], "the two are what is started"


@pytest.mark.parametrize("name", commands())
def test_a_command_is_one_that_runs_here(name: str) -> None:
    program, *rest = (word.removeprefix(".venv/bin/").removeprefix(OPT) for word in commands()[name])
    # The same command lines as those of the tests that start a server, but for where it listens.
    tested = [DAEMON, WEB_SERVER, WEB_SERVER_AND_DAEMON]
    assert sum((program, *rest)[: len(command)] == command for command in tested) == 1
    # A program complains of the first option that it does not know, and starts nothing.
    command = [str(Path(sys.executable).with_name(program)), *rest, "--no-such-option"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 2
    assert "No such option '--no-such-option'" in done.stderr


@pytest.mark.parametrize("name", [name for name in commands() if "daemon" not in name])
def test_the_page_is_for_this_machine_alone(name: str) -> None:
    command = commands()[name]
    host, port = (command[command.index(option) + 1] for option in ("--host", "--port"))
    if name in UNITS:
        assert (host, port) == ("127.0.0.1", "3000")
    else:
        assert (host, port) == ("0.0.0.0", "3000")
        assert SERVICES[name.removeprefix("compose ")]["ports"] == ["127.0.0.1:3000:3000"]


@pytest.mark.parametrize("unit", UNITS)
def test_units_share_folders_that_they_may_write_and_take_secrets_from_a_file(unit: str) -> None:
    said = settings(unit)
    assert said["Environment"] == [
        f"DAGSTER_HOME={STATE}/dagster",
        f"EDUMIG_RAW={STATE}/raw",
        f"EDUMIG_WAREHOUSE={STATE}/warehouse",
    ]
    assert said["StateDirectory"] == ["edumig edumig/dagster edumig/raw edumig/warehouse"]
    assert (said["ProtectSystem"], said["NoNewPrivileges"]) == (["strict"], ["yes"])
    assert said["EnvironmentFile"] == ["-/etc/edumig/environment"]
    assert (said["WorkingDirectory"], said["User"]) == (["/opt/edumig"], ["edumig"])
    copied = [line for line in said.get("ExecStartPre", ()) if "instance.yaml" in line]
    if unit == "edumig-web.service":
        assert copied == []
        assert "edumig-daemon.service" in said["After"], "which puts the configuration in place"
    else:
        assert copied == [f"/usr/bin/install -m 0644 /opt/edumig/instance.yaml {STATE}/dagster/dagster.yaml"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
@pytest.mark.parametrize("unit", UNITS)
def test_systemd_takes_a_unit(unit: str, tmp_path: Path) -> None:
    for name in UNITS:  # they name one another
        text = (DEPLOY / name).read_text(encoding="utf-8").replace(f"{OPT}.venv/bin", str(Path(sys.executable).parent))
        (tmp_path / name).write_text(text, encoding="utf-8")
    verify = ["systemd-analyze", "verify", "--recursive-errors=no", str(tmp_path / unit)]
    done = subprocess.run(verify, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_containers_share_their_folders_and_configuration() -> None:
    for service in SERVICES.values():
        assert service["volumes"] == SERVICES["web"]["volumes"]
        assert "../instance.yaml:/data/dagster/dagster.yaml:ro" in service["volumes"]
        named = [volume.partition(":")[0] for volume in service["volumes"] if not volume.startswith("..")]
        assert set(named) == set(COMPOSE["volumes"])
        assert (DEPLOY / service["build"]["context"]).resolve() == ROOT
        assert (ROOT / service["build"]["dockerfile"]).is_file()
        assert service["environment"] == {"DTM_SUBSCRIPTION_KEY": None, "EDUMIG_ALERT_WEBHOOK": None}, (
            "passed on, never written down"
        )


def test_the_image_is_made_of_what_is_locked_and_names_no_host() -> None:
    lines = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    assert re.findall(r"^FROM (\S+)", lines, re.MULTILINE) == ["python:3.12-slim"]
    assert "--require-hashes --requirement requirements.lock" in lines
    assert "://" not in lines
    assert "index" not in lines
    copied = [word for line in re.findall(r"^COPY (?:--\S+ )?(.*)", lines, re.MULTILINE) for word in line.split()[:-1]]
    assert [path for path in copied if not (ROOT / path).exists()] == []
    assert "DAGSTER_HOME=/data/dagster EDUMIG_RAW=/data/raw EDUMIG_WAREHOUSE=/data/warehouse" in lines


def test_the_page_on_operations_shows_what_is_there() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (unit,) = re.findall(r"^```ini\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    told = (DEPLOY / "edumig-daemon.service").read_text(encoding="utf-8").splitlines()
    assert [line for line in unit.splitlines() if line not in told] == []
    (services,) = re.findall(r"^```yaml\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    for name, shown in yaml.safe_load(services)["services"].items():
        assert shown.items() <= SERVICES[name].items()
