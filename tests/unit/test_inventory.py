"""What lies under raw/ is found, dated and checked against its manifest, whatever state a folder is in.

Here: releases, their dates, checksums and faults, and files that lie elsewhere. Not here: the rows in the files.
"""

import hashlib
import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO, Literal

import pytest

from edumig_pipeline.ingest.inventory import FoundFile, FoundRelease, Inventory, take_inventory

CONTENT = b"a,b\n1,2\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def put(raw: Path, name: str, content: bytes | str = CONTENT) -> Path:
    path = raw / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def only_release(raw: Path) -> FoundRelease:
    (release,) = take_inventory(raw).releases
    return release


def only_file(raw: Path) -> FoundFile:
    (file,) = only_release(raw).files
    return file


def names(inventory: Inventory) -> list[str]:
    return [file.raw_file for release in inventory.releases for file in release.files]


def written_on(path: Path, day: str) -> None:
    """Let the file have been written late on that day, UTC."""
    seconds = datetime.fromisoformat(f"{day}T23:30:00").replace(tzinfo=UTC).timestamp()
    os.utime(path, (seconds, seconds))


# Files


def test_a_file_is_found_with_its_path_under_raw_size_and_checksum(tmp_path: Path) -> None:
    path = put(tmp_path, "unesco_uis/2026-02/data.csv")
    assert only_file(tmp_path) == FoundFile(path, "unesco_uis/2026-02/data.csv", SHA256, len(CONTENT))
    release = only_release(tmp_path)
    assert (release.source, release.release, release.id) == ("unesco_uis", "2026-02", "unesco_uis/2026-02")


def test_an_empty_file_is_found_too(tmp_path: Path) -> None:
    put(tmp_path, "s/2020/empty.csv", b"")
    file = only_file(tmp_path)
    assert (file.size, file.sha256, file.fault) == (0, hashlib.sha256(b"").hexdigest(), None)


@pytest.mark.parametrize(
    "name",
    [
        "README",
        "README.md",
        "readme.txt",
        "NATMON_README_RELEASE_2020_September.md",
        ".DS_Store",
        ".git/config",
        ".cache/data.csv",
        "release.toml",
        "sub/.hidden.csv",
        "sub/README.md",
    ],
)
def test_readmes_dotfiles_and_manifests_are_no_data(tmp_path: Path, name: str) -> None:
    put(tmp_path, "s/2020/data.csv")
    put(tmp_path, f"s/2020/{name}", "")
    assert names(take_inventory(tmp_path)) == ["s/2020/data.csv"]


@pytest.mark.parametrize(
    "name", ["README.md", ".gitkeep", "s/README.md", "s/.gitkeep", ".hidden/2020/data.csv", "s/.old/data.csv"]
)
def test_readmes_and_dotfiles_outside_releases_are_no_strays(tmp_path: Path, name: str) -> None:
    put(tmp_path, "s/2020/data.csv")
    put(tmp_path, name)
    inventory = take_inventory(tmp_path)
    assert names(inventory) == ["s/2020/data.csv"]
    assert inventory.strays == ()


def test_files_in_folders_within_a_release_belong_to_it(tmp_path: Path) -> None:
    put(tmp_path, "s/2020/sub/deep/data.csv")
    put(tmp_path, "s/2020/a.csv")
    put(tmp_path, "s/2020/sub/b.csv")
    assert names(take_inventory(tmp_path)) == ["s/2020/a.csv", "s/2020/sub/b.csv", "s/2020/sub/deep/data.csv"]


def test_releases_come_by_source_and_folder(tmp_path: Path) -> None:
    for folder in ("t/2020", "s/rev2020", "s/rev2019"):
        put(tmp_path, f"{folder}/data.csv")
    assert [release.id for release in take_inventory(tmp_path).releases] == ["s/rev2019", "s/rev2020", "t/2020"]


def test_folders_without_data_are_no_releases(tmp_path: Path) -> None:
    (tmp_path / "s" / "2020" / "sub").mkdir(parents=True)
    (tmp_path / "t").mkdir()
    put(tmp_path, "u/2021/release.toml", 'published = "2021"')
    assert take_inventory(tmp_path) == Inventory((), ())


def test_taking_stock_writes_nothing(tmp_path: Path) -> None:
    put(tmp_path, "s/2020/data.csv")
    put(tmp_path, "s/2020/release.toml", 'published = "soon"')
    put(tmp_path, "stray.csv")

    def state() -> dict[str, tuple[int, int]]:
        return {str(p): (p.stat().st_mtime_ns, p.stat().st_size) for p in (tmp_path, *tmp_path.rglob("*"))}

    before = state()
    take_inventory(tmp_path)
    assert state() == before


# Strays


@pytest.mark.parametrize("name", ["data.csv", "s/data.csv"])
def test_a_file_outside_a_release_folder_is_named_with_the_place_it_ought_to_have(tmp_path: Path, name: str) -> None:
    put(tmp_path, "s/2020/data.csv")
    path = put(tmp_path, name)
    inventory = take_inventory(tmp_path)
    fault = ("release_folder", "the file lies outside a release folder: raw/<source>/<release>/<file>")
    assert inventory.strays == (FoundFile(path, name, SHA256, len(CONTENT), fault),)
    assert names(inventory) == ["s/2020/data.csv"]


# Only some sources


def test_only_the_named_sources_are_looked_at(tmp_path: Path) -> None:
    for name in ("s/2020/data.csv", "t/2020/data.csv", "u/2020/data.csv", "s/stray.csv", "t/stray.csv", "stray.csv"):
        put(tmp_path, name)
    inventory = take_inventory(tmp_path, only=("s", "u"))
    assert names(inventory) == ["s/2020/data.csv", "u/2020/data.csv"]
    assert [stray.raw_file for stray in inventory.strays] == ["s/stray.csv", "stray.csv", "t/stray.csv"]


def test_a_source_that_is_not_there_has_no_releases(tmp_path: Path) -> None:
    put(tmp_path, "s/2020/data.csv")
    assert take_inventory(tmp_path, only=("nobody",)).releases == ()


# The date of a release


def dated(raw: Path, folder: str, manifest: str | None, written: str = "2024-05-06") -> tuple[str, str, str]:
    """Release date, where it is from, and the day of retrieval, of a release of one file."""
    path = put(raw, f"s/{folder}/data.csv")
    written_on(path, written)
    if manifest is not None:
        put(raw, f"s/{folder}/release.toml", manifest)
    release = only_release(raw)
    assert only_file(raw).fault is None
    day, origin = release.released()
    return day.isoformat(), origin, release.retrieved().isoformat()


PUBLISHED = 'published = "2019-08"\nretrieved = "2022-03-04"\n'
RETRIEVED = 'retrieved = "2022-03-04"\n'


@pytest.mark.parametrize(
    ("folder", "manifest", "expected"),
    [
        ("2020-07", PUBLISHED, ("2019-08-01", "published", "2022-03-04")),
        ("2020-07", RETRIEVED, ("2020-07-01", "folder", "2022-03-04")),
        ("extract", RETRIEVED, ("2022-03-04", "retrieved", "2022-03-04")),
        ("extract", 'title = "No dates"', ("2024-05-06", "retrieved", "2024-05-06")),
        ("extract", None, ("2024-05-06", "retrieved", "2024-05-06")),
        ("2020-07", None, ("2020-07-01", "folder", "2024-05-06")),
    ],
    ids=["published", "folder's name", "retrieved", "written", "written, no manifest", "folder's name, no manifest"],
)
def test_the_date_is_published_else_in_the_folders_name_else_of_retrieval(
    tmp_path: Path, folder: str, manifest: str | None, expected: tuple[str, str, str]
) -> None:
    assert dated(tmp_path, folder, manifest) == expected


def test_retrieved_without_a_manifest_is_when_the_newest_file_was_written(tmp_path: Path) -> None:
    written_on(put(tmp_path, "s/extract/a.csv"), "2021-02-03")
    written_on(put(tmp_path, "s/extract/b.csv"), "2023-04-05")
    written_on(put(tmp_path, "s/extract/c.csv"), "2022-03-04")
    assert only_release(tmp_path).retrieved() == date(2023, 4, 5)


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ('"2019"', date(2019, 1, 1)),
        ('"2019-08"', date(2019, 8, 1)),
        ('"2019-08-31"', date(2019, 8, 31)),
        ("2019-08-31", date(2019, 8, 31)),
        ('"2020-02-29"', date(2020, 2, 29)),
        ('" 2019-08 "', date(2019, 8, 1)),
    ],
)
def test_published_may_be_a_year_a_month_or_a_day(tmp_path: Path, said: str, day: date) -> None:
    put(tmp_path, "s/2025/data.csv")
    put(tmp_path, "s/2025/release.toml", f"published = {said}")
    assert only_release(tmp_path).released() == (day, "published")


@pytest.mark.parametrize(
    ("folder", "day"),
    [
        ("2026-02", date(2026, 2, 1)),
        ("rev2019", date(2019, 1, 1)),
        ("opri-2022-03", date(2022, 3, 1)),
        ("2020-01-08", date(2020, 1, 8)),
        ("2020-01-08_second", date(2020, 1, 8)),
        ("2020-13", date(2020, 1, 1)),
        ("1999", date(1999, 1, 1)),
    ],
)
def test_a_folders_name_may_hold_the_date_anywhere(tmp_path: Path, folder: str, day: date) -> None:
    put(tmp_path, f"s/{folder}/data.csv")
    assert only_release(tmp_path).released() == (day, "folder")


@pytest.mark.parametrize("folder", ["extract", "20201", "v3", "1850", "2020-02-30"])
def test_a_folders_name_without_a_date_of_our_time_has_none(tmp_path: Path, folder: str) -> None:
    assert dated(tmp_path, folder, None) == ("2024-05-06", "retrieved", "2024-05-06")


# The manifest


def manifest_of(files: dict[str, str], *more: str) -> str:
    return "\n".join([*more, "[files]", *(f'"{name}" = "{sha256}"' for name, sha256 in files.items()), ""])


def test_the_manifest_is_read_without_its_checksums(tmp_path: Path) -> None:
    put(tmp_path, "s/2020/data.csv")
    said = manifest_of({"data.csv": SHA256}, 'title = " A title "', "published = 2020-07-01", 'coverage = "extract"')
    put(tmp_path, "s/2020/release.toml", said)
    assert only_release(tmp_path).manifest == {"title": "A title", "published": "2020-07-01", "coverage": "extract"}


@pytest.mark.parametrize("written", [str.lower, str.upper])
def test_files_with_the_right_checksum_are_fine(tmp_path: Path, written: Callable[[str], str]) -> None:
    put(tmp_path, "s/2020/data.csv")
    put(tmp_path, "s/2020/sub/data.csv", b"other")
    checksums = {"data.csv": written(SHA256), "sub/data.csv": written(hashlib.sha256(b"other").hexdigest())}
    put(tmp_path, "s/2020/release.toml", manifest_of(checksums))
    assert [file.fault for file in only_release(tmp_path).files] == [None, None]


def test_a_file_with_another_checksum_is_refused_and_only_that_one(tmp_path: Path) -> None:
    put(tmp_path, "s/2020/bad.csv")
    put(tmp_path, "s/2020/good.csv")
    put(tmp_path, "s/2020/sub/bad.csv")
    put(tmp_path, "s/2020/unlisted.csv")
    wrong = "0" * 64
    put(tmp_path, "s/2020/release.toml", manifest_of({"bad.csv": wrong, "good.csv": SHA256, "sub/bad.csv": wrong}))
    faults = {file.raw_file: file.fault for file in only_release(tmp_path).files}
    reason = f"SHA-256 is {SHA256}, release.toml says {wrong}: the file is not the one that was retrieved"
    assert faults == {
        "s/2020/bad.csv": ("checksum", reason),
        "s/2020/good.csv": None,
        "s/2020/sub/bad.csv": ("checksum", reason),
        "s/2020/unlisted.csv": None,
    }


@pytest.mark.parametrize(
    "manifest",
    [
        b"published = ",
        b"not toml at all",
        b'title = "\xff"',
        b'files = "data.csv"',
        b'retrieved = "yesterday"',
        b'retrieved = "2022-02-30"',
        b"[files\n",
    ],
)
def test_a_manifest_that_cannot_be_read_refuses_the_releases_files_and_no_others(tmp_path: Path, manifest: bytes) -> None:
    put(tmp_path, "s/2020/data.csv")
    put(tmp_path, "s/2020/more.csv")
    put(tmp_path, "s/2020/release.toml", manifest)
    put(tmp_path, "s/2021/data.csv")
    broken, whole = take_inventory(tmp_path).releases
    for file in broken.files:
        assert file.sha256 == SHA256
        assert file.fault is not None
        assert file.fault[0] == "release_toml"
        assert file.fault[1].startswith("release.toml cannot be read: ")
    assert broken.released() == (date(2020, 1, 1), "folder")
    assert [file.fault for file in whole.files] == [None]


@pytest.mark.parametrize("said", ["soon", "n/a", "2019-02-30", "99", "12 August"])
def test_a_manifest_whose_published_is_no_date_refuses_the_releases_files(tmp_path: Path, said: str) -> None:
    put(tmp_path, "s/2020/data.csv")
    put(tmp_path, "s/2020/release.toml", f'published = "{said}"')
    assert only_file(tmp_path).fault == (
        "release_toml",
        f"release.toml says published = '{said}', which is no YYYY[-MM[-DD]]",
    )


def test_the_broken_manifest_is_named_rather_than_a_checksum_it_may_have_garbled(tmp_path: Path) -> None:
    put(tmp_path, "s/2020/data.csv")
    put(tmp_path, "s/2020/release.toml", manifest_of({"data.csv": "0" * 64}, 'published = "soon"'))
    fault = only_file(tmp_path).fault
    assert fault is not None
    assert fault[0] == "release_toml"


# Files that cannot be read


@pytest.mark.parametrize("name", ["s/2020/data.csv", "stray.csv"])
def test_a_file_that_cannot_be_read_is_named_and_the_others_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    locked = put(tmp_path, name)
    put(tmp_path, "s/2020/other.csv")
    really_open = Path.open

    def opened(self: Path, mode: Literal["rb"]) -> BinaryIO:
        if self == locked:
            raise PermissionError(13, "Permission denied", str(self))
        return really_open(self, mode)

    monkeypatch.setattr(Path, "open", opened)
    inventory = take_inventory(tmp_path)
    found = {file.raw_file: file for file in (*inventory.strays, *inventory.releases[0].files)}
    assert found[name] == FoundFile(locked, name, None, None, ("readable", "the file cannot be read: Permission denied"))
    assert found["s/2020/other.csv"].fault is None


def test_a_manifest_that_may_not_be_read_refuses_the_releases_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "s/2020/data.csv")
    locked = put(tmp_path, "s/2020/release.toml", 'published = "2020"')
    really_read = Path.read_text

    def read(self: Path, encoding: str) -> str:
        if self == locked:
            raise PermissionError(13, "Permission denied", str(self))
        return really_read(self, encoding=encoding)

    monkeypatch.setattr(Path, "read_text", read)
    fault = only_file(tmp_path).fault
    assert fault is not None
    assert fault[0] == "release_toml"
    assert "Permission denied" in fault[1]


def test_a_link_to_nowhere_is_named_and_its_release_keeps_its_date(tmp_path: Path) -> None:
    written_on(put(tmp_path, "s/extract/data.csv"), "2024-05-06")
    link = tmp_path / "s/extract/gone.csv"
    link.symlink_to("nowhere.csv")
    os.utime(link, (0, 0), follow_symlinks=False)
    release = only_release(tmp_path)
    assert [file.fault and file.fault[0] for file in release.files] == [None, "readable"]
    assert release.released() == (date(2024, 5, 6), "retrieved")
