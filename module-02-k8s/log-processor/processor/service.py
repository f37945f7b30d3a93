"""The parts, wired together; how they start, and how they end."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Iterable

import uvloop

from processor.backend import Backend
from processor.backoff import Backoff
from processor.connection import connect
from processor.delivery import Delivery
from processor.health import Health, listening
from processor.logs import log_to_stdout
from processor.metrics import Metrics
from processor.persistence import GaveUp, Persistence, Unavailable
from processor.queue import Queue
from processor.reach import Reach
from processor.settings import Settings
from processor.worker import Worker

_logger = logging.getLogger(__name__)


def run(settings: Settings, *, once: bool) -> bool:
    """Work until SIGTERM or SIGINT, or until the queue is empty once.

    Returns:
        Whether it ended as it should; why not, it has logged.

    Raises:
        SettingsError: REDIS_URL is none.
    """
    redis = connect(settings)
    log_to_stdout(settings.log_level)

    async def work() -> bool:
        async with redis, Backend(settings) as backend:
            processor = Processor(settings, Queue(redis, settings), backend, once)
            return await (processor.work() if once else processor.serve())

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work())


class Processor:
    """Everything that runs in this process."""

    def __init__(self, settings: Settings, queue: Queue, backend: Backend, once: bool) -> None:
        self._settings = settings
        self._queue = queue
        self._once = once
        self._metrics = Metrics()
        self._redis_reach = Reach("Redis")
        self._backend_reach = Reach("backend")
        ask_redis, ask_backend = self._persistence(self._redis_reach), self._persistence(self._backend_reach)
        delivery = Delivery(backend, ask_backend, self._metrics, settings.max_batch_bytes)
        self._worker = Worker(queue, delivery, ask_redis, self._metrics, settings, once)

    def _persistence(self, reach: Reach) -> Persistence:
        limits, of = self._settings, reach.name.lower()
        backoff = Backoff(limits.backoff_first, limits.backoff_most, limits.max_retry_after)
        patience = limits.once_timeout if self._once else None
        return Persistence(reach, backoff, lambda kind: self._metrics.retries.labels(of, kind).inc(), patience)

    async def serve(self) -> bool:
        """Work, and tell of health and metrics meanwhile."""
        health = Health(self._queue, self._redis_reach, self._backend_reach)
        try:
            async with listening(self._settings, health, self._metrics):
                return await self.work()
        except OSError as error:
            _logger.error("cannot listen", extra={"why": str(error)})
            return False

    async def work(self) -> bool:
        """Work to the end; what is then still in hand is put back. Returns whether it ended as it should."""
        signalled = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, signalled.set)
        _logger.info("started", extra={"worker": self._queue.worker, "queue": self._settings.queue_name})
        await self._tend()  # before the first look at the queue: it may be empty but for what a dead worker held
        working = asyncio.create_task(self._worker.run())
        tasks = {
            working,
            asyncio.create_task(self._keep_tending()),
            asyncio.create_task(self._obey(signalled, working)),
        }
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            failed = [task for task in done if not _ended_well(task)]
            ended_well = not failed and not (self._once and signalled.is_set())
        finally:
            await _end(tasks)
        await self._put_back()
        _logger.info("stopped", extra={"ended_well": ended_well})
        return ended_well

    async def _obey(self, signalled: asyncio.Event, working: asyncio.Task[None]) -> None:
        """Return some time after a signal: when the batch in hand is settled, or the time for that is over."""
        await signalled.wait()
        _logger.info("stopping")
        self._worker.stop()
        await asyncio.wait({working}, timeout=self._settings.shutdown_timeout)

    async def _keep_tending(self) -> None:
        while True:
            await asyncio.sleep(self._settings.dead_after / 4)
            await self._tend()

    async def _tend(self) -> None:
        """Give a sign of life, also while a batch is tried again and again, and reclaim what the dead held."""
        try:
            tended = await self._queue.tend()
        except Unavailable:  # the worker notices it too, and says so, and tries again
            return
        self._metrics.queue_length.set(tended.queue_length)
        for worker, count in tended.reclaimed.items():
            _logger.warning("reclaimed what a dead worker held", extra={"worker": worker, "entries": count})
            self._metrics.reclaimed.inc(count)

    async def _put_back(self) -> None:
        try:
            count = await self._queue.release()
        except Unavailable as error:
            _logger.warning("what is in hand stays there until it is reclaimed", extra={"why": str(error)})
            return
        if count:
            _logger.warning("put back what was in hand", extra={"entries": count})


async def _end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel until they have ended.

    Once is not enough: redis-py sends commands in `asyncio.wait_for`, which before Python 3.12 swallows a cancellation
    that comes as it ends (https://github.com/python/cpython/issues/86296).
    """
    running = set(tasks)
    while running:
        for task in running:
            task.cancel()
        _, running = await asyncio.wait(running, timeout=0.1)


def _ended_well(task: asyncio.Task[None]) -> bool:
    error = task.exception()
    if isinstance(error, GaveUp):
        _logger.error("gave up", extra={"why": str(error)})
    elif error:
        _logger.error("broke", exc_info=error)
    return error is None
