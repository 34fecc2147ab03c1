"""Files of the warehouse that were cut, emptied or deleted: the next refresh builds them anew, and says so.

Here: damage that sizes and names show. Not here: bytes that changed within a file, which no refresh looks for.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pipeline.conftest import Place
from tests.reliability import machines
from tests.reliability.states import everything, put, shown


def _cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _grow(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(b"\0" * 512)


DAMAGE: dict[str, Callable[[Path], None]] = {"cut": _cut, "empty": _empty, "gone": Path.unlink, "grown": _grow}
PUBLISHED = {
    "edumig.duckdb": DAMAGE,
    "findings.md": ("empty",),
    "report/index.html": ("gone",),
    "manifest.json": ("cut", "gone"),
    ".seal": ("empty", "gone"),
    ".file.seal": ("cut", "gone"),
    "parquet/codebook/all.parquet": DAMAGE,
    "parquet/observations/unesco_uis__2024-02.parquet": ("cut", "gone"),
}


def test_a_published_file_that_is_damaged_is_built_anew(published: Place) -> None:
    place, whole, files = published, shown(published.warehouse), everything(published.warehouse)
    for name, kinds in PUBLISHED.items():
        for kind in kinds:
            DAMAGE[kind](place.warehouse / ".current" / name)
            ran = place.refresh()
            assert (ran.code, ran.out.startswith("Built")) == (0, True), f"{name} is {kind}"
            assert shown(place.warehouse) == whole, f"{name} is {kind}"
            assert everything(place.warehouse) == files, f"{name} is {kind}"
    again = place.refresh()
    assert (again.code, again.err, again.out.startswith("Already up to date")) == (0, "", True)


@pytest.mark.parametrize("name", ["edumig.duckdb", "parquet/codebook/all.parquet"])
def test_what_is_built_anew_is_said(published: Place, name: str) -> None:
    place = published
    _cut(place.warehouse / ".current" / name)
    assert "built anew" in place.refresh().err


def test_a_file_that_nobody_built_goes_from_among_the_published(published: Place) -> None:
    place, whole, files = published, shown(published.warehouse), everything(published.warehouse)
    folder = place.warehouse / "parquet/observations"
    (folder / "copy.parquet").write_bytes(next(folder.glob("*2024*")).read_bytes())
    assert place.refresh().code == 0
    assert (shown(place.warehouse), everything(place.warehouse)) == (whole, files)


def test_what_a_client_wrote_into_the_published_file_does_not_stay(published: Place) -> None:
    place, whole = published, shown(published.warehouse)
    write = """
import duckdb, os, sys
db = duckdb.connect(sys.argv[1])
db.execute("DELETE FROM observations")
os._exit(0)
"""
    machines.run([sys.executable, "-c", write, str((place.warehouse / "edumig.duckdb").resolve())])
    assert place.ask("SELECT count(*) FROM observations") == [(0,)], "it is in the log beside the file"
    assert place.refresh().code == 0
    assert shown(place.warehouse) == whole


@pytest.mark.parametrize("damage", [_cut, Path.unlink])
def test_a_part_that_is_damaged_is_read_anew(published: Place, damage: Callable[[Path], None], tmp_path: Path) -> None:
    place = published
    part = next(place.warehouse.glob(".parts/unesco_uis/2024-02/*"))
    damage(part / "observations.parquet")
    put(place.raw, 1)
    ran = place.refresh()
    assert ran.code == 0
    assert "unesco_uis/2024-02 became are damaged or gone: it is read anew" in ran.err
    undisturbed = Place(place.raw, tmp_path / "undisturbed")
    undisturbed.refresh()
    assert shown(place.warehouse) == shown(undisturbed.warehouse)


def test_a_damaged_generation_is_not_published_again(published: Place) -> None:
    place, whole = published, shown(published.warehouse)
    put(place.raw, 1)
    place.refresh()
    _cut(place.warehouse / ".previous/parquet/claims/kz_article__2021.parquet")
    _empty(place.warehouse / ".previous/edumig.duckdb")
    put(place.raw, 0)
    assert place.refresh().code == 0
    assert shown(place.warehouse) == whole


def test_one_source_alone_is_not_published_over_a_state_that_cannot_be_told(published: Place) -> None:
    place, whole = published, shown(published.warehouse)
    _cut(place.warehouse / ".current/manifest.json")
    ran = place.refresh("--source", "unesco_uis")
    assert ran.code == 2
    assert "refresh without --source" in ran.err
    assert place.refresh().code == 0
    assert shown(place.warehouse) == whole


def test_one_source_alone_is_not_published_when_the_others_must_be_read_again(
    published: Place,
) -> None:
    place = published
    _empty(next(place.warehouse.glob(".parts/kz_article/2021/*/claims.parquet")))
    put(place.raw, 1)
    ran = place.refresh("--source", "unesco_uis")
    assert (ran.code, "kz_article/2021 must be read again: refresh without --source" in ran.err) == (2, True)
    assert place.refresh().code == 0
