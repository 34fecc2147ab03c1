"""A small raw folder in several states, and what a warehouse shows of one: its tables, its Parquet's bytes, all its files.

Here: what trials are made of and compared by. Not here: any trial.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from edumig_pipeline.model.catalogue import TABLES
from tests.pipeline.conftest import ROOT, uis

STATES = 4
# Tables that tell when something ran; all others follow from the raw files and the code.
_TOLD_BY_CLOCKS = ("runs", "run_inputs")
_STORED = tuple(declared.name for declared in TABLES if not declared.is_view and declared.name not in _TOLD_BY_CLOCKS)
_AREAS = ("KAZ", "KGZ", "UZB", "RUS", "CHN", "TUR", "DEU", "FRA")


def put(raw: Path, state: int) -> None:
    """Make `raw` what it is in that state: every state has values, counts and a release that no other has.

    Two releases of the UIS, of which the newer one changes, and the article, which stays.
    """
    shutil.rmtree(raw, ignore_errors=True)
    shutil.copytree(ROOT / "raw/kz_article/2021", raw / "kz_article/2021")
    _put(raw / "unesco_uis/2024-02/data.csv", uis([*_rows(2017, 1), *_rows(2018, 2)]))
    _put(raw / f"unesco_uis/2025-0{state + 1}/data.csv", uis([*_rows(2018, 10 + state), *_rows(2019, 20)[: 4 + state]]))


def _rows(year: int, factor: int) -> list[str]:
    """Students from abroad and abroad."""
    inbound = [f"26637,{area},{year},{1000 * number * factor},," for number, area in enumerate(_AREAS, 1)]
    return [*inbound, *(f"OE.5T8.40510,{area},{year},{500 * number * factor},," for number, area in enumerate(_AREAS, 1))]


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class Shown:
    """What a warehouse shows, as digests: of the tables of its DuckDB file, and of the bytes of its Parquet files, by name."""

    tables: frozenset[tuple[str, str]]
    parquet: frozenset[tuple[str, str]]


def shown(folder: Path) -> Shown:
    """What is published in a warehouse, read as users read it; raises what they would be told."""
    with duckdb.connect(str(folder / "edumig.duckdb"), read_only=True) as db:
        tables = {name: str(db.execute(f"SELECT count(*), sum(hash(t)) FROM {name} AS t").fetchone()) for name in _STORED}
    files = sorted(path for path in (folder / "parquet").resolve().rglob("*.parquet") if path.parent.name not in _TOLD_BY_CLOCKS)
    bytes_of = {path.relative_to(path.parents[1]).as_posix(): _digest(path) for path in files}
    with duckdb.connect() as db:  # whole, not only of the right bytes
        for name in _STORED:
            db.execute(f"SELECT count(*) FROM read_parquet('{folder}/parquet/{name}/*.parquet')")
    return Shown(frozenset(tables.items()), frozenset(bytes_of.items()))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def everything(folder: Path) -> list[str]:
    """Every file, folder and link below a folder, links with what they point to; of the journal of runs only that it is there."""
    return sorted(name for name in _names(folder) if not name.startswith(".runs/"))


def _names(folder: Path) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = Path(place, name)
            said = path.relative_to(folder).as_posix()
            yield f"{said} -> {path.readlink()}" if path.is_symlink() else said


def untouched(folder: Path) -> dict[str, str]:
    """Every file and link below a folder with its digest, but for who has the lock."""
    names = {said.partition(" -> ")[0]: said for said in everything(folder)}
    files = {said: folder / name for name, said in names.items() if name != ".lock"}
    return {said: _digest(path) if path.is_file() and not path.is_symlink() else "" for said, path in files.items()}
