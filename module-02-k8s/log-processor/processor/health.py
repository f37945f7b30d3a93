"""GET /health, /health/live and /metrics."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

import msgspec
from aiohttp import web

from processor import metrics as metrics_module
from processor.metrics import Metrics
from processor.persistence import Unavailable
from processor.queue import Queue
from processor.reach import Reach
from processor.settings import Settings

_TIMEOUT = 0.8  # seconds: whoever asks gets an answer within 1 s, however Redis fails
_Handler = Callable[[web.Request], Awaitable[web.Response]]


class Health:
    """Whether a log that is queued now would reach the backend."""

    def __init__(self, queue: Queue, redis: Reach, backend: Reach) -> None:
        self._queue = queue
        self._redis = redis
        self._backend = backend

    async def look(self) -> tuple[HTTPStatus, dict[str, object]]:
        """A status and what to say. Redis is asked now; of the backend the last delivery told."""
        length, error = await self._look_at_queue()
        well = error is None and self._backend.error is None
        status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
        said = "ok" if well else "unavailable"
        queue = {"length": length, "error": error}
        return status, {"status": said, "queue": queue, "backend": {"error": self._backend.error}}

    async def _look_at_queue(self) -> tuple[int | None, str | None]:
        try:
            async with asyncio.timeout(_TIMEOUT):
                length = await self._queue.length()
        except TimeoutError:
            return None, f"no answer within {_TIMEOUT} s"
        except Unavailable as error:
            return None, str(error)
        return length, self._redis.error  # it may answer, and yet refuse what the worker asks


@asynccontextmanager
async def listening(settings: Settings, health: Health, metrics: Metrics) -> AsyncIterator[None]:
    """Answer until the end of the block. OSError: the address is taken."""
    app = web.Application()
    app.router.add_get("/health", _health(health))
    app.router.add_get("/health/live", _live)
    app.router.add_get("/metrics", _metrics(metrics))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        yield
    finally:
        await runner.cleanup()


def _health(health: Health) -> _Handler:
    async def answer(_: web.Request) -> web.Response:
        """For readiness probes and `docker ps`."""
        status, found = await health.look()
        headers = {} if status is HTTPStatus.OK else {"retry-after": "1"}
        return _json(found, status, headers)

    return answer


async def _live(_: web.Request) -> web.Response:
    """Whether the process answers at all: a restart mends nothing else, so nothing else is looked at."""
    return _json({"status": "ok"})


def _metrics(metrics: Metrics) -> _Handler:
    async def answer(_: web.Request) -> web.Response:
        """What Prometheus scrapes."""
        return web.Response(body=metrics.text(), headers={"content-type": metrics_module.MEDIA_TYPE})

    return answer


def _json(body: object, status: HTTPStatus = HTTPStatus.OK, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), status=status, headers=headers, content_type="application/json")
