"""What the pipeline tests share: running `edumig` as a user does, and asking the published file."""

import contextlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from edumig_pipeline.cli import main

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def complaints(self) -> str:
        """Standard error without the lines that say how a refresh goes on."""
        lines = self.err.splitlines(keepends=True)
        return "".join(line for line in lines if not line.startswith(("reading ", "landed ", "deriving ", "building ")))


@dataclass(frozen=True)
class Place:
    """A raw folder and a warehouse folder of a test."""

    raw: Path
    warehouse: Path

    def put(self, path: str, content: str | bytes) -> Path:
        """Write a raw file."""
        target = self.raw / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        return target

    def refresh(self, *options: str) -> Ran:
        """Run `edumig refresh` on the two folders."""
        return edumig("refresh", "--raw", str(self.raw), "--warehouse", str(self.warehouse), *options)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the published file."""
        return ask(self.warehouse / "edumig.duckdb", query)


def edumig(*arguments: str) -> Ran:
    """Run the command line in this process."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(arguments)
        except SystemExit as exit_:
            code = int(exit_.code or 0)
    return Ran(code, out.getvalue(), err.getvalue())


def ask(database: Path, query: str) -> list[tuple[Any, ...]]:
    """All rows of a query on a published file, opened as a user opens it."""
    with duckdb.connect(str(database.resolve()), read_only=True) as db:
        return db.execute(query).fetchall()


@pytest.fixture(autouse=True)
def nobody_reads_on_a_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Output is not folded, whatever terminal the tests run in; those that want it folded say so."""
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Empty folders for raw files and a warehouse."""
    (tmp_path / "raw").mkdir()
    return Place(tmp_path / "raw", tmp_path / "warehouse")


@pytest.fixture(scope="session")
def shipped_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse folder of the raw files this repository ships."""
    folder = tmp_path_factory.mktemp("shipped")
    ran = edumig("refresh", "--raw", str(ROOT / "raw"), "--warehouse", str(folder))
    assert (ran.code, ran.complaints) == (0, "")
    return folder


@pytest.fixture(scope="session")
def shipped(shipped_folder: Path) -> Callable[[str], list[tuple[Any, ...]]]:
    """The warehouse of the raw files this repository ships; call it with a query."""
    return lambda query: ask(shipped_folder / "edumig.duckdb", query)


def uis(rows: Sequence[str], header: str = "indicatorId,geoUnit,year,value,qualifier,magnitude") -> str:
    """A file of the UIS Data Browser with these records."""
    return "\n".join([header, *rows]) + "\n"
