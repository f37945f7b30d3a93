"""The Redis list that entries come from: the log-collector pushes at its head, workers take from its tail.

What is taken lies on a second list until it is done. Whoever is not sure that nothing is left there puts all back. That
may be another's, who is at work on it: an entry that is worked on twice is counted once.
"""

from __future__ import annotations

from typing import cast

from redis.asyncio import Redis

# Longest wait for an entry, in seconds: whoever stops the worker waits as long for it. Below REDIS_TIMEOUT.
_WAIT = 0.5


class Queue:
    """The list named `name`. Several workers may share it."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis = redis
        self._name = name
        self._held = f"{name}:held"
        self._sure = False

    async def take(self) -> bytes | None:
        """The oldest entry; None if none came in time."""
        if not self._sure:
            while await self._redis.lmove(self._held, self._name, "LEFT", "RIGHT") is not None:
                pass
        self._sure = False  # until there is an answer: what is taken meanwhile may never arrive
        found = await self._redis.blmove(self._name, self._held, _WAIT, "RIGHT", "LEFT")  # type: ignore[arg-type]
        self._sure = True
        return cast(bytes | None, found)

    async def done(self, item: bytes) -> None:
        """Let go of an entry whose work is done."""
        await self._redis.lrem(self._held, 1, item)  # type: ignore[arg-type]
