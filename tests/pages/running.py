"""Running what a page of documentation tells its readers to run, and what it should say came out.

A fenced block is run by its language: `sh` by bash, `python` in one process per page, `sql` on the warehouse. What it printed
is the block ```text that follows it, if one does; every `sql` block is followed by its answer as a table, between two comments.
A block with a file's name behind its language is that file. All happens in a folder of the page's own, which looks like the
checkout; what it writes there is gone afterwards.

Run as a module it renews what came out, in the pages named: `python -m tests.pages.running docs/tutorial.md`.

Belongs here: the mechanism. Does not belong here: which pages, and what on them is not run (`test_pages`).
"""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from edumig_pipeline.defs.markdown import markdown_table

ROOT = Path(__file__).parents[2]
LANGUAGES = ("sh", "sql", "python", "r")
_FENCE = re.compile(
    r"^```(?P<language>[a-z]+)(?: (?P<file>\S+))?\n(?P<text>.*?)^```$"
    r"(?:\n\n```text\n(?P<printed>.*?)^```$)?"
    r"(?:\n\n<!-- answer -->\n(?P<answer>.*?)<!-- end of answer -->)?",
    re.MULTILINE | re.DOTALL,
)
# What is another at every run.
_VOLATILE = re.compile(r"\b[0-9a-f]{32}\b|\b\d{4}-\d\d-\d\d \d\d:\d\d UTC\b|/tmp/\S+")
_LEFT = (
    ".git",
    ".venv",
    ".*_cache",
    ".dagster",
    ".fetch",
    ".hypothesis",
    "__pycache__",
    "edumig.duckdb",
    "parquet",
    ".current",
    ".generations",
    ".parts",
    ".runs",
)


@dataclass(frozen=True)
class Block:
    """A fenced block: what it is, and what the page says it prints or answers, if it does."""

    language: str
    file: str | None
    text: str
    printed: str | None
    answer: str | None

    @property
    def title(self) -> str:
        """Its first line, by which it is known."""
        return self.text.strip().splitlines()[0] if self.text.strip() else ""


def blocks(page: str) -> list[Block]:
    """The blocks of a page, in order."""
    return [_block(found) for found in _FENCE.finditer(page) if found["language"] != "text"]


def _block(found: re.Match[str]) -> Block:
    return Block(found["language"], found["file"], found["text"], found["printed"], found["answer"])


def settled(text: str) -> str:
    """The text without what is another at every run."""
    return _VOLATILE.sub("…", text)


def _left(place: str, names: list[str]) -> set[str]:
    """What is left out of a folder: what a page's commands make themselves, the warehouse somebody built here before too."""
    left = shutil.ignore_patterns(*_LEFT)(place, names)
    return left | ({*names} - {"README.md"} if Path(place) == ROOT / "warehouse" else set())


class Place:
    """A folder that looks like the checkout, with a warehouse of its own, for the commands of one page."""

    def __init__(self, folder: Path, warehouse: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT, folder, ignore=_left, dirs_exist_ok=True)
        (folder / ".venv").symlink_to(ROOT / ".venv")
        shutil.copytree(warehouse, folder / "warehouse", symlinks=True, dirs_exist_ok=True)
        programs = folder / ".programs"
        programs.mkdir()
        command = programs / "edumig"
        main_ = "from edumig_pipeline.cli import main; main()"
        command.write_text(f'#!/bin/sh\nexec {sys.executable} -c "{main_}" "$@"\n', encoding="utf-8")
        command.chmod(0o755)
        self._names: dict[str, object] = {"__name__": "__main__"}

    def run(self, block: Block) -> str:
        """What a block prints, or answers; AssertionError when it fails, unless the page shows how it fails."""
        if block.file:
            target = self.folder / block.file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
            return ""
        return {"sh": self._sh, "sql": self._sql, "python": self._python}[block.language](block)

    def _sh(self, block: Block) -> str:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("EDUMIG_", "DAGSTER_"))}
        path = f"{self.folder / '.programs'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        own = {"PATH": path, "PYTHONPATH": str(self.folder), "HOME": str(self.folder / "home"), "COLUMNS": "120"}
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", block.text],
            cwd=self.folder,
            # Set-up is not for a test: make finds everything ready.
            env={**inherited, **own, "MAKEFLAGS": "--silent -- READY="},
            capture_output=True,
            text=True,
            check=False,
        )
        # A page that shows what a command says shows also how it refuses: then that is compared, and nothing hides a crash.
        assert done.returncode == 0 or block.printed is not None, f"{block.text}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr, done.stderr
        return (done.stdout if done.returncode == 0 else done.stderr).replace(str(self.folder), "…")

    def _sql(self, block: Block) -> str:
        with duckdb.connect(str((self.folder / "warehouse/edumig.duckdb").resolve()), read_only=True) as db:
            found = pl.DataFrame(pl.from_arrow(db.sql(block.text).to_arrow_table()))
        return markdown_table(found, longest=400) if found.height else "No row."

    def _python(self, block: Block) -> str:
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.chdir(self.folder):
            exec(compile(block.text, block.title, "exec"), self._names)
        return out.getvalue()


def renewed(page: str, run: Callable[[Block], str | None]) -> str:
    """The page with what its blocks print and answer now; `run` gives None for a block that is not run."""

    def again(found: re.Match[str]) -> str:
        whole, block = found[0], _block(found)
        if block.language not in LANGUAGES and not block.file:
            return whole
        out = run(block)
        if out is None:
            return whole
        if block.language == "sql":
            fence = whole.partition("\n\n<!-- answer -->")[0]
            return f"{fence}\n\n<!-- answer -->\n{out}\n<!-- end of answer -->"
        if block.printed is not None and settled(block.printed) != settled(out):
            return whole.replace(f"```text\n{block.printed}```", f"```text\n{out}```")
        return whole

    return _FENCE.sub(again, page)


@contextlib.contextmanager
def shipped() -> Iterator[Path]:
    """A warehouse of the raw files that the repository ships."""
    from edumig_pipeline.refresh import refresh

    with tempfile.TemporaryDirectory() as folder:
        refresh(ROOT / "raw", Path(folder))
        yield Path(folder)


def main(pages: list[str]) -> None:
    """Renew the pages in place."""
    from tests.pages.test_pages import run_page

    with shipped() as warehouse:
        for name in pages:
            with tempfile.TemporaryDirectory() as folder:
                new = run_page(name, Path(folder), warehouse)
            (ROOT / name).write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
