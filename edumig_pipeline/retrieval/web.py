"""HTTP as the publishers' servers need it: patient, bounded, and never taking half an answer for a whole one.

Belongs here: requests, retries, redirects, limits, and the sentence that says what went wrong. Does not belong here: any
publisher's addresses (`sources/`), or whether what came is the right file (`inspection`).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from time import monotonic, sleep
from typing import Protocol, TypeVar

import httpx
import tenacity

from edumig_pipeline.retrieval import body
from edumig_pipeline.retrieval.errors import AbsentError, PassingError, TooMuchAskedError, WebError

_PASSING = (408, 425, 429, 500, 502, 503, 504)  # what may be gone at the next attempt
_SPLIT = 400  # what publishers answer when too much was asked for at once
_MOST_REDIRECTS = 5
_LARGEST_ANSWER = 1 << 25  # bytes of a reply that a plan asks for

Read = TypeVar("Read")


@dataclass(frozen=True)
class Patience:
    """How long to be patient with a server, in seconds.

    A request is tried `attempts` times. Waits double from `first_wait`, with as much again at random, up to `longest_wait`;
    a server that asks for a longer one (Retry-After) gets it up to `longest_asked`, else the request is given up. `silence`
    bounds how long no byte may come, `longest_file` how long a file may take.
    """

    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 60.0
    longest_asked: float = 600.0
    silence: float = 60.0
    longest_file: float = 7200.0


class Watch(Protocol):
    """Somebody who is told how a download goes on."""

    def say(self, text: str) -> None:
        """Something happened that a person may want to know."""

    def begin(self, label: str, total: int | None) -> None:
        """A file begins to come, or begins anew; `total` is its size in bytes where the publisher tells it."""

    def advance(self, count: int) -> None:
        """So many more bytes of it are here."""

    def end(self) -> None:
        """It is here, or it failed."""


@dataclass(frozen=True)
class Validators:
    """What a server says of a file's state, so that it can be asked whether that changed."""

    etag: str | None = None
    last_modified: str | None = None

    @property
    def day(self) -> str | None:
        """The day of Last-Modified, YYYY-MM-DD."""
        try:
            return parsedate_to_datetime(self.last_modified or "").astimezone(UTC).date().isoformat()
        except ValueError:
            return None


@dataclass(frozen=True)
class Client:
    """Requests to one publisher.

    `mirror` is the address of a server that has other servers' files under their host names; all requests go there when
    it is given. `headers` go with every request, `hosts` are those that a request may be sent on to, `pause` is how many
    seconds lie between two requests. `as_browser` says that the publisher's server answers browsers alone.
    """

    watch: Watch
    patience: Patience = field(default_factory=Patience)
    mirror: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    hosts: tuple[str, ...] = ()
    pause: float = 0.0
    as_browser: bool = False

    def exists(self, url: str) -> bool:
        """Whether there is something at `url`; raises WebError when that cannot be told."""
        try:
            return self._patiently(url, {}, lambda _: True)
        except AbsentError:
            return False

    def ask(self, url: str) -> object:
        """The JSON value at `url`; raises WebError when there is none."""

        def read(response: httpx.Response) -> object:
            whole = b"".join(body.blocks(url, response, _LARGEST_ANSWER))
            try:
                return json.loads(whole)
            except (ValueError, RecursionError):
                raise WebError(f"{url} answers with no JSON: {body.excerpt(whole)}") from None

        return self._patiently(url, {}, read)

    def save(self, url: str, target: Path, *, kinds: tuple[str, ...], max_bytes: int, known: Validators) -> Validators | None:
        """Write what is at `url` to `target` and say in which state the server has it; None when it is as `known` says.

        Raises TooMuchAskedError when the publisher answers HTTP 400, WebError for everything else that brings no whole file
        of one of the media types `kinds`; then nothing is left at `target`.
        """
        asked = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
        conditions = {name: value for name, value in asked.items() if value}

        def read(response: httpx.Response) -> Validators | None:
            if response.status_code == httpx.codes.NOT_MODIFIED:
                if not conditions:
                    raise WebError(f"{url} answers that it did not change, though nobody asked that")
                return None
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind not in kinds:
                said = body.said(url, response, _LARGEST_ANSWER)
                raise WebError(f"{url} answers with {kind or 'no media type'} where {' or '.join(kinds)} belongs: {said}")
            self._write(url, response, target, max_bytes)
            return Validators(response.headers.get("etag"), response.headers.get("last-modified"))

        try:
            return self._patiently(url, conditions, read)
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        finally:
            self.watch.end()

    def _write(self, url: str, response: httpx.Response, target: Path, max_bytes: int) -> None:
        body.refuse_unmeasured(url, response)
        self.watch.begin(target.name, body.length(response))
        deadline = monotonic() + self.patience.longest_file
        with target.open("wb") as stream:
            for block in body.blocks(url, response, max_bytes):
                if monotonic() > deadline:
                    raise WebError(f"{url} is not here after {self.patience.longest_file:g} s: it comes too slowly")
                stream.write(block)
                self.watch.advance(len(block))

    def _patiently(self, url: str, headers: Mapping[str, str], read: Callable[[httpx.Response], Read]) -> Read:
        """What `read` makes of the answer, attempt by attempt."""

        def before_next(state: tenacity.RetryCallState) -> None:
            fault = state.outcome.exception() if state.outcome else None
            self.watch.say(f"{fault}; trying again in {state.upcoming_sleep:.0f} s")

        attempts = tenacity.Retrying(
            retry=tenacity.retry_if_exception(self._bearable),
            stop=tenacity.stop_after_attempt(self.patience.attempts),
            wait=self._wait,
            before_sleep=before_next,
            reraise=True,
        )
        return attempts(partial(self._attempt, url, headers, read))

    def _bearable(self, error: BaseException) -> bool:
        return isinstance(error, PassingError) and (error.wait is None or error.wait <= self.patience.longest_asked)

    def _wait(self, state: tenacity.RetryCallState) -> float:
        fault = state.outcome.exception() if state.outcome else None
        if isinstance(fault, PassingError) and fault.wait is not None:
            return fault.wait
        backoff = tenacity.wait_exponential(self.patience.first_wait, self.patience.longest_wait)
        return float((backoff + tenacity.wait_random(0, self.patience.first_wait))(state))

    def _attempt(self, url: str, headers: Mapping[str, str], read: Callable[[httpx.Response], Read]) -> Read:
        try:
            with self._answer(url, headers) as response:
                _refuse_faults(url, response)
                return read(response)
        except httpx.TimeoutException as error:
            raise PassingError(f"{url} was silent for {self.patience.silence:g} s") from error
        except httpx.TransportError as error:
            raise PassingError(f"{url} cannot be read: {error or type(error).__name__}") from error

    @contextmanager
    def _answer(self, url: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """The answer to a request, sent on where the publisher wants that and it stays with the publisher."""
        agent = f"edumig_pipeline/{version('edumig-pipeline')}"
        agent = f"Mozilla/5.0 (X11; Linux x86_64; {agent})" if self.as_browser else agent
        sent = {"User-Agent": agent, "Accept-Encoding": body.ENCODING, **self.headers, **headers}
        sleep(self.pause)
        with httpx.Client(timeout=self.patience.silence) as client:
            request = client.build_request("GET", self._mirrored(httpx.URL(url)), headers=sent)
            for _ in range(_MOST_REDIRECTS):
                response = client.send(request, stream=True)
                if response.next_request is None:
                    break
                response.close()
                there = self._permitted(url, request.url, response.next_request.url)
                request = client.build_request("GET", there, headers=sent)
            else:
                raise WebError(f"{url} is sent on more than {_MOST_REDIRECTS} times")
            try:
                yield response
            finally:
                response.close()

    def _permitted(self, url: str, sender: httpx.URL, there: httpx.URL) -> httpx.URL:
        """Where to go on to. A host that nobody declared may be anybody, and would be sent our key."""
        if (there.scheme, there.netloc) == (sender.scheme, sender.netloc):
            return there
        if there.scheme == "https" and there.host in (httpx.URL(url).host, *self.hosts):
            return self._mirrored(there)
        raise WebError(f"{url} is sent on to {there.copy_with(query=None)}, a host that is not declared to be the publisher's")

    def _mirrored(self, url: httpx.URL) -> httpx.URL:
        if not self.mirror:
            return url
        return httpx.URL(f"{self.mirror.rstrip('/')}/{url.host}{url.raw_path.decode()}")


def _refuse_faults(url: str, response: httpx.Response) -> None:
    """Raise for an answer that is none."""
    if response.is_success or response.status_code == httpx.codes.NOT_MODIFIED:
        return
    said = body.said(url, response, _LARGEST_ANSWER)
    message = f"{url} answers HTTP {response.status_code} {response.reason_phrase}: {said}"
    if response.status_code in _PASSING:
        wait = _asked_to_wait(response.headers.get("retry-after"))
        raise PassingError(message if wait is None else f"{message} (asks to wait {wait:.0f} s)", wait)
    if response.status_code == _SPLIT:
        raise TooMuchAskedError(message, said)
    raise AbsentError(message) if response.status_code == httpx.codes.NOT_FOUND else WebError(message)


def _asked_to_wait(retry_after: str | None) -> float | None:
    """Seconds a Retry-After asks for: it is a number of them, or a date."""
    if retry_after is None:
        return None
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        return max(0.0, (parsedate_to_datetime(retry_after) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):  # no date, or one without a time zone
        return None
