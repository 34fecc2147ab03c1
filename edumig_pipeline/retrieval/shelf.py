"""A publisher's releases under raw/: what is there, what is the same, and how a new one gets in.

    raw/<source>/<release>/            the release: its files and release.toml
    raw/.fetch/<source>/               where no refresh looks: what is on its way in, and what the last visits found

Belongs here: names, comparison, release.toml and the move into place. Does not belong here: where the files are from.
"""

import fcntl
import hashlib
import os
import shutil
import tomllib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import tomlkit

_BLOCK = 1 << 22
_MANIFEST = "release.toml"


class BusyError(Exception):
    """Somebody else is fetching from the same publisher."""


@dataclass(frozen=True)
class Release:
    """A release that is there, as its release.toml tells: the download it is from, and its files' SHA-256 by name."""

    name: str
    path: Path
    download: str | None
    published: str
    files: Mapping[str, str]


@dataclass(frozen=True)
class Shelf:
    """The releases of one publisher."""

    raw: Path
    source: str

    @property
    def _aside(self) -> Path:
        return self.raw / ".fetch" / self.source

    def memory(self, download: str) -> Path:
        """The file that keeps what the last look for a download found."""
        return self._aside / f"{download}.json"

    @contextmanager
    def taken(self) -> Iterator[None]:
        """The right to bring releases of this publisher in; raises BusyError when somebody has it. A dead process has nothing."""
        self._aside.mkdir(parents=True, exist_ok=True)
        with (self._aside / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BusyError(f"somebody else is fetching from {self.source} into {self.raw}; try again later") from error
            shutil.rmtree(self._aside / "incoming", ignore_errors=True)  # left by a process that was killed
            yield

    @contextmanager
    def incoming(self) -> Iterator[Path]:
        """An empty folder for a release on its way in, on the same file system as its place; gone when the block ends."""
        folder = self._aside / "incoming"
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def releases(self) -> list[Release]:
        """The releases that say what they are, the newest last."""
        found = []
        for manifest in (self.raw / self.source).glob(f"[!.]*/{_MANIFEST}"):
            try:
                said = tomllib.loads(manifest.read_text(encoding="utf-8-sig"))
                files = {str(name): str(sha256).lower() for name, sha256 in said.get("files", {}).items()}
            except (OSError, ValueError, AttributeError):
                continue  # the refresh refuses it by name
            dated = str(said.get("published") or said.get("retrieved") or "")
            found.append(Release(manifest.parent.name, manifest.parent, said.get("download"), dated, files))
        return sorted(found, key=lambda release: (release.published, release.name))

    def release(self, name: str) -> Release | None:
        """The release of that name, or None."""
        return next((release for release in self.releases() if release.name == name), None)

    def same_as(self, folder: Path, download: str) -> Release | None:
        """The release that what lies in `folder` is another copy of, or None.

        That is the newest of the download, unless it was damaged: a publisher that goes back to an older state has news.
        Where there is none of it yet, a release put there by hand counts. Archives are the same when their members are: some
        publishers pack them anew for every visitor.
        """
        releases = self.releases()
        newest = next((release for release in reversed(releases) if release.download == download), None)
        if newest and not intact(newest):
            return None
        arrived = {file.name: _sha256(file) for file in _files(folder)}
        if newest is None:
            by_hand = (release for release in releases if release.download is None)
            return next((release for release in by_hand if set(arrived.values()) <= set(release.files.values())), None)
        if arrived == newest.files or _contents(folder, arrived) == _contents(newest.path, newest.files):
            return newest
        return None

    def free_name(self, release: str, day: str) -> str:
        """`release`, or where that is taken, `release` with the day on which it was brought out anew."""
        taken = {path.name for path in (self.raw / self.source).glob("*")}
        names = [release, f"{release}_{day}", *(f"{release}_{day}_{number}" for number in range(2, len(taken) + 3))]
        return next(name for name in names if name not in taken)

    def put(self, folder: Path, release: str, about: Mapping[str, str], addresses: Mapping[str, str]) -> Path:
        """Move the files in `folder` to raw/<source>/<release>/, with a release.toml, in one step.

        `about` is what release.toml says of the release, `addresses` where each file is from.
        """
        manifest = tomlkit.document()
        for name, value in about.items():
            manifest.add(name, tomlkit.item(value))
        manifest.add("files", tomlkit.item({file.name: _sha256(file) for file in _files(folder)}))
        manifest.add("addresses", tomlkit.item(dict(addresses)))
        (folder / _MANIFEST).write_text(tomlkit.dumps(manifest), encoding="utf-8")
        for path in folder.iterdir():
            _to_disk(path)
        target = self.raw / self.source / release
        target.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(target)
        _to_disk(target.parent)
        return target


def intact(release: Release) -> bool:
    """Whether the release's files are there as they came."""
    return all((release.path / name).is_file() and _sha256(release.path / name) == told for name, told in release.files.items())


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and path.name != _MANIFEST)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return _digest(stream)


def _contents(folder: Path, names: Iterable[str]) -> list[str]:
    return sorted(_content(folder / name) for name in names)


def _content(file: Path) -> str:
    """What is in a file, whatever it is called and however it is packed; '' when it cannot be read."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = []
            for info in archive.infolist():
                with archive.open(info) as stream:
                    members.append(_digest(stream))
            return hashlib.sha256("".join(sorted(members)).encode()).hexdigest()
    except zipfile.BadZipFile:
        return _sha256(file)
    except (OSError, RuntimeError, NotImplementedError):
        return ""


def _digest(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := stream.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()


def _to_disk(path: Path) -> None:
    """See that a crash of the machine cannot leave the file or folder half written."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
