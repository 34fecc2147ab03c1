"""The body of an answer: whole, unpacked, and no longer than allowed.

Belongs here: reading bytes, and telling a part from the whole. Does not belong here: requests (`web`).
"""

import zlib
from collections.abc import Iterator

import httpx

from edumig_pipeline.retrieval.errors import PassingError, WebError

# The one packing that is asked for: of this one can be told whether it is whole, which httpx does not.
ENCODING = "gzip"
_GZIP_HEADER = 32 + zlib.MAX_WBITS
_SAID = 300  # characters of a publisher's own message


def refuse_unmeasured(url: str, response: httpx.Response) -> None:
    """Raise WebError for a body of which nobody could tell whether it is whole."""
    if "content-length" not in response.headers and "chunked" not in response.headers.get("transfer-encoding", ""):
        raise WebError(f"{url} does not say how long it is, so that a part could pass for the whole")


def length(response: httpx.Response) -> int | None:
    """Bytes of the body as it will be written; None where that is not known before, as of a packed one."""
    return None if _encoding(response) else int(response.headers.get("content-length", 0)) or None


def blocks(url: str, response: httpx.Response, max_bytes: int) -> Iterator[bytes]:
    """The body, block by block, unpacked; raises WebError once it is longer than allowed, PassingError when it broke off."""
    count = 0
    for block in _unpacked(url, response) if _encoding(response) else response.iter_raw():
        count += len(block)
        if count > max_bytes:
            raise WebError(f"{url} is larger than the {max_bytes:,} bytes allowed for it")
        yield block


def _encoding(response: httpx.Response) -> str:
    return str(response.headers.get("content-encoding", "")).strip().lower().replace("identity", "")


def _unpacked(url: str, response: httpx.Response) -> Iterator[bytes]:
    if _encoding(response) != ENCODING:
        raise WebError(f"{url} is packed as {_encoding(response)}, which was not asked for")
    unpacking = zlib.decompressobj(_GZIP_HEADER)
    try:
        for block in response.iter_raw():
            yield unpacking.decompress(block)
    except zlib.error as error:
        raise PassingError(f"{url} is damaged: {error}") from error
    if not unpacking.eof:
        raise PassingError(f"{url} broke off: its packed bytes do not end")


def excerpt(body: bytes) -> str:
    """The beginning of what was said, on one line."""
    text = " ".join(body[: 4 * _SAID].decode("utf-8", errors="replace").split())
    return f"{text[:_SAID]}…" if len(text) > _SAID else text or "nothing"


def said(url: str, response: httpx.Response, max_bytes: int) -> str:
    """The beginning of what an answer says, as far as it can be read."""
    try:
        return excerpt(next(blocks(url, response, max_bytes), b""))
    except WebError:
        return "nothing that can be read"
