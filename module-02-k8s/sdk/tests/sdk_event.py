"""The event as Sentinel's backend takes it, and nothing else: written down a second time, from the contract."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

Scalar = str | int | float | bool | None
Shallow = Scalar | list[Scalar] | dict[str, Scalar]
Name = Annotated[str, Meta(min_length=1, max_length=128)]


class StrictEvent(Struct, forbid_unknown_fields=True):
    """One event; all that the SDK promises is required."""

    id: Annotated[str, Meta(pattern="^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")]
    tenant_id: Name
    service_name: Name
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
    message: str
    timestamp: Annotated[datetime, Meta(tz=True)]
    method: Annotated[str, Meta(max_length=16)]
    route: Annotated[str, Meta(max_length=256)]
    latency_ms: Annotated[float, Meta(ge=0, le=86_400_000)]
    status: Annotated[int, Meta(ge=100, le=599)] | None = None
    trace_id: Annotated[str, Meta(max_length=64)] | None = None
    attributes: dict[str, Scalar | list[Shallow] | dict[str, Shallow]] | None = None


_decode = msgspec.json.Decoder(list[StrictEvent], strict=True).decode


def valid_events(body: bytes) -> list[StrictEvent]:
    """The events of a request.

    Raises:
        ValueError: one of them would be refused.
    """
    if b"\\u0000" in body:
        raise ValueError("a text holds U+0000")
    if len(events := _decode(body)) > 1000 or len(body) > 4 * 1024 * 1024:
        raise ValueError("too many at once")
    return events
