"""A store in this process, which ends with it. The same counting as in Redis, and the same bounds."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from itertools import islice

from backend.events import FiledEvent
from backend.filing import AHEAD, MARGIN, Window, from_ms, oldest_kept
from backend.settings import Settings
from backend.stores import Added, Clock, Stats
from backend.stores.answers import Parts, TenantErrors, TenantLatency, Whole, rank_errors, rank_latency
from backend.stores.buckets import OTHERS, Bucket, Page, Record, Tallies, draft, fold
from backend.stores.identity import digest, is_of

_MOST_PAGES = 32  # in a bucket, before they are added up


class MemoryStore:
    """Everything in dictionaries."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._retention = settings.event_ttl_seconds * 1000
        self._events: list[tuple[int, bytes]] = []  # by when they are filed
        self._buckets: dict[Bucket, list[Page]] = {}
        self._tenants: dict[str, int] = {}  # when each was last used
        self._ids: dict[bytes, int] = {}  # when each came, in that order
        self._forgotten = 0

    async def open(self) -> None:
        """Nothing to connect to."""

    async def close(self) -> None:
        """Nothing to let go of."""

    async def add(self, events: Sequence[FiledEvent]) -> Added:
        now = self._clock()
        self._forget(now)
        new = self._note_ids(events, now)
        oldest = oldest_kept(now, self._retention)
        kept = [event for event in new if event.at >= oldest]
        for event in kept:
            insort(self._events, (event.at, event.document))
        for bucket, dues in draft(kept, now).items():
            pages = self._buckets.setdefault(bucket, [])
            pages.extend(Page(due, self._records(tallies, now)) for due, tallies in dues.items())
            if len(pages) > _MOST_PAGES:
                pages[:] = fold(pages, now)
        del self._events[: max(0, len(self._events) - self._settings.max_events)]
        return Added(len(new), len(events) - len(new))

    def _note_ids(self, events: Sequence[FiledEvent], now: int) -> list[FiledEvent]:
        """Those that did not come before; their ids are known from now on."""
        new = []
        for event in events:
            known = digest(event)
            if known not in self._ids:
                self._ids[known] = now
                new.append(event)
        for oldest in list(islice(self._ids, max(0, len(self._ids) - self._settings.max_ids))):
            del self._ids[oldest]
        return new

    def _records(self, tallies: Tallies, now: int) -> list[Record]:
        return [Record(self._admit(tenant, now), *tally.counts()) for tenant, tally in tallies.items()]

    def _admit(self, tenant: str, now: int) -> str:
        """The name that a tenant is counted under."""
        if tenant not in self._tenants and (tenant == OTHERS or len(self._tenants) >= self._settings.max_tenants):
            return OTHERS
        self._tenants[tenant] = now
        return tenant

    def _forget(self, now: int) -> None:
        """Drop whatever is too old: once in a slice, since nothing is kept to a finer measure."""
        oldest = oldest_kept(now, self._retention)
        if oldest == self._forgotten:
            return
        self._forgotten = oldest
        del self._events[: bisect_left(self._events, (oldest,))]
        self._buckets = {bucket: pages for bucket, pages in self._buckets.items() if bucket.end > oldest}
        unused = now - self._retention - AHEAD - MARGIN  # nothing is left that was counted under a name so long unused
        self._tenants = {name: used for name, used in self._tenants.items() if used >= unused}
        known = now - self._settings.dedupe_seconds * 1000
        self._ids = {name: came for name, came in self._ids.items() if came >= known}

    def _parts(self, window: Window) -> Iterator[list[Record]]:
        """The records of the buckets that make up a window."""
        buckets = [Bucket("minute", number) for number in window.minutes()]
        for bucket in [*buckets, *(Bucket("slice", number) for number in window.slices())]:
            for page in self._buckets.get(bucket, ()):
                if page.due <= window.end:
                    yield page.records

    async def errors(self, window: Window, limit: int) -> list[TenantErrors]:
        return rank_errors(Parts(Whole([]), list(self._parts(window))), limit)

    async def latency(self, window: Window, limit: int) -> list[TenantLatency]:
        return rank_latency(Parts(Whole([]), list(self._parts(window))), limit)

    async def stats(self) -> Stats:
        self._forget(self._clock())
        if not self._events:
            return Stats(0, None, None, len(self._tenants))
        oldest, newest = from_ms(self._events[0][0]), from_ms(self._events[-1][0])
        return Stats(len(self._events), oldest, newest, len(self._tenants))

    async def latest(self, window: Window, limit: int, tenant: str | None) -> list[bytes]:
        first, behind = bisect_left(self._events, (window.start,)), bisect_left(self._events, (window.end + 1,))
        documents = (self._events[index][1] for index in range(behind - 1, first - 1, -1))
        return list(islice((one for one in documents if tenant is None or is_of(one, tenant)), limit))

    async def is_well(self) -> None:
        """Always."""
