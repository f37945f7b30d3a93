"""What a store should answer, computed anew from all events whenever it is asked: slow, and plainly right."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any, NamedTuple

Fields = dict[str, Any]
_MINUTE = timedelta(minutes=1)


class _Seen(NamedTuple):
    tenant: str
    filed: datetime
    is_error: bool
    latency: float | None


class Plain:
    """Remembers every event."""

    def __init__(self, retention: float = 3600) -> None:
        self._retention = timedelta(seconds=retention)
        self._seen: dict[tuple[str, str], _Seen] = {}

    def add(self, events: list[Fields], now: int) -> tuple[int, int]:
        """Returns how many are new, and how many are not."""
        before = len(self._seen)
        for event in events:
            self._seen.setdefault((event["tenant_id"], event["id"]), self._see(event, _time(now)))
        new = len(self._seen) - before
        return new, len(events) - new

    def _see(self, event: Fields, now: datetime) -> _Seen:
        received = datetime.fromisoformat(event["received_at"]) if "received_at" in event else now
        if received - now > _MINUTE:
            received = now
        timestamp = datetime.fromisoformat(event["timestamp"]) if "timestamp" in event else received
        believed = received - self._retention <= timestamp <= received + _MINUTE
        is_error = event.get("level") in ("ERROR", "CRITICAL") or event.get("status", 0) >= 500
        return _Seen(event["tenant_id"], timestamp if believed else received, is_error, event.get("latency_ms"))

    def _within(self, minutes: int, now: int) -> list[_Seen]:
        end = _time(now)
        start = end - minutes * _MINUTE
        start -= timedelta(seconds=start.second % 10, microseconds=start.microsecond)
        return [seen for seen in self._seen.values() if start <= seen.filed <= end]

    def errors(self, minutes: int, now: int) -> dict[str, tuple[int, int]]:
        """For each tenant its events and its errors."""
        found: dict[str, tuple[int, int]] = {}
        for seen in self._within(minutes, now):
            events, errors = found.get(seen.tenant, (0, 0))
            found[seen.tenant] = (events + 1, errors + seen.is_error)
        return found

    def latencies(self, minutes: int, now: int) -> dict[str, list[float]]:
        """For each tenant its latencies, sorted."""
        found: dict[str, list[float]] = {}
        for seen in self._within(minutes, now):
            if seen.latency is not None:
                found.setdefault(seen.tenant, []).append(seen.latency)
        return {tenant: sorted(values) for tenant, values in found.items()}


def nearest_rank(values: list[float], percent: int) -> float:
    """The percentile of sorted values: https://en.wikipedia.org/wiki/Percentile#The_nearest-rank_method."""
    return values[max(1, ceil(percent * len(values) / 100)) - 1]


def _time(now: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=now)
