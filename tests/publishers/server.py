"""A local web server that stands for the publishers' servers, and misbehaves when told to.

Here: HTTP. A request for https://HOST/PATH comes as /HOST/PATH, as `EDUMIG_MIRROR` sends it. Not here: what the publishers
offer (`offers`).
"""

import contextlib
import gzip
import hashlib
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    host: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    """What is answered; `etag` False for a server that knows no conditional requests."""

    body: bytes
    kind: str = "application/json"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: bool = True


Answer = Callable[[Asked], Reply]
# A fault turns the reply that would be sent into what is done instead.
Fault = Callable[["Connection", Reply], None]


class Connection(BaseHTTPRequestHandler):
    """One request and its answer."""

    protocol_version = "HTTP/1.1"
    server: "PublishersServer"

    def do_GET(self) -> None:
        """Answer, with the next fault when one waits for this host."""
        url = urlsplit(self.path)
        _, host, *rest = url.path.split("/", 2)
        asked = Asked(host, f"/{'/'.join(rest)}", parse_qs(url.query, keep_blank_values=True), dict(self.headers))
        self.server.asked.append(asked)
        reply = self.server.answer(asked)
        faults = self.server.faults.get(host, [])
        with contextlib.suppress(ConnectionError):
            (faults.pop(0) if faults and asked.path.startswith(self.server.only) else Connection.send)(self, reply)

    def send(self, reply: Reply) -> None:
        """The whole reply, or that nothing changed."""
        etag = f'"{hashlib.sha256(reply.body).hexdigest()[:16]}"'
        if reply.etag and reply.status == 200 and self.headers.get("If-None-Match") == etag:
            self.begin(304, {"ETag": etag}, None)
            return
        more = {"ETag": etag} if reply.etag and reply.status == 200 else {}
        self.begin(reply.status, {"Content-Type": reply.kind, **more, **reply.headers}, len(reply.body))
        self.wfile.write(reply.body)

    def begin(self, status: int, headers: Mapping[str, str], length: int | None) -> None:
        """The status line and the headers."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing on the terminal."""


class PublishersServer(ThreadingHTTPServer):
    """The server; `asked` are the requests so far, `faults` what is to happen to the next ones, by host."""

    daemon_threads = True

    def __init__(self, answer: Answer) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.answer = answer
        self.asked: list[Asked] = []
        self.faults: dict[str, list[Fault]] = {}
        self.only = "/"  # faults happen to paths that begin so

    @property
    def address(self) -> str:
        """Where it is, as EDUMIG_MIRROR."""
        return f"http://127.0.0.1:{self.server_port}"


@contextlib.contextmanager
def serving(answer: Answer) -> Iterator[PublishersServer]:
    """A server that answers until the block ends."""
    server = PublishersServer(answer)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


# Faults


def well(connection: Connection, reply: Reply) -> None:
    """No fault."""
    connection.send(reply)


def status(code: int, body: bytes = b"out of order", **headers: str) -> Fault:
    """Another status."""

    def fault(connection: Connection, _reply: Reply) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.send(Reply(body, "text/plain", code, named))

    return fault


def page(connection: Connection, _reply: Reply) -> None:
    """An HTML page, with status 200."""
    connection.send(Reply(b"<!DOCTYPE html><html><title>We are sorry</title>Back soon.</html>", "text/html; charset=utf-8"))


def broken_off(connection: Connection, reply: Reply) -> None:
    """The first half of what was promised."""
    connection.begin(200, {"Content-Type": reply.kind}, len(reply.body))
    connection.wfile.write(reply.body[: len(reply.body) // 2])
    connection.close_connection = True


def packed_and_broken_off(connection: Connection, reply: Reply) -> None:
    """The first half of a packed body, the half being what was promised."""
    half = gzip.compress(reply.body)
    half = half[: len(half) // 2]
    connection.begin(200, {"Content-Type": reply.kind, "Content-Encoding": "gzip"}, len(half))
    connection.wfile.write(half)


def cut_short(connection: Connection, reply: Reply) -> None:
    """The first half, as if that were all."""
    connection.send(Reply(reply.body[: len(reply.body) // 2], reply.kind))


def of_no_length(connection: Connection, reply: Reply) -> None:
    """All of it, but whoever reads it cannot know."""
    connection.begin(200, {"Content-Type": reply.kind, "Connection": "close"}, None)
    connection.wfile.write(reply.body)
    connection.close_connection = True


def slow(connection: Connection, reply: Reply) -> None:
    """All of it, but in drops."""
    connection.begin(200, {"Content-Type": reply.kind}, len(reply.body))
    size = max(1, len(reply.body) // 8)
    for start in range(0, len(reply.body), size):
        connection.wfile.write(reply.body[start : start + size])
        connection.wfile.flush()
        time.sleep(0.05)


def silent(connection: Connection, _reply: Reply) -> None:
    """Nothing for longer than anybody waits."""
    time.sleep(1.5)
    connection.close_connection = True


def sent_on(to: str) -> Fault:
    """A redirect."""

    def fault(connection: Connection, _reply: Reply) -> None:
        connection.begin(302, {"Location": to}, 0)

    return fault


def of_kind(kind: str) -> Fault:
    """The right bytes under another media type."""

    def fault(connection: Connection, reply: Reply) -> None:
        connection.send(Reply(reply.body, kind))

    return fault


def instead(body: bytes) -> Fault:
    """Other bytes under the right media type."""

    def fault(connection: Connection, reply: Reply) -> None:
        connection.send(Reply(body, reply.kind))

    return fault
