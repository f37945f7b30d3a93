"""The event, as it comes and as it is filed.

msgspec checks and decodes in one pass: of the libraries measured it takes the least time for a batch. What an event
says of itself and what it was given here is told apart by UNSET, which is not written out.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from backend.filing import filing_time, from_ms, to_ms

DEFAULT_TENANT = "default"
MOST_LATENCY = 86_400_000  # milliseconds: a day

# PostgreSQL stores no U+0000 in text or jsonb (https://www.postgresql.org/docs/current/datatype-json.html), so it is
# refused at the door. The schema says so; `oddities` looks for it, since a pattern per string would cost more.
_WITHOUT_NUL = {"pattern": "^[^\\u0000]*$"}
Text = Annotated[str, Meta(extra_json_schema=_WITHOUT_NUL)]
Name = Annotated[str, Meta(min_length=1, max_length=128, extra_json_schema=_WITHOUT_NUL)]
Method = Annotated[str, Meta(max_length=16, extra_json_schema=_WITHOUT_NUL)]
Route = Annotated[str, Meta(max_length=256, extra_json_schema=_WITHOUT_NUL)]
TraceId = Annotated[str, Meta(max_length=64, extra_json_schema=_WITHOUT_NUL)]
Level = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
Time = Annotated[datetime, Meta(tz=True)]
# To JSON Schema 200.0 is an integer, to msgspec it is none; `formats` makes it one, and refuses 200.5.
Status = (
    Annotated[int, Meta(ge=100, le=599)] | Annotated[float, Meta(ge=100, le=599, extra_json_schema={"multipleOf": 1})]
)
Latency = Annotated[float, Meta(ge=0, le=MOST_LATENCY)]

# How deep attributes may nest is written as a type: then no body, however deep, gets past the decoder.
Integer = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Scalar = Text | Integer | float | bool | None
Shallow = Scalar | list[Scalar] | dict[Text, Scalar]
Attribute = Scalar | list[Shallow] | dict[Text, Shallow]


class Event(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One event. An unknown field is refused, not dropped: what was accepted is never lost."""

    service_name: Annotated[Name, Meta(description="the service it happened in", examples=["checkout"])]
    id: Annotated[Name, Meta(description="the same event sent again counts once; default: a new UUID")] | UnsetType = (
        UNSET
    )
    tenant_id: (
        Annotated[Name, Meta(description="whose it is; x-tenant-id overrides it; default: `default`")] | UnsetType
    ) = UNSET
    level: Annotated[Level, Meta(description="how bad it is; default: INFO")] | UnsetType = UNSET
    message: Annotated[Text, Meta(description="what happened; default: nothing")] | UnsetType = UNSET
    timestamp: Annotated[Time, Meta(description="when it happened; default: received_at")] | None = None
    received_at: Annotated[Time, Meta(description="when Sentinel first took it; default: now")] | None = None
    method: Annotated[Method, Meta(description="of the HTTP request", examples=["GET"])] | None = None
    route: Annotated[Route, Meta(description="its template, not its path", examples=["/users/{id}"])] | None = None
    status: Annotated[Status, Meta(description="of its answer; 500 and more is an error")] | None = None
    latency_ms: Annotated[Latency, Meta(description="how long it took; below a nanosecond counts as 0")] | None = None
    trace_id: Annotated[TraceId, Meta(description="of the trace it belongs to")] | None = None
    attributes: Annotated[dict[Text, Attribute], Meta(description="anything else, at most two levels deep")] | None = (
        None
    )


class FiledEvent(Struct, frozen=True, gc=False):
    """An event that has all of its fields, and by when it is filed: what stores take."""

    id: str
    tenant: str
    at: int  # milliseconds, see `filing`
    is_error: bool
    latency: float | None  # milliseconds
    document: bytes  # all of it as JSON, as it is shown again
    event: Event


_encode = msgspec.json.Encoder().encode
_ERRORS = frozenset({"ERROR", "CRITICAL"})
_SKEWED = b',"skewed":true}'


def file_events(events: Sequence[Event], tenant: str | None, now: int, retention: int) -> list[FiledEvent]:
    """Complete events and decide by when each is filed; in the same order.

    Args:
        events: as they were decoded, with times in UTC; they are changed.
        tenant: the tenant of all of them; None: each event's own, or the default.
        now: milliseconds, as `retention`.
    """
    present = from_ms(now)
    new = iter(new_ids(sum(event.id is UNSET for event in events)))
    return [_file(event, tenant, new, present, now, retention) for event in events]


def _file(
    event: Event, tenant: str | None, new: Iterator[str], present: datetime, now: int, retention: int
) -> FiledEvent:
    if event.id is UNSET:
        event.id = next(new)
    if tenant is not None:
        event.tenant_id = tenant
    elif event.tenant_id is UNSET:
        event.tenant_id = DEFAULT_TENANT
    if event.level is UNSET:
        event.level = "INFO"
    if event.message is UNSET:
        event.message = ""
    if event.received_at is None:
        event.received_at, received = present, now
    else:
        received = to_ms(event.received_at)
    if event.timestamp is None:
        event.timestamp, timestamp = event.received_at, received
    else:
        timestamp = to_ms(event.timestamp)
    at, skewed = filing_time(timestamp, received, now, retention)
    document = _encode(event)
    if skewed:
        document = document[:-1] + _SKEWED
    is_error = event.level in _ERRORS or (event.status is not None and event.status >= 500)
    return FiledEvent(event.id, event.tenant_id, at, is_error, event.latency_ms, document, event)


def added_marks(events: Sequence[Event], tenant: str | None) -> int:
    """How many quotation marks `file_events` will add to the JSON of these events, but for `skewed`."""
    added = 0
    for event in events:
        missing = (event.id is UNSET) + (event.level is UNSET) + (event.message is UNSET)
        missing += (event.timestamp is None) + (event.received_at is None) + (event.tenant_id is UNSET)
        added += 4 * missing
        if tenant is not None:
            added += tenant.count('"') - (0 if event.tenant_id is UNSET else event.tenant_id.count('"'))
    return added


def stored_marks(filed: Sequence[FiledEvent]) -> int:
    """How many quotation marks are in the JSON of these events, but for `skewed`."""
    documents = b"".join([event.document for event in filed])
    skewed = sum(event.document.endswith(_SKEWED) for event in filed) if _SKEWED in documents else 0
    return documents.count(b'"') - 2 * skewed


def new_ids(count: int) -> list[str]:
    """UUIDs of version 7, which sort by time: https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7.

    One draw of 74 random bits serves a whole batch, whose ids then count upwards: a draw for each would cost more
    than everything else that is done for an entry.
    """
    milliseconds = time.time_ns() // 1_000_000
    head = f"{milliseconds:012x}7{random.getrandbits(12):03x}{0x8000 | random.getrandbits(14):04x}"
    head = f"{head[:8]}-{head[8:12]}-{head[12:16]}-{head[16:]}-"
    first = random.getrandbits(48)
    return [f"{head}{(first + number) & 0xFFFFFFFFFFFF:012x}" for number in range(count)]
