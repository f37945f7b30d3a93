"""HTTP over kept connections, for many requests at once: httptools parses, nothing else is in the way."""

from __future__ import annotations

import asyncio
import ssl
from urllib.parse import urlsplit

import httptools

_MOST_IDLE = 100  # connections


class NoAnswer(Exception):
    """There was no whole answer; the message says why."""


class Client:
    """GETs from one server.

    Args:
        url: `http[s]://host[:port][/path]`.
        timeout: seconds that one request may take.

    Raises:
        ValueError: the URL is none.
    """

    def __init__(self, url: str, timeout: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or not url.isascii():
            raise ValueError(f"{url} is no URL: it must be like http://localhost:4000")
        self._host = parts.hostname
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._port = parts.port or (443 if self._tls else 80)
        self._path = parts.path.rstrip("/")
        self._authority = parts.netloc.rpartition("@")[2]
        self._timeout = timeout
        self._idle: list[_Connection] = []

    async def get(self, path: str, tenant: str) -> int:
        """The status of the answer; its body is read and thrown away.

        Raises:
            NoAnswer: refused, reset, cut off, too slow, not HTTP.
        """
        lines = (f"GET {self._path}{path} HTTP/1.1", f"Host: {self._authority}", "User-Agent: sentinel-traffic/1")
        request = "\r\n".join([*lines, f"x-tenant-id: {tenant}", "", ""]).encode("ascii")
        connection: _Connection | None = None
        try:
            async with asyncio.timeout(self._timeout):
                connection = self._take_idle() or await self._connect()
                status = await connection.ask(request)
        except TimeoutError as error:
            raise NoAnswer(f"no answer within {self._timeout:g} s") from error
        except (OSError, httptools.HttpParserError) as error:
            raise NoAnswer(str(error) or type(error).__name__) from error
        finally:
            if connection is not None:
                self._put_back(connection)
        return status

    def _take_idle(self) -> _Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_idle():
                return connection
        return None

    async def _connect(self) -> _Connection:
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(_Connection, self._host, self._port, ssl=self._tls)
        return connection

    def _put_back(self, connection: _Connection) -> None:
        if connection.is_idle() and len(self._idle) < _MOST_IDLE:
            self._idle.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Close all connections."""
        while self._idle:
            self._idle.pop().close()


class _Connection(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self) -> None:
        self._answer: asyncio.Future[int] | None = None
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._until_closed = False  # the answer has no length: it ends with the connection

    def ask(self, request: bytes) -> asyncio.Future[int]:
        """Send a request; returns what will be the status of its answer."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(request)
        return self._answer

    def is_idle(self) -> bool:
        """Whether it can take a request."""
        return self._answer is None and self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._end(error)
            self.close()

    def on_headers_complete(self) -> None:
        """Called by the parser."""
        self._until_closed = not self._parser.should_keep_alive()

    def on_message_complete(self) -> None:
        """Called by the parser."""
        if self._parser.get_status_code() >= 200:
            self._end(None)
            if self._until_closed:
                self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        if exc is None and self._until_closed:
            self._end(None)
        self._end(exc or ConnectionError("it hung up"))

    def _end(self, error: Exception | None) -> None:
        answer, self._answer = self._answer, None
        if answer is None or answer.done():
            return
        if error is None:
            answer.set_result(self._parser.get_status_code())
        else:
            answer.set_exception(error)
