"""A small backend of the tests' own, over real sockets, that misbehaves as it is told."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from sdk_event import StrictEvent, valid_events


class Request(BaseHTTPRequestHandler):
    """One connection; answers each POST as the backend's behaviour says."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        backend = self.server.backend
        with backend.lock:
            backend.requests.append((time.monotonic(), self.path, dict(self.headers), body))
            behaviour = backend.script.pop(0) if backend.script else backend.behaviour
        behaviour(self, body)

    def answer(self, status: int, body: bytes = b"{}", **headers: str) -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as it is called there
        """Tests print nothing."""


Behaviour = Callable[[Request, bytes], None]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    backend: Backend

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is part of the test."""


class Backend:
    """Takes events on a port of its own.

    Args:
        behaviour: how it answers where `script` is empty.
    """

    def __init__(self) -> None:
        self.requests: list[tuple[float, str, dict[str, str], bytes]] = []
        self.taken: list[StrictEvent] = []
        self.script: list[Behaviour] = []
        self.behaviour: Behaviour = takes
        self.lock = threading.Lock()
        self.over = threading.Event()  # ends those that hang
        self._server = _Server(("127.0.0.1", 0), Request)
        self._server.backend = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def ids(self) -> list[str]:
        """What it has taken."""
        with self.lock:
            return [event.id for event in self.taken]


def takes(request: Request, body: bytes) -> None:
    """202, and what was posted must be valid."""
    backend = request.server.backend
    try:
        events = valid_events(body)
    except ValueError as error:
        request.answer(422, str(error).encode())
        return
    with backend.lock:
        backend.taken += events
    request.answer(202)


def says(status: int, body: bytes = b"{}", **headers: str) -> Behaviour:
    """Answer with a status, and take nothing."""
    return lambda request, _: request.answer(status, body, **headers)


def is_slow(seconds: float) -> Behaviour:
    """Take it, late."""

    def behave(request: Request, body: bytes) -> None:
        request.server.backend.over.wait(seconds)
        takes(request, body)

    return behave


def hangs(request: Request, _: bytes) -> None:
    """Never answer."""
    request.server.backend.over.wait(30)
    request.close_connection = True


def drips(request: Request, _: bytes) -> None:
    """A byte now and then, for ever."""
    over = request.server.backend.over
    request.connection.sendall(b"HTTP/1.1 202 Accepted\r\nx-drip: ")
    while not over.wait(0.05):
        request.connection.sendall(b"x")


def dies(request: Request, _: bytes) -> None:
    """Killed in the middle of a request: the connection is reset."""
    request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.connection.close()
    request.close_connection = True


def takes_and_dies(request: Request, body: bytes) -> None:
    """Killed after it has stored the batch, and before it says so."""
    backend = request.server.backend
    with backend.lock:
        backend.taken += valid_events(body)
    dies(request, body)


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.01)


def statuses(events: Sequence[StrictEvent]) -> list[int | None]:
    """The status of each."""
    return [event.status for event in events]
