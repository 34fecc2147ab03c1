"""Members of a zip, read whole or not at all, and within bounds: archives and workbooks are zips.

Belongs here: what a zip can be wrong in, by accident or on purpose. Does not belong here: what its members are (`ingest.pieces`,
`workbook`).
"""

import copy
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from edumig_pipeline.sources.reading.records import RefusedError

_BLOCK = 1 << 22

# What reading a broken zip ends in, besides its own kind of error.
BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, RuntimeError, ValueError, LookupError, OverflowError)

# A member that grows beyond this when unpacked is refused: the largest real one, UIS's SDG table, has about half a GiB.
LARGEST_MEMBER = 16 << 30
# Tables of figures shrink to a tenth or a fiftieth; what shrinks more than this, and is large, was made to fill a disk. The
# same holds for all members together, which may share their bytes.
_SUSPICIOUS_RATIO, _SUSPICIOUS_FROM = 250, 256 << 20
# The publishers' archives have up to ten members, workbooks a few dozen.
MOST_MEMBERS = 2_000
# Others are rare, and one of them asks for as much memory as the file says.
_PACKED_BY = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@contextmanager
def opened(path: Path, what: str) -> Iterator[zipfile.ZipFile]:
    """The zip at `path`, called `what` in messages. Raises RefusedError when it is none, or would fill the disk."""
    try:
        archive = zipfile.ZipFile(path)
    except BROKEN as error:
        raise RefusedError("readable", f"the {what} cannot be read: {error}") from error
    with archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS:
            _refuse(f"the {what} has {len(members):,} members; no publisher's has so many")
        packed, unpacked = path.stat().st_size, sum(member.file_size for member in members if not _too_large(member))
        if unpacked > LARGEST_MEMBER or _is_suspicious(packed, unpacked):
            _refuse(f"the {what} would unpack {packed:,} bytes to {unpacked:,}")
        yield archive


def blocks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of a member. Raises RefusedError, maybe after the last of them, unless they are all there and as packed."""
    if member.compress_type not in _PACKED_BY:
        _refuse(f"it cannot be unpacked: it is packed by method {member.compress_type}; pack it anew by the usual 8 (deflate)")
    if _too_large(member):
        _refuse(f"it would unpack {member.compress_size:,} bytes to {member.file_size:,}")
    # As far as the packed bytes go, not as far as the directory says: a member said to be shorter would be cut in silence.
    to_the_end = copy.copy(member)
    to_the_end.file_size = LARGEST_MEMBER
    size = 0
    try:
        with archive.open(to_the_end) as packed:
            while block := packed.read(_BLOCK):
                size += len(block)
                if size > member.file_size:
                    _refuse(f"it unpacks to more than the {member.file_size:,} bytes it is said to have")
                yield block
    except BROKEN as error:
        raise RefusedError("readable", f"it cannot be unpacked: {error}") from error
    if size != member.file_size:
        _refuse(f"it unpacks to {size:,} bytes, and is said to have {member.file_size:,}")


def _too_large(member: zipfile.ZipInfo) -> bool:
    return member.file_size > LARGEST_MEMBER or _is_suspicious(member.compress_size, member.file_size)


def _is_suspicious(packed: int, unpacked: int) -> bool:
    return unpacked > _SUSPICIOUS_FROM and unpacked > _SUSPICIOUS_RATIO * max(packed, 1)


def _refuse(reason: str) -> NoReturn:
    raise RefusedError("readable", reason)
