"""The ASGI application: the hot route in front, FastAPI behind it for everything else."""

from __future__ import annotations

import logging
from time import perf_counter

from backend.api import make_api
from backend.buffer import Buffer
from backend.intake import Intake
from backend.metrics import Metrics
from backend.openapi import PATH
from backend.request import Message, Receive, Scope, Send
from backend.settings import Settings
from backend.stores import Clock, EventStore, make_store, wall_clock

_logger = logging.getLogger(__name__)


class Backend:
    """The whole service, as one ASGI application."""

    def __init__(self, settings: Settings, store: EventStore | None = None, clock: Clock = wall_clock) -> None:
        self.store = store or make_store(settings, clock)
        self._settings = settings
        buffer = Buffer(settings.max_buffered_bytes, settings.retry_after)
        self._metrics = Metrics(buffer)
        self.api = make_api(self.store, settings, clock, self._metrics)
        self._intake = Intake(self.store, settings, clock, buffer, self._metrics)
        self._routes = frozenset({PATH, *self.api.openapi()["paths"]})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the lifespan."""
        if scope["type"] != "http":
            await self.api(scope, receive, send)
            return
        started = perf_counter()
        status = 0

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        await (self._intake if scope["path"] == PATH else self.api)(scope, receive, note)
        if status:
            self._note(scope["path"], status, perf_counter() - started)

    def _note(self, path: str, status: int, seconds: float) -> None:
        """Count an answer. Paths that nothing is at are counted together: else clients could make up any number."""
        self._metrics.answered(path if path in self._routes else "other", status, seconds)
        if self._settings.access_log:
            _logger.info("answered", extra={"path": path, "status": status, "seconds": round(seconds, 6)})
