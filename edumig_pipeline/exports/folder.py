"""Where an export lies: written beside its target under another name, checked, and moved into place when it is whole.

Belongs here: what may be replaced, and the moving. Does not belong here: what is in the files.
"""

import hashlib
import json
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edumig_pipeline.exports.errors import ExportError

# Says of a folder that an export made it, and what it put there.
MANIFEST = "export.json"
_MADE_BY = "edumig export"


@dataclass(frozen=True)
class Fingerprint:
    """Size and SHA-256 of a file."""

    bytes: int
    sha256: str


class Work:
    """The folder an export is written in before it is moved into place."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[str, Fingerprint] = {}

    def fingerprint(self, name: str) -> Fingerprint:
        """Of a file that was written to its end."""
        if name not in self._known:
            self._known[name] = _fingerprint(self.path / name)
        return self._known[name]

    def fingerprints(self) -> dict[str, Fingerprint]:
        """Of every file, by its path in the folder."""
        return {name: self.fingerprint(name) for name in _files(self.path)}

    def write_text(self, name: str, text: str) -> None:
        """Write a text file."""
        (self.path / name).write_text(text, encoding="utf-8", newline="\n")

    def write_json(self, name: str, content: object) -> None:
        """Write a JSON file for people to read as well."""
        self.write_text(name, json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")

    def write_manifest(self, content: dict[str, Any]) -> None:
        """Say what this export is and what it consists of; the last file to be written."""
        files = {name: {"bytes": f.bytes, "sha256": f.sha256} for name, f in self.fingerprints().items()}
        self.write_json(MANIFEST, {"made_by": _MADE_BY, **content, "files": files})


@contextmanager
def replacing(target: Path) -> Iterator[Work]:
    """A folder to write in, which becomes `target` when the block ends well, else is removed and `target` is as it was.

    Raises ExportError when something lies there that no export made, or that was changed since.
    """
    target = target.resolve()
    require_replaceable(target)
    work = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        work.mkdir(parents=True)
        yield Work(work)
        require_replaceable(target)
        _move(work, target)
    except OSError as error:
        raise ExportError(f"{target} cannot be written: {error.strerror or error}; nothing was changed there") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def require_replaceable(target: Path) -> None:
    """Raise ExportError unless there is nothing at `target`, or an earlier export just as it was written."""
    if not target.exists():
        return
    if not target.is_dir():
        raise ExportError(f"{target} is a file: name a folder with --output")
    try:
        first = next(target.iterdir(), None)
        if first is None:
            return
        written = _written(target)
        if written is None:
            raise ExportError(f"{target} holds {first.name}, which no export made: name an empty or a new folder with --output")
        found = _files(target)
        strange = [name for name in found if name != MANIFEST and name not in written]
        changed = [name for name, was in written.items() if name in found and _fingerprint(target / name) != was]
    except OSError as error:
        raise ExportError(f"{target} cannot be read: {error.strerror or error}; name another folder with --output") from error
    if strange:
        raise ExportError(f"{target} holds {strange[0]} beside an earlier export: move it elsewhere, or name another folder")
    if changed:
        raise ExportError(f"{target / changed[0]} was changed since it was exported: move it elsewhere, or name another folder")


def _move(work: Path, target: Path) -> None:
    """Put `work` in the place of `target`; were that to fail, what lay there is put back."""
    if not target.exists() or not any(target.iterdir()):
        work.rename(target)  # also onto an empty folder
        return
    earlier = target.with_name(f"{work.name}.earlier")
    target.rename(earlier)
    try:
        work.rename(target)
    except OSError:
        earlier.rename(target)
        raise
    shutil.rmtree(earlier, ignore_errors=True)


def _files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def _written(folder: Path) -> dict[str, Fingerprint] | None:
    """What the manifest says an export put there; None when no export did."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        if manifest["made_by"] != _MADE_BY:
            return None
        return {name: Fingerprint(said["bytes"], said["sha256"]) for name, said in manifest["files"].items()}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _fingerprint(path: Path) -> Fingerprint:
    with path.open("rb") as file:
        return Fingerprint(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
