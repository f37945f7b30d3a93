"""The worker: takes one entry after another off the queue and does the work on it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

from pydantic import ValidationError

from alerter.connection import REDIS_FAILED
from alerter.entries import Entry
from alerter.metrics import Metrics
from alerter.queue import Queue
from alerter.store import AlertStore

_logger = logging.getLogger(__name__)
_PAUSE = 0.25  # seconds between two tries while Redis is away
_Found = TypeVar("_Found")


class Worker:
    """One entry at a time, in the order of the queue, until it is stopped.

    Args:
        delay: seconds by which the work on each entry is delayed, for tests.
    """

    def __init__(self, queue: Queue, store: AlertStore, metrics: Metrics, delay: float = 0) -> None:
        self._queue = queue
        self._store = store
        self._metrics = metrics
        self._delay = delay
        self._stopping = False
        self._in_reach = True

    def stop(self) -> None:
        """Take no further entry. `run` returns once the one in hand is done. May be called from a signal handler."""
        self._stopping = True

    async def run(self) -> None:
        """Work until `stop`. Where Redis goes away, wait until it is back, unless stopped meanwhile."""
        with contextlib.suppress(*REDIS_FAILED):
            while not self._stopping:
                item = await self._persist(self._queue.take)
                if item is not None:
                    await self._work_on(item)
                    await self._persist(partial(self._queue.done, item))

    async def _work_on(self, item: bytes) -> None:
        await asyncio.sleep(self._delay)
        try:
            entry = Entry.model_validate_json(item)
        except ValidationError as error:  # it would be no better next time
            _logger.error("malformed entry", extra={"entry": item[:500], "why": str(error)})
            self._metrics.worked_on("malformed")
            return
        if entry.is_error:
            await self._persist(lambda: self._count(entry))
        self._metrics.worked_on("error" if entry.is_error else "other")

    async def _count(self, entry: Entry) -> None:
        if alert := await self._store.count(entry):
            self._metrics.raised()
            _logger.warning("alert raised", extra=alert.model_dump(mode="json", exclude={"level", "raised_at"}))

    async def _persist(self, step: Callable[[], Awaitable[_Found]]) -> _Found:
        """What `step` returns, tried again while Redis is away; gives up where the worker is stopped meanwhile."""
        while True:
            try:
                found = await step()
            except REDIS_FAILED as error:
                self._note(False, str(error))
                if self._stopping:
                    raise
                await asyncio.sleep(_PAUSE)
            else:
                self._note(True)
                return found

    def _note(self, in_reach: bool, why: str = "") -> None:
        """Log that Redis was lost or is back, once."""
        if in_reach != self._in_reach:
            self._in_reach = in_reach
            level = logging.INFO if in_reach else logging.ERROR
            _logger.log(level, "Redis is %s", "back" if in_reach else "away", extra={"why": why} if why else {})
