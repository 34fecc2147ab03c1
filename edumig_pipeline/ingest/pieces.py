"""What a raw file holds: itself, the members of an archive, or the sheets of a workbook.

Belongs here: unpacking, safely. Does not belong here: what a member or sheet means (`recognition`, `sources/`).
"""

import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NoReturn

from edumig_pipeline.ingest.inventory import is_no_data
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import RefusedError

_BLOCK = 1 << 22

# A member that grows beyond this when unpacked is refused: the largest real one, UIS's SDG table, has about half a GiB.
_LARGEST_MEMBER = 16 << 30
# Tables of figures shrink to a tenth or a fiftieth; what shrinks more than this, and is large, was made to fill a disk.
_SUSPICIOUS_RATIO, _SUSPICIOUS_FROM = 250, 256 << 20


def sheets(raw: RawFile) -> Iterator[RawFile]:
    """The sheets of a workbook that have cells; raises RefusedError when the workbook cannot be read."""
    for name, grid in raw.sheets.items():
        if not grid.empty:
            yield RawFile(raw.path, f"{raw.raw_file}#{name}", grid)


def members(raw: RawFile, scratch: Path) -> Iterator[RawFile | tuple[str, RefusedError]]:
    """The data files of an archive, unpacked into `scratch`; for one that cannot be unpacked its raw_file and why not.

    READMEs and dotfiles are no data, as outside an archive. Raises RefusedError when the archive itself cannot be read.
    """
    try:
        with zipfile.ZipFile(raw.path) as archive:
            seen: Counter[str] = Counter()
            for info in archive.infolist():
                if info.is_dir() or _holds_no_data(info.filename):
                    continue
                raw_file = f"{raw.raw_file}#{info.filename}"
                seen[raw_file] += 1
                try:
                    if seen[raw_file] > 1:
                        raw_file += f" ({seen[raw_file]})"
                        _refuse("the archive has two members of this name")
                    yield RawFile(_unpacked(archive, info, scratch), raw_file)
                except RefusedError as refused:
                    yield raw_file, refused
    except (zipfile.BadZipFile, OSError) as error:
        raise RefusedError("readable", f"the archive cannot be read: {error}") from error


def _holds_no_data(name: str) -> bool:
    """Whether a member is a README or a dotfile, or lies in a folder of such; what leads outside is none of them."""
    steps = [step for step in PurePosixPath(name).parts if step not in ("..", "/")]
    return any(is_no_data(Path(step)) or step == "__MACOSX" for step in steps)


def _refuse(reason: str) -> NoReturn:
    raise RefusedError("readable", reason)


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, scratch: Path) -> Path:
    """The member's bytes as a file under a name of our own: what the archive calls it decides nothing."""
    if ".." in PurePosixPath(info.filename).parts or info.filename.startswith(("/", "\\")):
        _refuse("its name leads outside the archive")
    if info.file_size > _LARGEST_MEMBER or (
        info.file_size > _SUSPICIOUS_FROM and info.file_size > _SUSPICIOUS_RATIO * max(info.compress_size, 1)
    ):
        _refuse(f"it would unpack {info.compress_size:,} bytes to {info.file_size:,}")
    target = scratch / str(sum(1 for _ in scratch.iterdir()))
    try:
        with archive.open(info) as packed, target.open("wb") as unpacked:
            size = 0
            while block := packed.read(_BLOCK):
                size += len(block)
                if size > info.file_size:
                    _refuse(f"it unpacks to more than the {info.file_size:,} bytes it is said to have")
                unpacked.write(block)
    except (RuntimeError, NotImplementedError, zipfile.BadZipFile, EOFError, ValueError) as error:
        raise RefusedError("readable", f"it cannot be unpacked: {error}") from error
    return target
