"""Two things that are valid JSON and yet must not be stored: a key given twice, and U+0000.

Of a key given twice parsers keep the first, the last or both (https://www.rfc-editor.org/rfc/rfc8259#section-4): a
value would be lost, or read differently further on. U+0000 cannot be stored by PostgreSQL. msgspec lets both through,
and looking at every key and string in Python would cost more than all the rest. So a body is only *suspected*, by
counting, and taken apart when it is.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import NamedTuple


class Oddity(NamedTuple):
    """What is odd, and under which key."""

    what: str
    key: str


def is_suspect(body: bytes, kept: int) -> bool:
    """Whether `body` may hold an oddity.

    Every key stands between quotation marks. An event that lost one on the way has fewer of them than came in;
    nothing else takes any away but a `null`, and only the escape `u0022` adds one.

    Args:
        kept: how many quotation marks are in the events as they are stored, without those that were added here.
    """
    if b"\\u00" in body and (b"\\u0000" in body or b"\\u0022" in body):
        return True
    return body.count(b'"') != kept


def find_oddity(text: bytes) -> Oddity | None:
    """The first oddity in the JSON of one event, if any."""
    found: list[Oddity] = []

    def look(pairs: list[tuple[str, object]]) -> None:
        times = Counter(key for key, _ in pairs)
        found.extend(Oddity("This key is given twice", key) for key in times if times[key] > 1)
        found.extend(Oddity("U+0000 is not admitted in text", key) for key, value in pairs if _has_nul(key, value))

    json.loads(text, object_pairs_hook=look)
    return found[0] if found else None


def _has_nul(*values: object) -> bool:
    """Objects inside a value were looked at on their own, before it; only lists are left to look into."""
    return any(
        "\0" in value if isinstance(value, str) else isinstance(value, list) and _has_nul(*value) for value in values
    )
