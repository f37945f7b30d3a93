"""A queue and a store in memory, and entries to fill them with."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from redis.exceptions import ConnectionError as RedisAway

from alerter.entries import Entry
from alerter.queue import Queue
from alerter.rule import Alert, alert_from, error_of
from alerter.store import StoredAlert

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def entry(name: str = "1", *, seconds: float = 0, **fields: Any) -> Entry:
    """An entry called `name`, so many seconds after noon."""
    usual = {"service_name": "checkout", "level": "ERROR", "timestamp": NOON + timedelta(seconds=seconds)}
    return Entry(id=name, **{**usual, **fields})


def queued(name: str, **fields: Any) -> bytes:
    """An entry as the log-collector writes it: with more fields than the alerter reads."""
    more = {"message": "card declined", "received_at": NOON.isoformat(), "attributes": {"card": 1}}
    return json.dumps({**entry(name, **fields).model_dump(mode="json"), **more}).encode()


class FakeQueue(Queue):
    """Hands out `items`, then stops whoever asks for more by calling `when_empty`."""

    def __init__(self, *items: bytes) -> None:
        self.items = deque(items)
        self.when_empty: Callable[[], None] = lambda: None

    async def take(self) -> bytes | None:
        if self.items:
            return self.items.popleft()
        self.when_empty()
        return None

    async def done(self, item: bytes) -> None:
        """Nothing to do: what was taken from this queue is gone."""


class FakeStore:
    """Raises an alert for each error. The next `failures` calls find Redis away."""

    def __init__(self, *alerts: StoredAlert, failures: int = 0) -> None:
        self.alerts = list(alerts)
        self.counted: list[str] = []
        self.failures = failures

    async def count(self, entry: Entry) -> Alert | None:
        await self.check()
        self.counted.append(entry.id)
        return alert_from([error_of(entry, NOON)], entry, NOON)

    async def read(self, after: str, limit: int) -> list[StoredAlert]:
        await self.check()
        return [alert for alert in self.alerts if alert.id > after][:limit]

    async def check(self) -> None:
        if self.failures:
            self.failures -= 1
            raise RedisAway("connection refused")
