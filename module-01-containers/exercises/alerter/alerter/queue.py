"""The Redis list that entries come from: the log-collector pushes at its head, workers take from its tail."""

# TODO 6: Lose no entry, whoever dies with it in hand.

from __future__ import annotations

from typing import cast

from redis.asyncio import Redis

# Longest wait for an entry, in seconds: whoever stops the worker waits as long for it. Below REDIS_TIMEOUT.
_WAIT = 0.5


class Queue:
    """The list named `name`. Several workers may share it; each entry goes to one of them."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis = redis
        self._name = name

    async def take(self) -> bytes | None:
        """The oldest entry; None if none came in time."""
        found = await self._redis.brpop([self._name], timeout=_WAIT)
        return cast(bytes, found[1]) if found else None
