"""Whether two warehouses are the same, and warehouses built of the same raw files under conditions that must not matter.

Run as a module it builds one under each condition and says what it found: `python -m tests.reliability.sameness`.

Belongs here: building and comparing. Does not belong here: the files (`figures`), or what must hold (`test_determinism`).
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl

from tests.reliability.figures import write_raw

ROOT = Path(__file__).parents[2]

# What tells of a build and not of its inputs.
OF_THE_BUILD = ("runs", "run_inputs")

_LONG_AGO = 1_000_000_000  # 9 September 2001

# What DuckDB knows of a file beside its rows.
_SAID = {
    "tables": "schema_name, table_name, comment, sql",
    "views": "schema_name, view_name, comment, sql",
    "columns": "table_name, column_index, column_name, data_type, is_nullable, column_default, comment",
    "functions": "function_name, parameters, macro_definition",
}


@dataclass(frozen=True)
class Condition:
    """What differs about a build: `how` for `under`, environment, umask, what the command is started by."""

    name: str
    how: Mapping[str, int] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    umask: int = 0o022
    started_by: tuple[str, ...] = ()
    backwards: bool = False  # the raw files come into being in the opposite order


_ONE = dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "NUMEXPR_MAX_THREADS"), "1")
_EIGHT = dict.fromkeys(_ONE, "8")
AS_USUAL = Condition("two threads", {"threads": 2}, {"PYTHONHASHSEED": "0", "TZ": "UTC"})
OTHERS = (
    Condition(
        "one thread on one core, TZ Kiritimati, LANG C, umask 077, other hash seed",
        {"threads": 1},
        {**_ONE, "TZ": "Pacific/Kiritimati", "LANG": "C", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
        umask=0o077,
        started_by=("taskset", "--cpu-list", "0"),
    ),
    Condition(
        "eight threads, folders listed in another order, files written backwards, TZ Los Angeles, Turkish, another user",
        {"threads": 8, "listing": 7},
        {**_EIGHT, "TZ": "America/Los_Angeles", "LANG": "tr_TR.UTF-8", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "4711"},
        started_by=("unshare", "--user"),
        backwards=True,
    ),
)


def raw_files(raw: Path, condition: Condition) -> int:
    """Some 400,000 made-up rows, and the files the repository ships, in a new folder; how many rows were made up.

    Under another condition than the usual all of them were written on another day.
    """
    shutil.copytree(ROOT / "raw", raw, ignore=shutil.ignore_patterns("unesco_uis", ".fetch"))
    rows = write_raw(raw, backwards=condition.backwards)
    if condition is not AS_USUAL:
        for file in raw.rglob("*.*"):
            os.utime(file, (_LONG_AGO, _LONG_AGO))
    return rows


def build(raw: Path, warehouse: Path, condition: Condition, *options: str) -> None:
    """Refresh `warehouse` from `raw` under a condition; AssertionError when that fails."""
    command = [sys.executable, "-m", "tests.reliability.under", json.dumps(condition.how)]
    done = subprocess.run(
        [*_startable(condition.started_by), *command, "refresh", "--raw", str(raw), "--warehouse", str(warehouse), *options],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **condition.environment},
        umask=condition.umask,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


def _startable(command: tuple[str, ...]) -> tuple[str, ...]:
    """The command, where this machine lets one start another by it."""
    works = (
        command
        and shutil.which(command[0])
        and not subprocess.run([*command, "true"], capture_output=True, check=False).returncode
    )
    return command if works else ()


def contents(warehouse: Path) -> dict[str, str]:
    """A digest of everything a warehouse holds, by name: Parquet files byte by byte, each table's rows in order, its DDL.

    Of `latest_observations`, which goes by the day it is asked on, the definition alone.
    """
    found = {}
    for file in sorted((warehouse / "parquet").resolve().rglob("*.parquet")):
        if file.parent.name not in OF_THE_BUILD:
            found[f"parquet/{file.parent.name}/{file.name}"] = _digest(file.read_bytes())
    for name in ("findings.md", "report/index.html"):
        found[name] = _digest((warehouse / name).read_bytes())
    with duckdb.connect(str((warehouse / "edumig.duckdb").resolve()), read_only=True) as db:
        db.execute("SET enable_progress_bar = false")
        for (name,) in db.execute("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall():
            if name not in OF_THE_BUILD:
                rows = pl.DataFrame(pl.from_arrow(db.table(name).to_arrow_table()))
                found[f"rows of {name}"] = _digest(rows.hash_rows().to_numpy().tobytes() + str(rows.schema).encode())
        for kind, columns in _SAID.items():
            said = db.execute(f"SELECT {columns} FROM duckdb_{kind}() WHERE NOT internal ORDER BY ALL").fetchall()
            assert said, kind
            found[f"what DuckDB says of its {kind}"] = _digest(repr(said).encode())
    return found


def differing(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """The names of what is not the same in both."""
    return sorted(name for name in one.keys() | other.keys() if one.get(name) != other.get(name))


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def main() -> None:
    """Build under every condition and print how many digests there are and how many differ."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        raw = {condition.name: place / str(n) / "raw" for n, condition in enumerate((AS_USUAL, *OTHERS))}
        found = {}
        for condition in (AS_USUAL, *OTHERS):
            rows = raw_files(raw[condition.name], condition)
            build(raw[condition.name], raw[condition.name].with_name("warehouse"), condition)
            found[condition.name] = contents(raw[condition.name].with_name("warehouse"))
            apart = differing(found[AS_USUAL.name], found[condition.name])
            made = f"{rows:,} rows made up, {len(found[condition.name])} digests, {len(apart)} differ"
            sys.stdout.write(f"{condition.name}: {made} {' '.join(apart)}\n")


if __name__ == "__main__":
    main()
