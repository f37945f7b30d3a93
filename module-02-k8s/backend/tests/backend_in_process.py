"""The backend in this process: its application, with a store in memory."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Self

import httpx
from backend.app import Backend
from backend.settings import Settings
from backend_bench import TestClock

EVENT: dict[str, Any] = {"service_name": "checkout", "level": "ERROR", "message": "card declined"}
PATH = "/api/v1/events"
NDJSON = "application/x-ndjson"


class InProcess:
    """The ASGI application behind a test client, at a time that the test decides.

    Args:
        settings: as fields of Settings; the store is in memory.
    """

    def __init__(self, **settings: Any) -> None:
        self.settings = Settings(**{"event_storage": "memory", **settings})
        self.clock = TestClock()
        self.app = Backend(self.settings, clock=self.clock)
        transport = httpx.ASGITransport(self.app)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://backend")
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        """GET a path."""
        return self._runner.run(self._client.get(path, params=parameters))

    def request(self, method: str, path: str) -> httpx.Response:
        """Send a request without a body."""
        return self._runner.run(self._client.request(method, path))

    def post(
        self, content: bytes | object, media_type: str = "application/json", path: str = PATH, **headers: str
    ) -> httpx.Response:
        """POST bytes as they are, or anything else as JSON. Header names are written with underscores."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        named = {name.replace("_", "-").encode(): value.encode("latin-1") for name, value in headers.items()}
        return self._runner.run(
            self._client.post(path, content=body, headers={b"content-type": media_type.encode(), **named})
        )

    @property
    def kept(self) -> list[dict[str, Any]]:
        """The events in the store, newest first."""
        found: list[dict[str, Any]] = self.get("/api/v1/debug/events", window=60, limit=100).json()["events"]
        return found

    @property
    def held(self) -> int:
        """How many events the store holds."""
        held: int = self.get("/api/v1/debug/stats").json()["events"]
        return held
