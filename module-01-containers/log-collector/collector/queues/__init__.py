"""Where accepted entries go: one Protocol, two queues behind it.

Queue            what the rest of the service knows
  RedisQueue     a list in Redis, through one pipelined connection
  MemoryQueue    a list in this process: for `./sentinel up --embedded`, and for tests
QueueFull        nothing was queued, there is no room
QueueUnavailable nothing is known to be queued: out of reach, too slow, or it refused
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from collector.settings import Settings


class QueueFull(Exception):
    """The queue has no room for all of the entries; none of them was queued."""


class QueueUnavailable(Exception):
    """The queue did not confirm the entries: they are not accepted, and may or may not stand on it.

    So a client that sends them again may double them, and can never lose them.
    """


class Queue(Protocol):
    """A queue of JSON documents."""

    def open(self) -> None:
        """Begin to connect; neither waits nor fails."""

    async def push(self, items: Sequence[bytes]) -> int:
        """Queue all of `items` in order, or none of them; returns once they are safe there.

        Returns:
            How many items the queue then holds.

        Raises:
            QueueFull: they do not fit.
            QueueUnavailable: they were not confirmed in time.
        """

    async def length(self) -> int:
        """How many items the queue holds.

        Raises:
            QueueUnavailable: it is out of reach.
        """

    async def close(self) -> None:
        """Let go of the connection."""


def make_queue(settings: Settings) -> Queue:
    """The queue that `QUEUE_BACKEND` names. Backends are imported on use: memory needs no Redis client."""
    if settings.queue_backend == "memory":
        from collector.queues.memory import MemoryQueue

        return MemoryQueue(settings.max_queue_length)
    from collector.queues.redis import RedisQueue

    return RedisQueue(settings)
