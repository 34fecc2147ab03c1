"""Raw files that somebody writes to while a refresh reads them: nothing of them is published until they stand still.

Here: files that change, grow, are replaced or go, at each point. Not here: files that cannot be read (`test_shut_folders`).
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from edumig_pipeline.ingest import checksum
from edumig_pipeline.ingest.landing import land_release
from tests.pipeline.conftest import Place, Ran
from tests.reliability.states import put, shown, untouched

NAME = "unesco_uis/2025-02/data.csv"


@pytest.fixture
def moved(published: Place) -> tuple[Place, Path]:
    """A warehouse of state 0, raw files of state 1, and the one of them that somebody will write to."""
    put(published.raw, 1)
    return published, published.raw / NAME


def append(path: Path) -> None:
    with path.open("a", encoding="utf-8") as stream:
        stream.write("26637,NAM,2019,1,,\n")


def change_in_place(path: Path) -> None:
    """Another digit, the same size, and the time of writing set back."""
    said = path.stat()
    content = path.read_bytes()
    path.write_bytes(content[:-4] + b"9" + content[-3:])
    os.utime(path, ns=(said.st_atime_ns, said.st_mtime_ns))


def put_another_in_place(path: Path) -> None:
    fresh = path.with_name(".fresh")
    fresh.write_bytes(path.read_bytes() + b"26637,NAM,2019,1,,\n")
    fresh.replace(path)


MOVES = [append, change_in_place, put_another_in_place, Path.unlink]


def refused(place: Place, before: dict[str, str]) -> Ran:
    """A refresh that must end with 2, name the file, and leave the warehouse as it was."""
    ran = place.refresh()
    assert ran.code == 2
    assert ran.complaints == (
        f"edumig: nothing was published: {NAME} changed while it was being read; "
        "refresh again when whatever writes it is done; what is published is as it was\n"
    )
    after = untouched(place.warehouse)
    assert {name: digest for name, digest in after.items() if not name.startswith(".parts/unesco_uis/2025-02")} == before
    assert not list(place.warehouse.glob(".parts/unesco_uis/2025-02/*")), "no part is kept"
    return ran


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("when", ["before its rows are read", "after its rows were read"])
def test_a_file_that_moves_after_its_checksum_was_taken(
    moved: tuple[Place, Path], monkeypatch: pytest.MonkeyPatch, move: Callable[[Path], None], when: str
) -> None:
    place, path = moved
    before = untouched(place.warehouse)

    def land(*arguments: object) -> None:
        if when.startswith("before"):
            move(path)
        land_release(*arguments)  # type: ignore[arg-type]
        if when.startswith("after"):
            move(path)

    with monkeypatch.context() as patched:
        patched.setattr("edumig_pipeline.refresh.land_release", land)
        refused(place, before)
    assert place.refresh().code == 0, "it stands still now"


def test_a_file_that_grows_while_its_checksum_is_taken(moved: tuple[Place, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    place, path = moved
    before = untouched(place.warehouse)
    really_read = checksum._read

    def read(read_path: Path) -> checksum.Checksum:
        taken = really_read(read_path)
        if read_path == path:
            append(path)
        return taken

    with monkeypatch.context() as patched:
        patched.setattr(checksum, "_read", read)
        refused(place, before)
    assert place.refresh().code == 0


def test_a_file_that_is_written_anew_with_the_same_bytes_is_no_obstacle(
    moved: tuple[Place, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    place, path = moved

    def land(*arguments: object) -> None:
        path.write_bytes(path.read_bytes())
        os.utime(path)
        land_release(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("edumig_pipeline.refresh.land_release", land)
    assert place.refresh().code == 0


def test_a_file_that_goes_before_it_is_read_is_named(moved: tuple[Place, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    place, path = moved

    def take(taken_path: Path, raw_file: str) -> checksum.Checksum:
        if taken_path == path:
            path.unlink()
        return checksum.checksum(taken_path, raw_file)

    monkeypatch.setattr("edumig_pipeline.ingest.inventory.checksum", take)
    ran = place.refresh()
    assert ran.code == 1
    assert f"refused: {NAME}: readable: the file cannot be read: No such file or directory" in ran.err
    assert place.ask("SELECT DISTINCT release FROM observations WHERE source = 'unesco_uis'") == [("2024-02",)]


def test_a_file_that_a_process_keeps_writing_to(moved: tuple[Place, Path]) -> None:
    place, path = moved
    before, old = untouched(place.warehouse), shown(place.warehouse)
    code = """
import sys, time
with open(sys.argv[1], "a") as stream:
    while True:
        stream.write("26637,NAM,2019,1,,\\n")
        stream.flush()
        time.sleep(0.001)
"""
    with subprocess.Popen([sys.executable, "-c", code, str(path)]) as writer:
        size = path.stat().st_size
        while path.stat().st_size == size:
            time.sleep(0.01)
        try:
            refused(place, before)
        finally:
            writer.kill()
    assert shown(place.warehouse) == old
    assert place.refresh().code == 0
