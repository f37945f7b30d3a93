"""What has to be done now and then, by whichever replica comes to it first."""

from __future__ import annotations

import asyncio
import contextlib
from typing import cast

import msgspec
from redis.asyncio import Redis

from backend.filing import MINUTE, oldest_kept
from backend.settings import Settings
from backend.stores import Clock, StoreUnavailable
from backend.stores.buckets import Bucket, Page, fold
from backend.stores.redis.client import Reach
from backend.stores.redis.keys import EVENTS, VERSIONS, bucket_key
from backend.stores.redis.scripts import read_script

MOST_AT_ONCE = 2000  # as in trim.lua
_PAUSE = 1.0  # seconds
_MOST_PAGES = 32  # in a bucket, before they are added up
_decode = msgspec.msgpack.Decoder(Page).decode
_encode = msgspec.msgpack.Encoder().encode


class Upkeep:
    """A task that adds up pages and removes what is too old, until it is closed."""

    def __init__(self, redis: Redis, settings: Settings, clock: Clock, reach: Reach) -> None:
        self._redis = redis
        self._settings = settings
        self._clock = clock
        self._reach = reach
        self._replace = redis.register_script(read_script("replace"))
        self._trim = redis.register_script(read_script("trim") + "return trim(KEYS[1], ARGV[1], tonumber(ARGV[2]))")
        self._full: set[Bucket] = set()
        self._closing = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Stop after what is under way."""
        self._closing.set()
        if self._task:
            await self._task

    def pushed(self, pages: dict[Bucket, int]) -> None:
        """Note which buckets have too many pages."""
        self._full.update(bucket for bucket, count in pages.items() if count > _MOST_PAGES)

    async def _run(self) -> None:
        while not self._closing.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), _PAUSE)
            with contextlib.suppress(StoreUnavailable):  # that was logged, and the next time comes soon
                await self.tidy()

    async def tidy(self) -> None:
        """Add up, and remove what is too old."""
        while self._full and not self._closing.is_set():
            await self._reach.ask(self._add_up(self._full.pop()))
        await self._reach.ask(self._remove())

    async def _remove(self) -> None:
        oldest = oldest_kept(self._clock(), self._settings.event_ttl_seconds * 1000)
        while await self._trim([EVENTS], [oldest, self._settings.max_events]) > MOST_AT_ONCE:
            await asyncio.sleep(0)
        gone = [minute for minute in await self._redis.hkeys(VERSIONS) if int(minute) < oldest // MINUTE]
        if gone:
            await self._redis.hdel(VERSIONS, *gone)

    async def _add_up(self, bucket: Bucket) -> None:
        key = bucket_key(bucket)
        raw = cast(list[bytes], await self._redis.lrange(key, 0, -1))
        if len(raw) <= _MOST_PAGES:  # another replica was here
            return
        now = self._clock() if bucket.kind == "slice" else 0
        pages = await asyncio.to_thread(lambda: fold([_decode(page) for page in raw], now))
        if len(pages) < len(raw):
            await self._replace([key], [raw[0], len(raw), *map(_encode, pages)])
