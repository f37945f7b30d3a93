"""What is taken is leased: a script moves it to a sorted set, scored by the time at which it may be taken again."""

from __future__ import annotations

import asyncio

from redis.asyncio import Redis

_TAKE = """
local now = redis.call('TIME')
now = now[1] + now[2] / 1e6
for _, entry in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now)) do
    redis.call('ZREM', KEYS[2], entry)
    redis.call('RPUSH', KEYS[1], entry)
end
local entry = redis.call('RPOP', KEYS[1])
if entry then redis.call('ZADD', KEYS[2], now + ARGV[1], entry) end
return entry
"""
_LEASE = 6  # seconds: more than the work on an entry takes
_PAUSE = 0.05


class Queue:
    """The list named `name`, and what is leased of it."""

    def __init__(self, redis: Redis, name: str) -> None:
        self._redis, self._name, self._leased = redis, name, f"{name}:leased"
        self._take = redis.register_script(_TAKE)

    async def take(self) -> bytes | None:
        found = await self._take(keys=[self._name, self._leased], args=[_LEASE])
        if found is None:
            await asyncio.sleep(_PAUSE)
        return found

    async def done(self, item: bytes) -> None:
        await self._redis.zrem(self._leased, item)
