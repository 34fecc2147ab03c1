"""Whether a folder still holds what was put into it: a seal names its files and their sizes, and is written last.

After a power cut, a fault of the disk or somebody's clearing up, a folder of the right name may hold files that are cut, empty
or gone; what does not match its seal counts as not there. Sizes are compared, not digests, so that asking costs next to nothing:
**bytes that changed within a file of the same length are not seen**.

Belongs here: writing a seal and comparing with it. Does not belong here: which folders have one (`warehouse`).
"""

import json
import os
from pathlib import Path

Sizes = dict[str, dict[str, int]]  # folder, relative to the sealed one -> name -> bytes


def seal(folder: Path, name: str) -> None:
    """Write `folder`/`name`, which says what lies below `folder` and how large it is; seals themselves left out."""
    text = json.dumps(_sizes(folder), indent=1, sort_keys=True)
    (folder / name).write_text(text + "\n", encoding="utf-8")


def is_sealed(folder: Path, name: str) -> bool:
    """Whether every file that the seal names is there in its size, and none beside it in a folder below `folder`.

    False as well when there is no seal, or it cannot be read. Further files right in `folder` are nobody's business: what is
    added to it later has a seal of its own.
    """
    try:
        said = json.loads((folder / name).read_text(encoding="utf-8"))
        return all(_agrees(_sizes_in(folder / place), files, exactly=place != ".") for place, files in said.items())
    except (OSError, ValueError, AttributeError):
        return False


def _agrees(found: dict[str, int], said: dict[str, int], *, exactly: bool) -> bool:
    return found == said if exactly else said.items() <= found.items()


def _sizes(folder: Path) -> Sizes:
    """The files below a folder, folders without any left out."""
    places = (Path(place) for place, _, _ in os.walk(folder))
    found = {place.relative_to(folder).as_posix(): _sizes_in(place) for place in places}
    return {place: files for place, files in found.items() if files}


def _sizes_in(folder: Path) -> dict[str, int]:
    with os.scandir(folder) as entries:
        files = [entry for entry in entries if not entry.is_dir(follow_symlinks=False) and not _is_seal(entry.name)]
        return {entry.name: entry.stat(follow_symlinks=False).st_size for entry in files}


def _is_seal(name: str) -> bool:
    return name.startswith(".") and name.endswith("seal")
