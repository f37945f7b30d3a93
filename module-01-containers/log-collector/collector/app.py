"""The ASGI application: the hot routes in front, FastAPI behind them for everything else."""

from __future__ import annotations

from collector.api import make_api
from collector.buffer import Buffer
from collector.intake import ROUTES, Intake
from collector.metrics import Metrics
from collector.queues import Queue, make_queue
from collector.request import Receive, Scope, Send
from collector.settings import Settings


class Collector:
    """The whole service, as one ASGI application."""

    def __init__(self, settings: Settings, queue: Queue | None = None) -> None:
        self.queue = queue or make_queue(settings)
        buffer = Buffer(settings.max_buffered_bytes, settings.retry_after)
        metrics = Metrics(buffer)
        self.api = make_api(self.queue, settings, metrics)
        self._hot = {route.path: Intake(route, self.queue, settings, buffer, metrics) for route in ROUTES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the lifespan."""
        hot = self._hot.get(scope["path"]) if scope["type"] == "http" else None
        await (hot or self.api)(scope, receive, send)
