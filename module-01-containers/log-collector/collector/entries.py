"""The log entry, as it comes and as it is queued.

msgspec checks and decodes in one pass: of the libraries measured it takes the least time for a batch.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

DEFAULT_TENANT = "default"

# PostgreSQL stores no U+0000 in text or jsonb (https://www.postgresql.org/docs/current/datatype-json.html), so it is
# refused at the door. The schema says so; `formats` looks for it, since a pattern per string would cost more.
_WITHOUT_NUL = {"pattern": "^[^\\u0000]*$"}
Text = Annotated[str, Meta(extra_json_schema=_WITHOUT_NUL)]
Name = Annotated[str, Meta(min_length=1, max_length=128, extra_json_schema=_WITHOUT_NUL)]
Level = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]

# How deep attributes may nest is written as a type: then no body, however deep, gets past the decoder.
Integer = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Scalar = Text | Integer | float | bool | None
Shallow = Scalar | list[Scalar] | dict[Text, Scalar]
Attribute = Scalar | list[Shallow] | dict[Text, Shallow]


class LogEntry(Struct, forbid_unknown_fields=True):
    """One log entry, as a client sends it.

    An unknown field is refused, not dropped: what was accepted is never lost. Room for more is in `attributes`.
    """

    service_name: Annotated[Name, Meta(description="the service that logs", examples=["checkout"])]
    level: Annotated[Level, Meta(description="how bad it is", examples=["ERROR"])]
    message: Annotated[Text, Meta(description="what happened", examples=["card declined"])]
    timestamp: (
        Annotated[datetime, Meta(tz=True, description="when it happened, with a time zone; default: now")] | None
    ) = None
    tenant_id: Annotated[Name, Meta(description="whose it is; x-tenant-id overrides it")] | None = None
    attributes: Annotated[dict[Text, Attribute], Meta(description="anything else, at most two levels deep")] | None = (
        None
    )


class QueuedEntry(Struct, omit_defaults=True):
    """One log entry, as it stands on the queue. Times are in UTC."""

    id: str
    service_name: str
    level: str
    message: str
    timestamp: datetime
    received_at: datetime
    tenant_id: str
    attributes: dict[str, Attribute] | None = None


_encode = msgspec.json.Encoder().encode


def to_queue(entries: Sequence[LogEntry], ids: Sequence[str], tenant_id: str | None) -> list[bytes]:
    """The entries as JSON, ready for the queue, in the same order.

    Args:
        ids: one for each entry.
        tenant_id: the tenant of all of them; None: each entry's own, or the default.
    """
    now = datetime.now(UTC)
    return [
        _encode(
            QueuedEntry(
                entry_id,
                entry.service_name,
                entry.level,
                entry.message,
                entry.timestamp or now,
                now,
                tenant_id or entry.tenant_id or DEFAULT_TENANT,
                entry.attributes,
            )
        )
        for entry, entry_id in zip(entries, ids, strict=True)
    ]


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
