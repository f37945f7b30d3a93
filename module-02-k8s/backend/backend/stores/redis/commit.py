"""Batches that come together leave together: one call of add.lua for all that came while the last one was under way.

A call costs Redis and this process about as much as dozens of events do. So under load, however small the requests,
calls grow instead of becoming more.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

import msgspec
from redis.asyncio import Redis

from backend.events import FiledEvent
from backend.filing import AHEAD, MARGIN, oldest_kept
from backend.settings import Settings
from backend.stores import Added, Clock
from backend.stores.buckets import Bucket, draft
from backend.stores.identity import digest
from backend.stores.redis.client import Reach
from backend.stores.redis.keys import EVENTS, TENANTS, VERSIONS, bucket_key, id_keys
from backend.stores.redis.scripts import read_script

_MOST_EVENTS = 500  # in one call, unless a single batch has more: Redis does nothing else meanwhile
_pack = msgspec.msgpack.Encoder().encode


class _Waiting(NamedTuple):
    events: Sequence[FiledEvent]
    done: asyncio.Future[Added]


class Committer:
    """Adds events, one call at a time.

    Args:
        pushed: told how many pages the buckets have that were added to.
    """

    def __init__(
        self, redis: Redis, settings: Settings, clock: Clock, reach: Reach, pushed: Callable[[dict[Bucket, int]], None]
    ) -> None:
        self._settings = settings
        self._retention = settings.event_ttl_seconds * 1000
        self._clock = clock
        self._reach = reach
        self._pushed = pushed
        self._script = redis.register_script(read_script("trim") + read_script("add"))
        self._waiting: list[_Waiting] = []
        self._running: asyncio.Task[None] | None = None

    def add(self, events: Sequence[FiledEvent]) -> Awaitable[Added]:
        """Add events with whatever else is added now; fails with StoreUnavailable."""
        done: asyncio.Future[Added] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(events, done))
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return done

    async def close(self) -> None:
        """Finish what is under way."""
        if self._running:
            await self._running

    async def _run(self) -> None:
        await asyncio.sleep(0)  # whatever else came in this turn of the loop comes along
        while calls := self._take():
            try:
                await self._commit(calls)
            except Exception as error:
                for _, done in calls:
                    if not done.done():
                        done.set_exception(error)
        self._running = None

    def _take(self) -> list[_Waiting]:
        """The next batches whose senders still wait, up to the size of a call."""
        waiting = [one for one in self._waiting if not one.done.done()]
        events = count = 0
        for one in waiting:
            if count and events + len(one.events) > _MOST_EVENTS:
                break
            events += len(one.events)
            count += 1
        self._waiting = waiting[count:]
        return waiting[:count]

    async def _commit(self, calls: list[_Waiting]) -> None:
        new: list[dict[bytes, FiledEvent]] = []
        seen: set[bytes] = set()
        for events, _ in calls:
            by_id = {digest(event): event for event in reversed(events)}  # of two in one batch the first counts
            for known in by_id.keys() & seen:
                del by_id[known]
            seen |= by_id.keys()
            new.append(by_id)
        together = {key: event for by_id in new for key, event in by_id.items()}
        refused = await self._reach.ask(self._call_until_accepted(together))
        for (events, done), by_id in zip(calls, new, strict=True):
            accepted = len(by_id.keys() - refused)
            if not done.done():
                done.set_result(Added(accepted, len(events) - accepted))

    async def _call_until_accepted(self, events: dict[bytes, FiledEvent]) -> set[bytes]:
        """Add those that are new; returns the ids of the others. Each round but the last finds some of them."""
        duplicates: set[bytes] = set()
        while events:
            known = await self._call(events)
            if not known:
                break
            duplicates |= known
            events = {key: event for key, event in events.items() if key not in known}
        return duplicates

    async def _call(self, events: dict[bytes, FiledEvent]) -> set[bytes]:
        """Call the script; returns the ids it knew already, in which case it has added nothing."""
        now = self._clock()
        oldest = oldest_kept(now, self._retention)
        kept = [event for event in events.values() if event.at >= oldest]
        tenants: dict[str, int] = {}
        buckets: list[Bucket] = []
        pages: list[Any] = []
        for bucket, dues in draft(kept, now).items():
            buckets.append(bucket)
            minute = bucket.number if bucket.kind == "minute" else ""
            pages += (minute, bucket.end - now + self._retention + MARGIN, len(dues))
            for due, tallies in dues.items():
                pages += (_pack(due), len(tallies))
                for tenant, tally in tallies.items():
                    # all of a record but its first field, and without the byte that says how many fields come
                    pages += (tenants.setdefault(tenant, len(tenants) + 1), _pack(tally.counts())[1:])
        dedupe = self._settings.dedupe_seconds * 1000
        keys = [EVENTS, TENANTS, VERSIONS, *id_keys(now, dedupe), *map(bucket_key, buckets)]
        head = (
            now,
            oldest,
            self._settings.max_events,
            self._settings.max_tenants,
            now - self._retention - AHEAD - MARGIN,
            self._settings.max_ids,
            2 * dedupe,
            self._retention + MARGIN,
            os.urandom(8),
            len(events),
            len(kept),
            len(tenants),
        )
        members = [part for event in kept for part in (event.at, event.document)]
        answer = await self._script(keys, [*head, *events, *members, *tenants, *pages])
        if answer[:1] == [-1]:
            ids = list(events)
            return {ids[index] for index in answer[1:]}
        self._pushed(dict(zip(buckets, answer, strict=True)))
        return set()
