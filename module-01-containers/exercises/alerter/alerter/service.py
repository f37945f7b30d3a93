"""The whole service: its parts, wired together."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from alerter.api import make_api
from alerter.connection import connect
from alerter.logs import log_to_stdout
from alerter.metrics import Metrics
from alerter.queue import Queue
from alerter.settings import Settings
from alerter.store import RedisStore
from alerter.worker import Worker


class Alerter:
    """One ASGI application, `api`, in whose lifespan one worker runs."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._redis = connect(settings)
        store, metrics, delay = RedisStore(self._redis, settings), Metrics(), settings.work_delay_ms / 1000
        self.worker = Worker(Queue(self._redis, settings.queue_name), store, metrics, delay)
        self._working: asyncio.Task[None] | None = None
        self.api = make_api(store, metrics, self._lifespan, is_working=self._is_working, delay=delay)

    def _is_working(self) -> bool:
        return self._working is not None and not self._working.done()

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        self._working = asyncio.create_task(self.worker.run())
        yield
        self.worker.stop()
        await asyncio.wait([self._working], timeout=self._settings.shutdown_timeout)
        await self._redis.aclose()


def make_app() -> FastAPI:
    """For other ASGI servers: `uvicorn --factory alerter.service:make_app`, `gunicorn 'alerter.service:make_app()'`."""
    settings = Settings.from_environment(os.environ)
    log_to_stdout(settings.log_level)
    return Alerter(settings).api
