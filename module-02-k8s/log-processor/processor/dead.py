"""What stands on the list of the dead: an entry that cannot be delivered, why, and since when."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

import msgspec

_LONGEST_REASON = 500  # it may quote what the backend said: enough to recognise it


def document(entry: bytes, reason: str) -> bytes:
    """JSON `{"entry", "reason", "at"}`: the whole entry as text, or in base64 where it is not UTF-8."""
    try:
        text = entry.decode()
    except UnicodeDecodeError:
        text = b64encode(entry).decode()
    return msgspec.json.encode({"entry": text, "reason": reason[:_LONGEST_REASON], "at": datetime.now(UTC)})
