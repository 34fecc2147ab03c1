"""Telling somebody far away: one JSON object posted to the address of a webhook.

The address is a secret, since who knows it can post: no message says more of it than the host. Belongs here: the request, and
trying again. Does not belong here: what there is to tell (`defs/alerts`).
"""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass

import httpx
import tenacity

_PASSING = (408, 425, 429, 500, 502, 503, 504)  # what may be gone at the next attempt


class WebhookError(Exception):
    """Nobody was told, and why."""


class _PassingError(WebhookError):
    """What may be gone at the next attempt."""


@dataclass(frozen=True)
class Patience:
    """How often to try, how long to wait between and for an answer, in seconds; whoever waits for us is not patient either."""

    attempts: int = 3
    wait: float = 1.0
    silence: float = 5.0


def post(address: str, told: Mapping[str, object], patience: Patience | None = None) -> None:
    """Post `told` as JSON; raises WebhookError unless the answer is that it was taken (HTTP 2xx)."""
    patience = patience or Patience()
    attempts = tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(_PassingError),
        stop=tenacity.stop_after_attempt(patience.attempts),
        wait=tenacity.wait_fixed(patience.wait),
        reraise=True,
    )
    attempts(_post, address, told, patience.silence)


def _post(address: str, told: Mapping[str, object], silence: float) -> None:
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log the whole address
    host = _host(address)
    try:
        status = httpx.post(address, json=told, timeout=silence).status_code
    except httpx.TransportError as error:
        raise _PassingError(f"the webhook at {host} cannot be reached: {type(error).__name__}") from None
    if not httpx.codes.is_success(status):
        kind = _PassingError if status in _PASSING else WebhookError
        raise kind(f"the webhook at {host} answers HTTP {status}")


def _host(address: str) -> str:
    """The host of the address; raises WebhookError when it is no address of a web server."""
    try:
        url = httpx.URL(address)
    except (httpx.InvalidURL, TypeError):
        url = httpx.URL("")
    if url.scheme not in ("http", "https") or not re.fullmatch(r"[\w.:-]+", url.host):
        raise WebhookError("the webhook is no address that begins with http:// or https://")
    return url.host
