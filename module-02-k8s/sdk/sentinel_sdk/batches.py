"""Records to events ready to be sent, through the application's hook."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from sentinel_sdk.buffer import Buffer
from sentinel_sdk.events import Encoder, Event, Record
from sentinel_sdk.ids import new_ids

BeforeSend = Callable[[Event], Event | None]

BEFORE_SEND = "before_send"  # the hook wanted it so
BEFORE_SEND_ERROR = "before_send_error"  # the hook failed: what it would have removed must not leave
UNSENDABLE = "unsendable"


class Batches:
    """Takes records from the buffer; those that do not make it into a batch are settled at once."""

    def __init__(self, buffer: Buffer, encoder: Encoder, most: int, before_send: BeforeSend | None) -> None:
        self._buffer = buffer
        self._encoder = encoder
        self._most = most
        self._before_send = before_send

    def take(self) -> list[str]:
        """The next batch, each event a JSON object; empty if all its events were dropped, or there were none."""
        records = self._buffer.take(self._most)
        encoded = list(zip(records, new_ids(len(records)), strict=True))
        return [event for pair in encoded if (event := self._event(*pair)) is not None]

    def _event(self, record: Record, event_id: str) -> str | None:
        try:
            event = self._encoder.encode(record, event_id)
        except Exception:
            self._buffer.settle(1, UNSENDABLE)
            return None
        return self._through_hook(event, self._before_send) if self._before_send else event

    def _through_hook(self, encoded: str, hook: BeforeSend) -> str | None:
        """Redacted, or None: dropped and settled."""
        try:
            event = hook(json.loads(encoded))
        except BaseException:  # SystemExit too: it would end the sender, not the application
            self._buffer.settle(1, BEFORE_SEND_ERROR)
            return None
        if event is None:
            self._buffer.settle(1, BEFORE_SEND)
            return None
        try:
            if not isinstance(event, dict):
                raise TypeError("a hook returns an event, or None")
            text = json.dumps(event, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
            text.encode()  # half a surrogate pair is no text: it would have the whole batch refused
        except (TypeError, ValueError, RecursionError):
            self._buffer.settle(1, UNSENDABLE)
            return None
        return text


def joined(events: Sequence[str]) -> bytes:
    """A batch as the body of a request: a JSON array."""
    return f"[{','.join(events)}]".encode()
