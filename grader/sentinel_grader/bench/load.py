"""Load from a process of its own: `python -m sentinel_grader.bench.load`, one JSON job on stdin, one answer on stdout.

Each connection sends its next request when the answer to the last one is complete. Raw sockets and no HTTP client:
the generator must never be what is measured.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Job:
    """What to send.

    Args:
        entries: log entries in one request; more than one go to /logs/batch.
        requests: how many requests, over all connections.
    """

    port: int
    connections: int
    requests: int
    entries: int


@dataclass(frozen=True)
class Outcome:
    """How it went; only what was answered by 202 counts as accepted."""

    accepted: int
    refused: int
    seconds: float


def request_bytes(entries: int) -> bytes:
    """One whole HTTP request with about 200 bytes for each entry."""
    entry = {
        "service_name": "checkout",
        "level": "ERROR",
        "message": "card declined: the issuer did not answer within 3 s, order kept for a later try",
        "tenant_id": "acme",
        "attributes": {"order": 42, "amount": 19.99, "currency": "EUR", "retry": True},
    }
    body = json.dumps(entry if entries == 1 else [entry] * entries).encode()
    head = f"POST {'/logs' if entries == 1 else '/logs/batch'} HTTP/1.1\r\nHost: collector\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Client(asyncio.Protocol):
    """One kept-alive connection."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._send()

    def _send(self) -> None:
        if request := self._load.next_request():
            self._transport.write(request)
        else:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, _, body = self._received.partition(b"\r\n\r\n")
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
        if length and len(body) == int(length):
            self._received = b""
            self._load.answered(head.startswith(b"HTTP/1.1 202"))
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio passes it by position
        self._load.closed()


class Load:
    """All connections of one job."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._request = request_bytes(job.entries)
        self._left = job.requests
        self._open = job.connections
        self._accepted = 0
        self._refused = 0
        self._done = asyncio.Event()

    async def run(self) -> Outcome:
        """Send all requests; ends when the last connection has closed."""
        started = time.perf_counter()
        loop = asyncio.get_running_loop()
        for _ in range(self._job.connections):
            await loop.create_connection(lambda: Client(self), "127.0.0.1", self._job.port)
        await self._done.wait()
        return Outcome(self._accepted, self._job.requests - self._accepted, time.perf_counter() - started)

    def next_request(self) -> bytes | None:
        """The next request to send; None when there is none left."""
        self._left -= 1
        return self._request if self._left >= 0 else None

    def answered(self, accepted: bool) -> None:
        self._accepted += accepted

    def closed(self) -> None:
        self._open -= 1
        if self._open == 0:
            self._done.set()


def main() -> None:
    job = Job(**json.load(sys.stdin))
    print(json.dumps(asdict(asyncio.run(Load(job).run()))))


if __name__ == "__main__":
    main()
