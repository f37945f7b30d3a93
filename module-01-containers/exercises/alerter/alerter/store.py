"""Where alerts are kept, and what has been counted towards the next ones.

The process keeps nothing (https://12factor.net/processes): a new one goes on where another ended, and several share
the work. In Redis there are

    alerter:alerts                       a stream of alerts, whose ids rise
    alerter:errors:["tenant","service"]  the errors that have not made an alert yet, as JSON
    alerter:seen:<entry id>              for a day: this entry has been counted
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Protocol, cast

from pydantic import TypeAdapter
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import WatchError

from alerter.entries import Entry
from alerter.rule import Alert, Error, alert_from, error_of, within
from alerter.settings import Settings

_ALERTS = "alerter:alerts"
_Errors = TypeAdapter(list[Error])


class StoredAlert(Alert):
    """An alert with the id it got; later ones have greater ids."""

    id: str


class AlertStore(Protocol):
    """What the worker and the API know of it."""

    async def count(self, entry: Entry) -> Alert | None:
        """Count an error, once however often it comes; returns the alert that it completes, if it does."""

    async def read(self, after: str, limit: int) -> list[StoredAlert]:
        """Alerts in the order in which they were raised: those after the id `after`; all where it is empty."""

    async def check(self) -> None:
        """Return if it can be used now, else raise one of REDIS_FAILED."""


class RedisStore:
    """Alerts in Redis."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis = redis
        self._settings = settings

    async def count(self, entry: Entry) -> Alert | None:
        """See AlertStore. All of it happens in one transaction, or nothing does."""
        seen = f"alerter:seen:{entry.id}"
        errors = f"alerter:errors:{json.dumps([entry.tenant_id, entry.service_name])}"
        async with self._redis.pipeline(transaction=True) as pipe:
            while True:
                await pipe.watch(seen, errors)
                if await pipe.exists(seen):
                    return None
                earlier = _Errors.validate_json(await pipe.get(errors) or b"[]")
                try:
                    return await self._write(pipe, entry, earlier, seen=seen, errors=errors)
                except WatchError:  # another worker was faster: look again
                    continue

    async def _write(
        self, pipe: Pipeline, entry: Entry, earlier: list[Error], *, seen: str, errors: str
    ) -> Alert | None:
        """Raises WatchError where what was read is no longer so, and has then written nothing."""
        now, keep = datetime.now(UTC), self._settings.remember_seconds
        counted = within(self._settings.window_seconds, [*earlier, error_of(entry, now)])
        alert = alert_from(counted, entry, now) if len(counted) >= self._settings.threshold else None
        pipe.multi()  # type: ignore[no-untyped-call]  # as redis-py has it
        pipe.set(seen, 1, ex=keep)
        if alert:
            pipe.xadd(_ALERTS, {"alert": alert.model_dump_json()}, maxlen=self._settings.max_alerts)
            pipe.delete(errors)
        else:
            pipe.set(errors, _Errors.dump_json(counted), ex=keep)
        await pipe.execute()
        return alert

    async def read(self, after: str, limit: int) -> list[StoredAlert]:
        """See AlertStore."""
        found = await self._redis.xrange(_ALERTS, min=f"({after}" if after else "-", count=limit)
        alerts = cast(list[tuple[bytes, dict[bytes, bytes]]], found)
        return [StoredAlert(id=key.decode(), **json.loads(fields[b"alert"])) for key, fields in alerts]

    async def check(self) -> None:
        """See AlertStore."""
        await self._redis.ping()
