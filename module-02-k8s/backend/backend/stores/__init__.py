"""Where events are kept: one Protocol, and stores behind it.

EventStore         what the rest of the service knows
  MemoryStore      in this process: for trying it out, and for tests
  RedisStore       in Redis: outlives restarts, and any number of replicas share it
  ...              a package of its own may bring another: see `make_store`
StoreUnavailable   out of reach, too slow, or it refused

buckets.py  sketch.py  answers.py  identity.py   what all of them share, and nothing in it waits
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.metadata import entry_points
from typing import NamedTuple, Protocol, cast

from msgspec import Struct

from backend.events import FiledEvent
from backend.filing import Window
from backend.settings import Settings, SettingsError
from backend.stores.answers import TenantErrors, TenantLatency

ENTRY_POINTS = "sentinel.event_stores"


class StoreUnavailable(Exception):
    """The store did not confirm: what was to be added is not accepted, and may or may not be there.

    So a client that sends it again loses nothing; and where it gave ids, nothing counts twice.
    """


class Added(NamedTuple):
    """What became of events: `accepted` of them are kept, and `duplicates` were there before."""

    accepted: int
    duplicates: int


class Stats(Struct, frozen=True):
    """What a store holds."""

    events: int
    oldest: datetime | None
    newest: datetime | None
    tenants: int


class EventStore(Protocol):
    """Keeps events for EVENT_TTL_SECONDS, at most MAX_EVENTS of them, and answers questions about them.

    What it promises is written as tests in tests/backend_contract.py, which every store passes. In short: an event is
    known by its tenant and id, and one that comes again within DEDUPE_SECONDS, to whichever replica, counts once;
    `add` takes all of a batch or nothing; analytics are exact to the event (percentiles within 1 %) for the whole
    window, also where the events themselves had to make room; all of it is bounded.

    Every method but `close` raises StoreUnavailable within STORE_TIMEOUT.
    """

    async def open(self) -> None:
        """Begin; a store that is out of reach is no error yet."""

    async def close(self) -> None:
        """Let go of all it holds; nothing is called after it."""

    async def add(self, events: Sequence[FiledEvent]) -> Added:
        """Keep events; returns once they are safe."""

    async def errors(self, window: Window, limit: int) -> list[TenantErrors]:
        """The `limit` tenants with the most errors among events filed in the window; ties by name."""

    async def latency(self, window: Window, limit: int) -> list[TenantLatency]:
        """The `limit` tenants with the highest 95th percentile in the window; ties by name."""

    async def stats(self) -> Stats:
        """What it holds."""

    async def latest(self, window: Window, limit: int, tenant: str | None) -> list[bytes]:
        """The last `limit` events filed in the window, newest first, as JSON; of one tenant where it is named."""

    async def is_well(self) -> None:
        """Return if it answers."""


Clock = Callable[[], int]
Maker = Callable[[Settings, Clock], EventStore]


def wall_clock() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def make_store(settings: Settings, clock: Clock = wall_clock) -> EventStore:
    """The store that EVENT_STORAGE names; only that one is imported.

    A name other than `memory` and `redis` is looked up among the entry points `sentinel.event_stores` of what is
    installed (https://packaging.python.org/specifications/entry-points): a callable that takes Settings and a clock.

    Raises:
        SettingsError: nothing has that name.
    """
    name = settings.event_storage
    if name == "memory":
        from backend.stores.memory import MemoryStore

        return MemoryStore(settings, clock)
    if name == "redis":
        from backend.stores.redis.store import RedisStore

        return RedisStore(settings, clock)
    found = entry_points(group=ENTRY_POINTS)
    if name not in found.names:
        known = ", ".join(["memory", "redis", *sorted(found.names)])
        raise SettingsError(f"EVENT_STORAGE must be one of {known}, not {name!r}")
    return cast(Maker, found[name].load())(settings, clock)
