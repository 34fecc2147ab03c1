"""What a raw file holds: itself, the members of an archive, or the sheets of a workbook.

Belongs here: unpacking, safely. Does not belong here: what a member or sheet means (`recognition`, `sources/`).
"""

import stat
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath
from typing import NoReturn
from uuid import uuid4

from edumig_pipeline.ingest.inventory import is_no_data
from edumig_pipeline.sources.reading.rawfile import RawFile
from edumig_pipeline.sources.reading.records import RefusedError
from edumig_pipeline.sources.reading.zipped import blocks, opened
from edumig_pipeline.wording.printable import acts, on_one_line


def sheets(raw: RawFile) -> Iterator[RawFile]:
    """The sheets of a workbook that have cells; raises RefusedError when the workbook cannot be read."""
    for name, grid in raw.sheets.items():
        if not grid.empty:
            yield RawFile(raw.path, f"{raw.raw_file}#{name}", grid)


def members(raw: RawFile, scratch: Path) -> Iterator[RawFile | tuple[str, RefusedError]]:
    """The data files of an archive, unpacked into `scratch`; for one that cannot be unpacked its raw_file and why not.

    READMEs and dotfiles are no data, as outside an archive. Raises RefusedError when the archive itself cannot be read, and
    OSError when there is no room to unpack it.
    """
    with opened(raw.path, "archive") as archive:
        seen: Counter[str] = Counter()
        for info in archive.infolist():
            if info.is_dir() or _holds_no_data(info.filename):
                continue
            raw_file = f"{raw.raw_file}#{on_one_line(info.filename)}"
            seen[raw_file] += 1
            try:
                if seen[raw_file] > 1:
                    raw_file += f" ({seen[raw_file]})"
                    _refuse("the archive has two members of this name")
                if acts(info.filename):
                    _refuse("its name holds control characters; rename it")
                yield RawFile(_unpacked(archive, info, scratch), raw_file)
            except RefusedError as refused:
                yield raw_file, refused


def _holds_no_data(name: str) -> bool:
    """Whether a member is a README or a dotfile, or lies in a folder of such; what leads outside is none of them."""
    named = PureWindowsPath(name)  # both kinds of slashes part its steps
    steps = [step for step in named.parts if step not in ("..", named.anchor)]
    return any(is_no_data(Path(step)) or step == "__MACOSX" for step in steps)


def _refuse(reason: str) -> NoReturn:
    raise RefusedError("readable", reason)


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo, scratch: Path) -> Path:
    """The member's bytes as a file under a name of our own: what the archive calls it decides nothing."""
    named = PureWindowsPath(info.filename)
    if ".." in named.parts or named.anchor:
        _refuse("its name leads outside the archive")
    if stat.S_ISLNK(info.external_attr >> 16):
        _refuse("it is a link to another file")
    target = scratch / uuid4().hex
    with target.open("wb") as unpacked:
        for block in blocks(archive, info):
            unpacked.write(block)
    return target
