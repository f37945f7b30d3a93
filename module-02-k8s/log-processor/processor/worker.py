"""The worker: takes a batch off the queue, normalises it, delivers it, and lets go of it."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter

from processor.dead import document
from processor.delivery import Delivery, Item
from processor.entries import Refusal, normalise
from processor.metrics import Metrics
from processor.persistence import Persistence, Unavailable, pause
from processor.queue import Queue, Settled, Taken
from processor.settings import Settings

_logger = logging.getLogger(__name__)


class Worker:
    """One batch at a time, in the order of the queue, until it is stopped.

    Args:
        ask_redis: tries whatever Redis is asked for.
        once: end when the queue is empty.
    """

    def __init__(
        self,
        queue: Queue,
        delivery: Delivery,
        ask_redis: Persistence,
        metrics: Metrics,
        settings: Settings,
        once: bool = False,
    ) -> None:
        self._queue = queue
        self._delivery = delivery
        self._ask_redis = ask_redis
        self._metrics = metrics
        self._settings = settings
        self._once = once
        self._stopping = asyncio.Event()
        self._full_lists: set[str] = set()

    def stop(self) -> None:
        """Take no further batch. `run` returns once the one in hand is settled. May be called from a signal handler."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until `stop`, or until the queue is empty where it is to be emptied once.

        Raises:
            GaveUp: Redis or the backend was out of reach for too long.
        """
        while not self._stopping.is_set():
            started = time.monotonic()
            try:
                taken = await self._ask_redis(self._next, self._stopping)
            except Unavailable:  # stopped, with nothing in hand that could be worked on
                return
            self._metrics.queue_length.set(taken.queue_length)
            if taken.entries:
                await self._work_on(taken)
                await self._let_more_come(taken, started)
            elif self._once:
                return

    async def _next(self) -> Taken:
        """The next batch; an empty one after some time without any entry, or at once where nobody is to wait."""
        taken = await self._queue.take()
        if not taken.entries and not self._once:
            await self._queue.wait()
        return taken

    async def _let_more_come(self, taken: Taken, started: float) -> None:
        """Pause, so that a trickle makes some batches a second, not one for each entry. The first never waits."""
        left = started + self._settings.batch_wait - time.monotonic()
        if left > 0 and not taken.queue_length and not self._once:
            await pause(left, self._stopping)

    async def _work_on(self, taken: Taken) -> None:
        self._metrics.taken.inc(len(taken.entries))
        self._metrics.batch_entries.observe(len(taken.entries))
        try:
            items, refused = self._normalise(taken.entries)
            refused |= await self._delivery.deliver(items)
            documents = {at: document(taken.entries[at], refused[at].reason) for at in sorted(refused)}
            settled = await self._ask_redis(lambda: self._queue.settle(taken, documents))
        finally:
            self._metrics.oldest_in_hand = None
        if settled:
            self._account(settled, refused, len(taken.entries) - len(refused))
        else:  # reclaimed; or settled by an earlier try, whose answer and so whose numbers got lost
            _logger.warning("batch was not in hand any more", extra={"entries": len(taken.entries)})
            self._metrics.disowned.inc()

    def _normalise(self, entries: list[bytes]) -> tuple[list[Item], dict[int, Refusal]]:
        """What can be sent, and by position why the rest cannot."""
        items: list[Item] = []
        refused: dict[int, Refusal] = {}
        for position, entry in enumerate(entries):
            found = normalise(entry, self._settings.max_batch_bytes)
            if isinstance(found, Refusal):
                refused[position] = found
                continue
            items.append(Item(position, found.body))
            if self._metrics.oldest_in_hand is None:
                self._metrics.oldest_in_hand = found.received_at
        return items, refused

    def _account(self, settled: Settled, refused: dict[int, Refusal], delivered: int) -> None:
        """Metrics, and one line in the log for each batch with dead entries and each list that fills up or has room."""
        for kind, count in Counter(refusal.kind for refusal in refused.values()).items():
            self._metrics.dead.labels(kind).inc(count)
        if refused:
            first = refused[min(refused)].reason
            _logger.warning("entries put on the list of the dead", extra={"entries": len(refused), "first": first})
        self._metrics.dead_dropped.inc(settled.dropped)
        for name, count in settled.refused.items():
            self._metrics.forwarded.labels(name).inc(delivered - count)
            self._metrics.forward_refused.labels(name).inc(count)
            if (count > 0) != (name in self._full_lists):
                self._full_lists ^= {name}
                _logger.log(
                    logging.WARNING if count else logging.INFO,
                    "forward list %s",
                    "takes no more" if count else "takes entries again",
                    extra={"list": name},
                )
