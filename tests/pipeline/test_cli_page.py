"""docs/command-line.md: every example is run, and says what the command says."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from edumig_pipeline.cli import edumig
from tests.pipeline.conftest import ROOT

PAGE = (ROOT / "docs/command-line.md").read_text(encoding="utf-8")
LEFT_OUT = "…"


def examples() -> list[tuple[str, str]]:
    """Every command of the page, with what it is said to print."""
    blocks = re.findall(r"^```console\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    parts = [part for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [(command, said.strip()) for command, _, said in (part.partition("\n") for part in parts)]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, shipped_folder: Path) -> Path:
    """A folder with the shipped raw files, the shipped warehouse, and the command line."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "raw").symlink_to(ROOT / "raw")
    (folder / "warehouse").symlink_to(shipped_folder)
    program = folder / "bin/edumig"
    program.parent.mkdir()
    code = "import sys; from edumig_pipeline.cli import main; main(sys.argv[1:])"
    program.write_text(f"#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -c '{code}' \"$@\"\n", encoding="utf-8")
    program.chmod(0o755)
    return folder


def run(home: Path, command: str) -> str:
    """What a person sees who types the command, on a terminal of 100 characters."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("EDUMIG_")}
    environment |= {"PATH": f"{home / 'bin'}{os.pathsep}{environment['PATH']}", "COLUMNS": "100"}
    done = subprocess.run(
        command, shell=True, cwd=home, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.stdout.replace(str(home), "/home/me").strip()


def settled(text: str) -> str:
    """The text without what depends on the day: when the file was built, how the last run ended, whether a release is late."""
    text = re.sub(r"^(Built +)\d{4}-\d\d-\d\d \d\d:\d\d", r"\1some day", text, flags=re.MULTILINE)
    text = re.sub(r"^Last run +.*$", "Last run", text, flags=re.MULTILINE)
    return re.sub(r" (in time|late)$", " late or in time", text, flags=re.MULTILINE)


@pytest.mark.parametrize(("command", "said"), examples(), ids=[command for command, _ in examples()])
def test_an_example_says_what_the_command_says(home: Path, command: str, said: str) -> None:
    shown = settled(run(home, command))
    if LEFT_OUT in said.splitlines():
        begin, _, end = settled(said).partition(f"\n{LEFT_OUT}")
        assert shown.startswith(begin)
        assert shown.endswith(end)
        assert len(shown) > len(said)
    else:
        assert shown == settled(said)


def test_an_example_that_is_no_longer_true_is_found(home: Path) -> None:
    command, said = examples()[0]
    assert settled(run(home, command)) != settled(said.replace("88,010", "88,011"))


def test_every_command_is_on_the_page() -> None:
    assert [name for name in edumig.commands if f"edumig {name}" not in PAGE] == []


def test_every_option_that_the_page_names_is_known() -> None:
    known = {option for command in edumig.commands.values() for one in command.params for option in one.opts}
    assert {option for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", PAGE) if option != "--help"} <= known
