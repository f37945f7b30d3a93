"""Events in Redis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from backend.events import FiledEvent
from backend.filing import Window, from_ms, oldest_kept
from backend.settings import Settings
from backend.stores import Added, Clock, Stats
from backend.stores.answers import Parts, TenantErrors, TenantLatency, rank_errors, rank_latency
from backend.stores.identity import is_of
from backend.stores.redis.client import Reach, connect
from backend.stores.redis.commit import Committer
from backend.stores.redis.keys import EVENTS, TENANTS
from backend.stores.redis.reading import Reader
from backend.stores.redis.upkeep import Upkeep

_PAGE = 1000  # events that are looked at in one call


class RedisStore:
    """One of any number of replicas on the same Redis."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._redis = connect(settings)
        self._reach = Reach(settings.store_timeout)
        self._reader = Reader(self._redis)
        self.upkeep = Upkeep(self._redis, settings, clock, self._reach)
        self._committer = Committer(self._redis, settings, clock, self._reach, self.upkeep.pushed)

    async def open(self) -> None:
        self.upkeep.open()

    async def close(self) -> None:
        await self.upkeep.close()
        await self._committer.close()
        await self._redis.aclose()

    async def add(self, events: Sequence[FiledEvent]) -> Added:
        return await self._reach.ask(self._committer.add(events))

    async def errors(self, window: Window, limit: int) -> list[TenantErrors]:
        return rank_errors(await self._read(window), limit)

    async def latency(self, window: Window, limit: int) -> list[TenantLatency]:
        return rank_latency(await self._read(window), limit)

    async def _read(self, window: Window) -> Parts:
        return await self._reach.ask(self._reader.read(window))

    async def stats(self) -> Stats:
        return await self._reach.ask(self._stats())

    async def _stats(self) -> Stats:
        oldest = oldest_kept(self._clock(), self._settings.event_ttl_seconds * 1000)
        async with self._redis.pipeline() as pipeline:
            pipeline.zcount(EVENTS, oldest, "+inf")
            pipeline.zrange(EVENTS, oldest, "+inf", byscore=True, offset=0, num=1, withscores=True)
            pipeline.zrange(EVENTS, -1, -1, withscores=True)
            pipeline.zcard(TENANTS)
            count, first, last, tenants = await pipeline.execute()
        ends = [from_ms(int(score)) for _, score in (*first, *last)] if count else [None, None]
        return Stats(count, ends[0], ends[1], tenants)

    async def latest(self, window: Window, limit: int, tenant: str | None) -> list[bytes]:
        return await self._reach.ask(self._latest(window, limit, tenant))

    async def _latest(self, window: Window, limit: int, tenant: str | None) -> list[bytes]:
        """Look through the events from the newest on. What is added meanwhile pushes some back, to be seen twice."""
        at: int = await self._redis.zcount(EVENTS, f"({window.end}", "+inf")
        found: dict[bytes, None] = {}
        size = limit if tenant is None else _PAGE
        while len(found) < limit:
            answer = await self._redis.zrange(EVENTS, at, at + size - 1, desc=True, withscores=True)
            page = cast(list[tuple[bytes, float]], answer)
            for document, score in page:
                if window.start <= score <= window.end and (tenant is None or is_of(document, tenant)):
                    found[document] = None
            if len(page) < size or page[-1][1] < window.start:
                break
            at += size
        return list(found)[:limit]

    async def is_well(self) -> None:
        await self._reach.ask(self._redis.ping())
