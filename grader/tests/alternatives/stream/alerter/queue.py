"""Entries are moved from the Redis list into a stream, whose consumer group knows what was given to whom and not done.

https://redis.io/docs/latest/develop/data-types/streams/
"""

from __future__ import annotations

import asyncio
import socket
import time

from redis.asyncio import Redis
from redis.exceptions import ResponseError

# In one step, so that nobody can die in between.
_MOVE = """
for _ = 1, 10 do
    local entry = redis.call('RPOP', KEYS[1])
    if not entry then break end
    redis.call('XADD', KEYS[2], '*', 'entry', entry)
end
"""
_GROUP = "alerters"
_PAUSE = 0.1
# After so many milliseconds, what a worker has not done is given to another.
_DEAD_AFTER = 4_000


class Queue:
    """The list named `name`, and the stream behind it."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis, self._name, self._stream = redis, name, f"{name}:stream"
        self._move = redis.register_script(_MOVE)
        self._me = socket.gethostname()
        self._held: bytes | None = None
        self._mine_first = True
        self._look_at_others_at = 0.0

    async def take(self) -> bytes | None:
        try:
            return await self._next()
        except ResponseError as error:  # no group yet, or a Redis that came back empty
            if not str(error).startswith("NOGROUP"):
                raise
            await self._redis.xgroup_create(self._stream, _GROUP, "0", mkstream=True)
            return None

    async def _next(self) -> bytes | None:
        if self._mine_first or self._held:
            found = await self._read("0")
            if found:
                return found
            self._mine_first, self._held = False, None
        if time.monotonic() >= self._look_at_others_at:
            self._look_at_others_at = time.monotonic() + 1
            claimed = await self._redis.xautoclaim(self._stream, _GROUP, self._me, _DEAD_AFTER, count=1)
            if claimed[1]:
                return self._take(claimed[1])
        await self._move(keys=[self._name, self._stream])
        found = await self._read(">")
        if not found:
            await asyncio.sleep(_PAUSE)
        return found

    async def _read(self, after: str) -> bytes | None:
        found = await self._redis.xreadgroup(_GROUP, self._me, {self._stream: after}, count=1)
        return self._take(found[0][1]) if found and found[0][1] else None

    def _take(self, messages: list) -> bytes:
        self._held, fields = messages[0]
        return fields[b"entry"]

    async def done(self, _item: bytes) -> None:
        async with self._redis.pipeline() as pipe:
            pipe.xack(self._stream, _GROUP, self._held)
            pipe.xdel(self._stream, self._held)
            await pipe.execute()
        self._held = None
