"""One POST over a kept connection, within a deadline.

http.client reads the answer, and nothing else of it is used: its connection sends in two pieces what goes in one, and
bounds each wait for a byte, so that a server that sends one byte a second would hold it for hours. Here all of an
exchange is bounded. Proxies of the environment are not used: Sentinel is next door.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sentinel_sdk.settings import Settings

if TYPE_CHECKING:
    import ssl

PATH = "/api/v1/events"
USER_AGENT = "sentinel-sdk/1"
_MOST_READ = 1_048_576  # bytes of an answer: a thousand ids have 40,000


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `body` may be cut off."""

    status: int
    retry_after: str
    body: bytes


class Unreachable(Exception):
    """There was no whole answer in time; the message says why."""


class Transport:
    """Posts to one backend. For one thread."""

    def __init__(self, settings: Settings) -> None:
        parts = urlsplit(settings.ingestion_url)
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._tls = _tls() if parts.scheme == "https" else None
        self._timeout = settings.timeout
        self._head = _head(parts.path.rstrip("/") + PATH, parts.netloc, settings.api_key)
        self._socket: socket.socket | None = None

    def post(self, body: bytes) -> Answer:
        """Send a JSON array of events.

        Raises:
            Unreachable: refused, reset, too slow, not HTTP, no such name, no trust in its certificate.
        """
        until = time.monotonic() + self._timeout
        kept = self._socket is not None
        try:
            try:
                return self._exchange(body, until)
            except (ConnectionError, http.client.BadStatusLine):
                # A server may close a connection that was idle just when it is used again: that is no failure of it.
                if not kept:
                    raise
                self.close()
                return self._exchange(body, until)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            raise Unreachable(str(error) or type(error).__name__) from error

    def _exchange(self, body: bytes, until: float) -> Answer:
        connection = self._socket = self._socket or self._connect(until)
        connection.settimeout(_left(until))
        connection.sendall(b"%b%d\r\n\r\n%b" % (self._head, len(body), body))
        response = _Response(connection, until)
        try:
            response.begin()
            content = response.read(_MOST_READ)
            ended = response.isclosed() and not response.will_close
            answer = Answer(response.status, response.headers.get("retry-after", ""), content)
        finally:
            response.close()
        if not ended:
            self.close()
        return answer

    def _connect(self, until: float) -> socket.socket:
        connection = socket.create_connection((self._host, self._port), timeout=_left(until))
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls is not None:
                connection.settimeout(_left(until))
                return self._tls.wrap_socket(connection, server_hostname=self._host)
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Close the connection; the next post opens another."""
        connection, self._socket = self._socket, None
        if connection is not None:
            connection.close()


def _head(path: str, host: str, api_key: str) -> bytes:
    """All of a request up to the number in its last header."""
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", f"User-Agent: {USER_AGENT}", "Content-Type: application/json"]
    lines += [f"x-api-key: {api_key}"] if api_key else []
    return "\r\n".join([*lines, "Content-Length: "]).encode("ascii")


def _tls() -> ssl.SSLContext:
    import ssl  # the library that it loads is large, and most backends are next door

    return ssl.create_default_context()


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    return left


class _Response(http.client.HTTPResponse):
    """An answer that must be complete by a certain time."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        super().__init__(sock, method="POST")
        self.fp.close()  # made from the socket, it would wait as long as for one byte
        self.fp = io.BufferedReader(_UntilThen(sock, until))


class _UntilThen(io.RawIOBase):
    """Bytes of a socket, until a certain time."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock = sock
        self._until = until

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        self._sock.settimeout(_left(self._until))
        return self._sock.recv_into(into)
