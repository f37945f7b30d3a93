"""What the backend's answer means for the batch it answers."""

from __future__ import annotations

import email.utils
import json
import time
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus

from sentinel_sdk.transport import Answer


class Meaning(Enum):
    """What to do with the batch."""

    TAKEN = auto()
    REFUSED = auto()  # some event in it, or all of it, can never be taken
    TOO_LARGE = auto()  # less at once might be taken
    BUSY = auto()  # it will be taken, later
    BROKEN = auto()  # it may be taken, later


_MEANINGS = {
    HTTPStatus.BAD_REQUEST: Meaning.REFUSED,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Meaning.REFUSED,
    HTTPStatus.UNPROCESSABLE_ENTITY: Meaning.REFUSED,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Meaning.TOO_LARGE,
    HTTPStatus.REQUEST_TIMEOUT: Meaning.BUSY,
    HTTPStatus.TOO_MANY_REQUESTS: Meaning.BUSY,
    HTTPStatus.BAD_GATEWAY: Meaning.BUSY,
    HTTPStatus.SERVICE_UNAVAILABLE: Meaning.BUSY,
    HTTPStatus.GATEWAY_TIMEOUT: Meaning.BUSY,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer, understood.

    Args:
        retry_after: seconds that the backend asks to wait; None: it does not say.
        refused: which events of the batch can never be taken, from 0; empty: it does not say.
    """

    meaning: Meaning
    retry_after: float | None = None
    refused: frozenset[int] = frozenset()


def understand(answer: Answer) -> Verdict:
    """What an answer means. One that is not foreseen (404, 401, a redirect) may be a mistake that somebody mends."""
    if 200 <= answer.status < 300:
        return Verdict(Meaning.TAKEN)
    meaning = _MEANINGS.get(HTTPStatus(answer.status), Meaning.BROKEN) if answer.status in _STATUSES else Meaning.BROKEN
    refused = _indices(answer.body) if meaning is Meaning.REFUSED else frozenset()
    return Verdict(meaning, seconds_of(answer.retry_after), refused)


_STATUSES = frozenset(map(int, HTTPStatus))


def _indices(body: bytes) -> frozenset[int]:
    """The events that a problem names: `{"errors": [{"index": 3, ...}]}`, or `{"index": 3}`."""
    try:
        problem = json.loads(body)
        named = [problem, *problem.get("errors", [])]
        return frozenset(error["index"] for error in named if type(error.get("index")) is int)
    except (ValueError, AttributeError, TypeError, RecursionError):
        return frozenset()


def seconds_of(retry_after: str) -> float | None:
    """Seconds from now: https://www.rfc-editor.org/rfc/rfc9110#name-retry-after. None: it says nothing sensible."""
    if retry_after.isascii() and retry_after.isdigit():
        return float(retry_after[:9])
    try:
        return max(0.0, email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None
