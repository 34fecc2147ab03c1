"""Folders and files that may not be written to, or not be read: what is said, and that the old warehouse is untouched.

Here: modes, mounts, and files where folders should be. Not here: a disk without room (`test_full_disk`).
"""

from collections.abc import Iterator

import pytest

from tests.pipeline.conftest import Place
from tests.reliability import machines
from tests.reliability.states import put, untouched

OLD, NEW = "unesco_uis/2024-02", "unesco_uis/2025-02"


@pytest.fixture
def due(published: Place) -> Iterator[Place]:
    """A warehouse of state 0 and raw files of state 1; modes are set back at the end, so that folders can be removed."""
    place = published
    put(place.raw, 1)
    yield place
    for folder in (place.raw, place.warehouse):
        folder.chmod(0o755)
        for path in folder.rglob("*"):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o755)


def nothing_is_published(place: Place, said: str, *before: str) -> None:
    old = untouched(place.warehouse)
    ran = machines.refresh(place, *before)
    assert ran.code == 2
    assert ran.complaints.startswith(f"edumig: nothing was published: {said}"), ran.complaints
    assert ran.complaints.endswith("; what is published is as it was\n")
    assert ran.complaints.count("\n") == 1
    assert untouched(place.warehouse) == old


def test_a_warehouse_whose_modes_forbid_writing(due: Place) -> None:
    warehouse = due.warehouse
    for path in (warehouse, *warehouse.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o222)
    nothing_is_published(due, f"Permission denied ({warehouse}/.lock)", *machines.unprivileged())


def test_a_warehouse_on_a_file_system_that_is_mounted_for_reading(due: Place) -> None:
    mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    before = [*machines.with_mounts(), "sh", "-c", mount, str(due.warehouse)]
    nothing_is_published(due, f"Read-only file system ({due.warehouse}/.lock)", *before)


def test_a_file_where_the_warehouse_should_be(due: Place) -> None:
    place = Place(due.raw, due.raw.parent / "file")
    place.warehouse.write_text("mine")
    ran = place.refresh()
    assert (ran.code, "a file is where a folder should be" in ran.err) == (2, True)
    assert place.warehouse.read_text() == "mine"


def test_folders_above_the_warehouse_are_made(due: Place) -> None:
    place = Place(due.raw, due.raw.parent / "new/deep/warehouse")
    assert place.refresh().code == 0


def test_a_folder_above_the_warehouse_that_may_not_be_made(due: Place) -> None:
    shut = due.raw.parent / "shut"
    shut.mkdir(0o555)
    ran = machines.refresh(Place(due.raw, shut / "deep/warehouse"), *machines.unprivileged())
    assert (ran.code, ran.complaints.count("\n")) == (2, 1)
    assert ran.complaints.startswith(f"edumig: nothing was published: Permission denied ({shut}/deep")


def test_a_raw_file_that_may_not_be_read_is_named_and_the_others_land(due: Place) -> None:
    (due.raw / NEW / "data.csv").chmod(0)
    ran = machines.refresh(due, *machines.unprivileged())
    assert ran.code == 1
    assert f"refused: {NEW}/data.csv: readable: the file cannot be read: Permission denied" in ran.err
    assert due.ask("SELECT DISTINCT release FROM observations WHERE source = 'unesco_uis'") == [("2024-02",)]


def test_a_release_that_may_not_be_listed_is_named_and_the_others_land(due: Place) -> None:
    (due.raw / NEW).chmod(0)
    ran = machines.refresh(due, *machines.unprivileged())
    assert ran.code == 1
    assert f"refused: {NEW}: readable" in ran.err
    assert due.ask("SELECT DISTINCT release FROM observations WHERE source = 'unesco_uis'") == [("2024-02",)]


@pytest.mark.parametrize("folder", [".", "unesco_uis"])
def test_a_raw_folder_or_a_source_that_may_not_be_listed(due: Place, folder: str) -> None:
    shut = due.raw / folder
    shut.chmod(0)
    nothing_is_published(due, f"Permission denied ({shut})", *machines.unprivileged())
