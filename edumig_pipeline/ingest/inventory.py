"""What lies under raw/: releases, their files and what release.toml says of them.

Belongs here: finding files and reading their manifest, in whole bytes. Does not belong here: looking at rows (`landing`).
"""

import os
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath

from edumig_pipeline.ingest.checksum import Checksum, FileState, changed, checksum, is_still
from edumig_pipeline.ingest.corrections import Correction, read_correction
from edumig_pipeline.wording.printable import acts, on_one_line

_MANIFEST = "release.toml"
_README_SUFFIXES = ("", ".md", ".txt", ".rst", ".html")
_PARTIAL_DATE = re.compile(r"((?:19|20)[0-9]{2})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12][0-9]|3[01]))?)?(?![0-9])")
# Each is read by itself, which takes about a tenth of a second; publishers' releases have up to some hundreds.
_MOST_FILES = 10_000
_LARGEST_MANIFEST = 1 << 20  # bytes; those this repository ships have some 4,000
# What the columns of `releases` hold: text, or a day.
_SAYS = ("publisher", "title", "url", "published", "retrieved", "licence", "citation", "coverage", "notes")


@dataclass(frozen=True)
class FoundFile:
    """A data file as found: its checksum and size, or why it could not be read; `address` is where it was retrieved.

    `state` is what the file system said of it then, None where it said nothing.
    """

    path: Path
    raw_file: str
    sha256: str | None
    size: int | None
    fault: tuple[str, str] | None = None  # rule, reason
    address: str | None = None
    state: FileState | None = field(default=None, compare=False)


@dataclass(frozen=True)
class FoundRelease:
    """A release folder: the files in it in order of name, its manifest (empty when there is none) and its corrections."""

    source: str
    release: str
    files: tuple[FoundFile, ...]
    manifest: Mapping[str, str] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()

    @property
    def id(self) -> str:
        """source/release, the folder under raw/."""
        return f"{self.source}/{self.release}"

    def released(self) -> tuple[date, str]:
        """The date that orders this release among its source's, and where it is from: published, folder or retrieved."""
        for text, origin in ((self.manifest.get("published"), "published"), (self.release, "folder")):
            if text and (day := _first_day(text)):
                return day, origin
        return self.retrieved(), "retrieved"

    def retrieved(self) -> date:
        """When the files were retrieved: as the manifest says, else when the newest of them was written."""
        if said := self.manifest.get("retrieved"):
            return date.fromisoformat(said)
        times = [file.state.written_ns for file in self.files if file.state]
        return datetime.fromtimestamp(max(times, default=0) // 10**9, tz=UTC).date()


@dataclass(frozen=True)
class Inventory:
    """Everything under raw/: the releases in order, and the files that lie outside any release folder."""

    releases: tuple[FoundRelease, ...]
    strays: tuple[FoundFile, ...]


def take_inventory(raw: Path, only: Collection[str] = ()) -> Inventory:
    """All releases under `raw`, or those of the sources in `only`, and all stray files, with checksums taken now.

    Reads every byte of their files; writes nothing. Raises RawFileChangedError when a file is written to meanwhile, and OSError
    when the folder, or a source's, cannot be listed: what lies in it would else silently be published no more.
    """
    releases, strays = [], []
    for source in sorted(path for path in raw.iterdir() if not is_no_data(path)):
        if not source.is_dir() or acts(source.name):
            strays.append(_found(source, raw))
            continue
        for release in sorted(path for path in source.iterdir() if not is_no_data(path)):
            if release.is_dir() and not acts(release.name):
                if not only or source.name in only:
                    releases.append(_release(release, raw))
            else:
                strays.append(_found(release, raw))
    kept = tuple(release for release in releases if release.files)
    faulty = (("release_folder", "the file lies outside a release folder: raw/<source>/<release>/<file>"),) * len(strays)
    return Inventory(kept, tuple(_with_fault(stray, fault) for stray, fault in zip(strays, faulty, strict=True)))


@contextmanager
def unchanged(files: Sequence[FoundFile]) -> Iterator[None]:
    """For the time in which files are read: raises RawFileChangedError at its end when one is not what it was found as.

    Also when the block ends with an error, since what arises from a file that moves says nothing of it.
    """
    try:
        yield
    finally:
        for file in files:
            if file.sha256 and file.state and not is_still(file.path, file.raw_file, Checksum(file.sha256, file.state)):
                raise changed(file.raw_file)


def _release(folder: Path, raw: Path) -> FoundRelease:
    present = _data_files(folder)
    if len(present) > _MOST_FILES:
        reason = f"the release has {len(present):,} files; no publisher's has so many: put into it what belongs together"
        whole = FoundFile(folder, folder.relative_to(raw).as_posix(), None, None, ("readable", reason))
        return FoundRelease(folder.parent.name, folder.name, (whole,))
    said = _manifest(folder / _MANIFEST)
    files = []
    # What the manifest names must be there, or somebody will look for its figures in vain.
    for path in sorted({*present, *(folder / name for name in said.checksums)}):
        name = path.relative_to(folder).as_posix()
        found = replace(_found(path, raw), address=said.addresses.get(name))
        expected = said.checksums.get(name)
        if said.fault:
            found = _with_fault(found, ("release_toml", said.fault))
        elif found.fault is None and expected is not None and expected != found.sha256:
            reason = f"SHA-256 is {found.sha256}, release.toml says {expected}: the file is not the one that was retrieved"
            found = _with_fault(found, ("checksum", reason))
        files.append(found)
    return FoundRelease(folder.parent.name, folder.name, tuple(files), said.texts, said.corrections)


def _data_files(folder: Path) -> list[Path]:
    """The data files below a folder; and subfolders that are links or cannot be looked into, so that they are named."""
    found: list[Path] = []
    waiting = [folder]  # folders may lie in one another deeper than calls can
    while waiting:
        place = waiting.pop()
        try:
            entries = [(Path(entry.path), entry.is_dir(follow_symlinks=False)) for entry in os.scandir(place)]
        except OSError:
            found.append(place)
            continue
        waiting += [path for path, is_folder in entries if is_folder and not path.name.startswith(".")]
        found += [path for path, is_folder in entries if not is_folder and not is_no_data(path)]
    return found


@dataclass(frozen=True)
class _Manifest:
    """What a release.toml says: texts, checksums and addresses of its files by name, corrections; or what is wrong with it."""

    texts: Mapping[str, str] = field(default_factory=dict)
    checksums: Mapping[str, str] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    corrections: tuple[Correction, ...] = ()
    fault: str | None = None


def _manifest(path: Path) -> _Manifest:
    if not os.path.lexists(path):
        return _Manifest()
    if not path.is_file() or path.stat().st_size > _LARGEST_MANIFEST:
        return _Manifest(fault=f"{path.name} is no regular file of at most {_LARGEST_MANIFEST:,} bytes")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        files = content.pop("files", {})
        corrections = tuple(read_correction(declared) for declared in content.pop("corrections", []))
        checksums = {_name_within(name): str(sha256).lower() for name, sha256 in files.items()}
        addresses = {str(name): str(url) for name, url in content.pop("addresses", {}).items()}
        manifest = {name: _text(name, content[name]) for name in _SAYS if name in content}
        if retrieved := manifest.get("retrieved"):
            date.fromisoformat(retrieved)
    except (OSError, ValueError, AttributeError, TypeError, RecursionError) as error:
        return _Manifest(fault=f"{path.name} cannot be read: {error}")
    if (published := manifest.get("published")) and (not _PARTIAL_DATE.fullmatch(published) or _first_day(published) is None):
        return _Manifest(fault=f"{path.name} says published = '{published}', which is no YYYY[-MM[-DD]]")
    if (coverage := manifest.get("coverage")) and coverage not in ("full", "extract"):
        return _Manifest(fault=f"{path.name} says coverage = '{coverage}'; it is full or extract")
    return _Manifest(manifest, checksums, addresses, corrections)


def _name_within(name: str) -> str:
    """The name of a file of the release; ValueError for one that could be none, or leads elsewhere."""
    named = PurePosixPath(name)
    leads_elsewhere = named.is_absolute() or ".." in named.parts or str(named) != name
    if leads_elsewhere or "\0" in name or name in (".", _MANIFEST) or any(len(os.fsencode(n)) > 255 for n in named.parts):
        raise ValueError(f"'{name[:80]}' in [files] is no name of a file below the release folder")
    return name


def _text(name: str, value: object) -> str:
    """What a manifest says under a name; ValueError unless it is text, a day or a year."""
    if isinstance(value, bool | float | list | dict):
        raise ValueError(f"{name} is no text")  # noqa: TRY004 - a fault of the file
    return str(value).strip()


def _found(path: Path, raw: Path) -> FoundFile:
    raw_file = path.relative_to(raw).as_posix()
    if acts(raw_file):
        shown = on_one_line(os.fsencode(raw_file).decode(errors="backslashreplace"))
        reason = "its name, or that of its folder, holds control characters or is not UTF-8; rename it"
        return FoundFile(path, shown, None, None, ("readable", reason))
    state = None
    try:
        state = FileState.of(path.stat())
        if not path.is_file():
            reason = "this is no regular file, or a folder that is a link"
            return FoundFile(path, raw_file, None, None, ("readable", reason), state=state)
        taken = checksum(path, raw_file)
    except OSError as error:
        return FoundFile(path, raw_file, None, None, ("readable", f"the file cannot be read: {error.strerror}"), state=state)
    return FoundFile(path, raw_file, taken.sha256, taken.state.size, state=taken.state)


def _with_fault(file: FoundFile, fault: tuple[str, str]) -> FoundFile:
    return replace(file, fault=file.fault or fault)


def is_no_data(path: Path) -> bool:
    """READMEs, dotfiles and release.toml are no data."""
    is_readme = "README" in path.name.upper() and path.suffix.lower() in _README_SUFFIXES
    return path.name.startswith(".") or path.name == _MANIFEST or is_readme


def _first_day(text: str) -> date | None:
    match = _PARTIAL_DATE.search(text)
    if match is None:
        return None
    year, month, day = match.groups()
    try:
        return date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
