"""The collector in this process: its application, with a memory queue."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Self

import httpx
from collector.app import Collector
from collector.queues.memory import MemoryQueue
from collector.settings import Settings

ENTRY: dict[str, Any] = {"service_name": "checkout", "level": "ERROR", "message": "card declined"}


class InProcess:
    """The ASGI application behind a test client.

    Args:
        settings: as fields of Settings; the queue is in memory.
    """

    def __init__(self, **settings: Any) -> None:
        self.settings = Settings(**{"queue_backend": "memory", **settings})
        self.queue = MemoryQueue(self.settings.max_queue_length)
        transport = httpx.ASGITransport(Collector(self.settings, self.queue))
        self._client = httpx.AsyncClient(transport=transport, base_url="http://collector")
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()

    def get(self, path: str) -> httpx.Response:
        """GET a path."""
        return self.request("GET", path)

    def request(self, method: str, path: str) -> httpx.Response:
        """Send a request without a body."""
        return self._runner.run(self._client.request(method, path))

    def post(
        self, content: bytes | object, path: str = "/logs", media_type: str = "application/json", **headers: str
    ) -> httpx.Response:
        """POST bytes as they are, or anything else as JSON. Header names are written with underscores."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        named = {name.replace("_", "-").encode(): value.encode("latin-1") for name, value in headers.items()}
        return self._runner.run(
            self._client.post(path, content=body, headers={b"content-type": media_type.encode(), **named})
        )

    @property
    def queued(self) -> list[dict[str, Any]]:
        """What is on the queue, oldest first."""
        return [json.loads(item) for item in reversed(self.queue.items)]

    def take_all(self) -> list[dict[str, Any]]:
        """Take everything off the queue, oldest first."""
        taken = self.queued
        self.queue.items.clear()
        return taken
