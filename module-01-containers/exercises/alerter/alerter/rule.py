"""When errors become an alert. Plain functions of what has been seen: no Redis, no clock, no settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import AwareDatetime, BaseModel, ConfigDict

from alerter.entries import ERRORS, Entry, Level


class Error(BaseModel):
    """What is kept of an entry of level ERROR or worse until it is part of an alert."""

    model_config = ConfigDict(frozen=True)

    entry_id: str
    level: Level
    at: AwareDatetime


class Alert(BaseModel):
    """A service logged too many errors in too short a time."""

    service_name: str
    tenant_id: str
    level: Level
    count: int
    entry_ids: list[str]
    first_at: AwareDatetime
    raised_at: AwareDatetime


def error_of(entry: Entry, now: datetime) -> Error:
    """What counts of `entry`.

    A clock that is fast must not make its errors outlive those of all others: nothing has happened later than `now`.
    """
    return Error(entry_id=entry.id, level=entry.level, at=min(entry.timestamp, now))


def within(window_seconds: float, errors: Sequence[Error]) -> list[Error]:
    """Those of `errors` that count together: the window ends with the latest of them."""
    latest = max(error.at for error in errors)
    return [error for error in errors if latest - error.at <= timedelta(seconds=window_seconds)]


def alert_from(errors: Sequence[Error], entry: Entry, now: datetime) -> Alert:
    """The alert that `entry` completes, in which `errors`, its own among them, count together."""
    return Alert(
        service_name=entry.service_name,
        tenant_id=entry.tenant_id,
        level=max((error.level for error in errors), key=ERRORS.index),
        count=len(errors),
        entry_ids=[error.entry_id for error in errors],
        first_at=min(error.at for error in errors),
        raised_at=now,
    )
