"""The Redis list that entries come from: the log-collector pushes at its head, workers take from its tail.

What a worker takes moves, in one step, to a list of its own, and stays there until the work is done. So one that is
killed loses nothing: it goes on with that entry when it starts again, and if it never does, another puts it back.

    logs_queue                  entries that wait
    logs_queue:held:<worker>    what that worker has in hand
    logs_queue:workers          all workers, each with the time of its last sign of life

An entry may be worked on twice, by one who is merely slow and one who believes it dead. The store counts it once.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from typing import cast

from redis.asyncio import Redis

_logger = logging.getLogger(__name__)

# Longest wait for an entry, in seconds: whoever stops the worker waits as long for it. Below REDIS_TIMEOUT.
_WAIT = 0.5
# After so many seconds without a sign of life, others put back what a worker held; after a day it is forgotten.
_DEAD_AFTER = 5
_FORGOTTEN_AFTER = 86_400


class Queue:
    """The list named `name`. Several workers may share it; each entry goes to one of them."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis = redis
        self._name = name
        # The same again when the container is started again, so that it finds what it held at once.
        self._worker = f"{socket.gethostname()}:{os.getpid()}"
        self._workers = f"{name}:workers"
        self._look_at_others_at = 0.0

    async def take(self) -> bytes | None:
        """The oldest entry; None if none came in time. It is this worker's until `done`, and comes again without."""
        held = await self._what_i_hold()
        if held is not None:
            return held
        if time.monotonic() >= self._look_at_others_at:
            self._look_at_others_at = time.monotonic() + _DEAD_AFTER / 2
            await self._put_back_what_the_dead_held()
        mine = self._held_by(self._worker)
        found = await self._redis.blmove(self._name, mine, _WAIT, "RIGHT", "LEFT")  # type: ignore[arg-type]
        return cast(bytes | None, found)

    async def done(self, item: bytes) -> None:
        """Let go of an entry whose work is done."""
        await self._redis.lrem(self._held_by(self._worker), 1, item)  # type: ignore[arg-type]

    def _held_by(self, worker: str) -> str:
        return f"{self._name}:held:{worker}"

    async def _what_i_hold(self) -> bytes | None:
        """Give a sign of life, and look for an entry that was never done: killed in mid-work, or cut off from Redis."""
        async with self._redis.pipeline() as pipe:
            pipe.zadd(self._workers, {self._worker: time.time()})
            pipe.lindex(self._held_by(self._worker), -1)
            _, held = await pipe.execute()
        return cast(bytes | None, held)

    async def _put_back_what_the_dead_held(self) -> None:
        """At the tail, where it came from: it is older than all that wait."""
        now = time.time()
        for worker in await self._redis.zrangebyscore(self._workers, "-inf", now - _DEAD_AFTER):
            name = cast(bytes, worker).decode()
            while await self._redis.lmove(self._held_by(name), self._name, "LEFT", "RIGHT") is not None:
                _logger.warning("put back an entry", extra={"worker": name})
        await self._redis.zremrangebyscore(self._workers, "-inf", now - _FORGOTTEN_AFTER)
