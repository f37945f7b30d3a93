"""A queue in this process, which ends with it."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from collector.queues import QueueFull


class MemoryQueue:
    """Like a Redis list: pushed at the head (left), to be taken from the tail."""

    def __init__(self, max_length: int) -> None:
        self.items: deque[bytes] = deque()
        self._max_length = max_length

    def open(self) -> None:
        """Nothing to connect to."""

    async def push(self, items: Sequence[bytes]) -> int:
        if len(self.items) + len(items) > self._max_length:
            raise QueueFull
        self.items.extendleft(items)
        return len(self.items)

    async def length(self) -> int:
        return len(self.items)

    async def close(self) -> None:
        """Nothing to let go of."""
