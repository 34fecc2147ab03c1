"""The checksum of a raw file, and whether the file is still what the checksum was taken of.

A checksum is taken first, rows are read later, and somebody may write to the file meanwhile. What the file system says of a file
(its size, its number, when it was written) tells cheaply that nobody did; where it says otherwise, the bytes decide.
**Not seen**: a change that leaves the size as it is, in the few milliseconds for which a clock of the file system stands still.

Belongs here: reading a raw file as bytes. Does not belong here: finding files (`inventory`) or their rows (`landing`).
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

_BLOCK = 1 << 22


class RawFileChangedError(Exception):
    """A raw file was written to while it was being read, or taken away."""


@dataclass(frozen=True)
class FileState:
    """What the file system says of a file; it says something else when somebody wrote to it, or put another in its place."""

    device: int
    inode: int
    size: int
    written_ns: int
    changed_ns: int

    @classmethod
    def of(cls, said: os.stat_result) -> "FileState":
        """What is of interest in it."""
        return cls(said.st_dev, said.st_ino, said.st_size, said.st_mtime_ns, said.st_ctime_ns)


@dataclass(frozen=True)
class Checksum:
    """A file's digest, and its state before it was read."""

    sha256: str
    state: FileState


def checksum(path: Path, raw_file: str) -> Checksum:
    """The checksum of a file; raises RawFileChangedError when its bytes change meanwhile, OSError when it cannot be read."""
    first = _read(path)
    if FileState.of(path.stat()) == first.state:
        return first
    second = _read(path)
    if second.sha256 != first.sha256:
        raise changed(raw_file)
    return second


def is_still(path: Path, raw_file: str, taken: Checksum) -> bool:
    """Whether a file is there and has the bytes that the checksum was taken of."""
    try:
        return FileState.of(path.stat()) == taken.state or checksum(path, raw_file).sha256 == taken.sha256
    except OSError:
        return False


def changed(raw_file: str) -> RawFileChangedError:
    """The error that says what to do."""
    return RawFileChangedError(f"{raw_file} changed while it was being read; refresh again when whatever writes it is done")


def _read(path: Path) -> Checksum:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        state = FileState.of(os.fstat(stream.fileno()))
        while block := stream.read(_BLOCK):
            digest.update(block)
    return Checksum(digest.hexdigest(), state)
