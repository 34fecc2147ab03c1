"""What is said when a refresh could not do its work: what happened, and what to do.

DuckDB, polars, Arrow and Python each have an error of their own for a disk that is full; this place knows them all.

Belongs here: recognising errors, and advice. Does not belong here: how a command ends (`exit_codes`).
"""

import errno
import os
from collections.abc import Iterator

from edumig_pipeline.ingest.checksum import RawFileChangedError
from edumig_pipeline.log import LogError
from edumig_pipeline.refresh import NothingToPublishError

_UNTOUCHED = "what is published is as it was"
_DO = {
    errno.ENOSPC: "make room, refresh again: what was begun is swept, what was finished is taken up",
    errno.EDQUOT: "make room, or have the quota raised, and refresh again",
    errno.EFBIG: "a file grew beyond what the file system or `ulimit -f` allows; raise that, refresh again",
    errno.EROFS: "the file system can only be read; name another folder with --warehouse, or mount it for writing",
    errno.EACCES: "whoever runs the refresh must be let in; mind that the warehouse is written to, raw files are read",
    errno.EPERM: "whoever runs the refresh must be let in; mind that the warehouse is written to, raw files are read",
    errno.EEXIST: "a file is where a folder should be; move it elsewhere, or name another folder",
    errno.ENOTDIR: "a file is where a folder should be; move it elsewhere, or name another folder",
    errno.ENOENT: "it went away meanwhile; refresh again",
}
# What libraries say that do not tell the number.
_SAID = {
    "No space left on device": errno.ENOSPC,
    "Disk quota exceeded": errno.EDQUOT,
    "File too large": errno.EFBIG,
    "Read-only file system": errno.EROFS,
    "Permission denied": errno.EACCES,
}


def why_not(error: Exception) -> str:
    """Why nothing was published, as one sentence or two: for what an operator can mend, how."""
    if isinstance(error, NothingToPublishError | LogError):
        return str(error)
    if isinstance(error, RawFileChangedError):
        return f"{error}; {_UNTOUCHED}"
    for cause in _causes(error):
        number = _number(cause)
        if number in _DO:
            file = f" ({cause.filename})" if isinstance(cause, OSError) and cause.filename else ""
            return f"{os.strerror(number)}{file}: {_DO[number]}; {_UNTOUCHED}"
    return f"{type(error).__name__}: {error}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error, and what it arose from."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__


def _number(error: BaseException) -> int:
    """What the operating system calls an error by; 0 when it is none of those we know."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    return next((number for said, number in _SAID.items() if said in str(error)), 0)
