"""One entry as it stands on the queue, normalised to an event as the backend takes it, or the reason why not.

msgspec checks and decodes in one pass; each event is encoded once, and sent again as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

Name = Annotated[str, Meta(min_length=1, max_length=128)]
Level = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
Time = Annotated[datetime, Meta(tz=True)]
# How deep attributes may nest is written as a type: then no entry, however deep, gets past the decoder.
Integer = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Scalar = str | Integer | float | bool | None
Shallow = Scalar | list[Scalar] | dict[str, Scalar]
Attribute = Scalar | list[Shallow] | dict[str, Shallow]

Kind = Literal["not_utf8", "not_json", "invalid", "nul", "too_large", "refused"]
# In JSON that was decoded, so a backslash before `u` is either that of an escape or the second of a pair.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class Refusal(NamedTuple):
    """Why an entry cannot be delivered: its kind, for metrics, and in words."""

    kind: Kind
    reason: str


class Normal(NamedTuple):
    """An event as JSON, and when Sentinel first took it."""

    body: bytes
    received_at: datetime | None


class Event(Struct, forbid_unknown_fields=True):
    """What the backend takes. An entry is decoded to one too: it has the first eight fields and may have all.

    An unknown field makes an entry dead and is not dropped: the backend would refuse it, and what was logged would be
    lost without a trace.
    """

    id: Name
    service_name: Name
    level: Level = "INFO"
    message: str = ""
    timestamp: Time | UnsetType = UNSET
    received_at: Time | UnsetType = UNSET
    tenant_id: Name = "default"
    attributes: dict[str, Attribute] | UnsetType | None = UNSET
    method: Annotated[str, Meta(max_length=16)] | UnsetType = UNSET
    route: Annotated[str, Meta(max_length=256)] | UnsetType = UNSET
    status: Annotated[int, Meta(ge=100, le=599)] | UnsetType = UNSET
    latency_ms: Annotated[float, Meta(ge=0, le=86_400_000)] | UnsetType = UNSET
    trace_id: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET


def _is_text(longest: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is str and len(value) <= longest


# `type(…) is`, since True is an int too.
_FITS: dict[str, Callable[[Any], bool]] = {
    "method": _is_text(16),
    "route": _is_text(256),
    "trace_id": _is_text(64),
    "status": lambda value: type(value) is int and 100 <= value <= 599,
    "latency_ms": lambda value: type(value) in (int, float) and 0 <= value <= 86_400_000,
}
_decode = msgspec.json.Decoder(Event).decode
_encode = msgspec.json.Encoder().encode


def normalise(entry: bytes, largest: int) -> Normal | Refusal:
    """An entry as an event, whatever stands there.

    Args:
        largest: most bytes of an event.
    """
    try:
        event = _decode(entry)
        received_at = _put_in_utc(event)
    except (ValueError, RecursionError, OverflowError) as error:  # msgspec's errors are ValueErrors
        return _explain(entry, error)
    _lift(event)
    body = _encode(event)
    if b"u0000" in body and _NUL.search(body):
        return Refusal("nul", "U+0000 is not admitted in text")
    if len(body) > largest:
        return Refusal("too_large", f"The event has {len(body)} bytes; a request takes {largest} at most")
    return Normal(body, received_at)


def _put_in_utc(event: Event) -> datetime | None:
    """Both times in UTC; returns `received_at`. OverflowError: 0001-01-01T00:00:00+01:00 is in no year there."""
    if event.timestamp is not UNSET and event.timestamp.tzinfo is not UTC:
        event.timestamp = event.timestamp.astimezone(UTC)
    if event.received_at is UNSET:
        return None
    if event.received_at.tzinfo is not UTC:
        event.received_at = event.received_at.astimezone(UTC)
    return event.received_at


def _lift(event: Event) -> None:
    """Move what the backend counts by out of the attributes, where it is what it should be; the rest stays."""
    attributes = event.attributes
    if not attributes:
        event.attributes = UNSET
        return
    for name in _FITS.keys() & attributes.keys():
        if getattr(event, name) is UNSET and _FITS[name](attributes[name]):
            setattr(event, name, attributes.pop(name))
    if not attributes:
        event.attributes = UNSET


def _explain(entry: bytes, error: Exception) -> Refusal:
    try:
        entry.decode()
    except UnicodeDecodeError as not_utf8:
        return Refusal("not_utf8", f"Not UTF-8 ({not_utf8.reason} at byte {not_utf8.start}); the entry is in base64")
    if isinstance(error, OverflowError):
        return Refusal("invalid", "A time is outside the years 1 to 9999 in UTC")
    is_json = isinstance(error, msgspec.ValidationError)
    return Refusal("invalid", str(error)) if is_json else Refusal("not_json", f"Not JSON: {error}")
