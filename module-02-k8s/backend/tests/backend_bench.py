"""Stores for tests: called without `await`, at a time that the test decides."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

import msgspec
from backend.events import Event, FiledEvent, file_events
from backend.filing import Window
from backend.settings import Settings
from backend.stores import Added, Clock, EventStore, Stats
from backend.stores.answers import TenantErrors, TenantLatency

T = TypeVar("T")
START = datetime(2026, 1, 31, 12, 0, 3, 217_000, tzinfo=UTC)
Fields = dict[str, Any]


class TestClock:
    """Milliseconds since 1970, as a test sets them."""

    __test__ = False

    def __init__(self) -> None:
        self.now = round(START.timestamp() * 1000)

    def __call__(self) -> int:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += round(seconds * 1000)

    def ago(self, seconds: float) -> str:
        """The time so many seconds before now, as an event has it."""
        return datetime.fromtimestamp((self.now - round(seconds * 1000)) / 1000, UTC).isoformat()


class Bench:
    """Makes stores of one kind that share what they hold, where they can, and closes them.

    Args:
        make: makes one.
        wipe: forgets all that any of them holds.
    """

    def __init__(self, make: Callable[[Settings, Clock], EventStore], wipe: Callable[[], None]) -> None:
        self._make = make
        self._wipe = wipe
        self._runner = asyncio.Runner()
        self._open: list[EventStore] = []
        self.clock = TestClock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
        self._runner.close()

    def run(self, waiting: Awaitable[T]) -> T:
        """What comes of it."""

        async def wait() -> T:
            return await waiting

        return self._runner.run(wait())

    def fresh(self, **settings: Any) -> Store:
        """A store that holds nothing, where there were others before."""
        self.close()
        self._wipe()
        self.clock = TestClock()
        return self.another(**settings)

    def another(self, **settings: Any) -> Store:
        """One more store on what there is, as fields of Settings say."""
        chosen = Settings(**settings)
        store = self._make(chosen, self.clock)
        self._open.append(store)
        self.run(store.open())
        return Store(self, store, chosen)

    def close(self) -> None:
        """Close all of them."""
        for store in self._open:
            self.run(store.close())
        self._open.clear()


class Store:
    """One store, at the time of its bench."""

    def __init__(self, bench: Bench, store: EventStore, settings: Settings) -> None:
        self.bench = bench
        self.store = store
        self.settings = settings

    def filed(self, events: Sequence[Fields]) -> list[FiledEvent]:
        """Events as they come to the store."""
        decoded = msgspec.convert([{"service_name": "shop", **event} for event in events], list[Event])
        for event in decoded:
            event.timestamp = event.timestamp and event.timestamp.astimezone(UTC)
            event.received_at = event.received_at and event.received_at.astimezone(UTC)
        return file_events(decoded, None, self.bench.clock.now, self.settings.event_ttl_seconds * 1000)

    def add(self, *events: Fields) -> Added:
        """Add events."""
        return self.bench.run(self.store.add(self.filed(events)))

    def errors(self, minutes: int = 60, limit: int = 100) -> list[TenantErrors]:
        """The tenants with the most errors."""
        return self.bench.run(self.store.errors(self.window(minutes), limit))

    def latency(self, minutes: int = 60, limit: int = 100) -> list[TenantLatency]:
        """The tenants with the highest 95th percentile."""
        return self.bench.run(self.store.latency(self.window(minutes), limit))

    def latest(self, minutes: int = 60, limit: int = 100, tenant: str | None = None) -> list[Fields]:
        """The newest events."""
        found = self.bench.run(self.store.latest(self.window(minutes), limit, tenant))
        return [json.loads(document) for document in found]

    def stats(self) -> Stats:
        """What it holds."""
        return self.bench.run(self.store.stats())

    def count(self, minutes: int = 60) -> int:
        """How many events are counted, of all tenants."""
        return sum(tenant.events for tenant in self.errors(minutes, 100_000))

    def window(self, minutes: int) -> Window:
        """The last minutes."""
        return Window.of(minutes, self.bench.clock.now)
