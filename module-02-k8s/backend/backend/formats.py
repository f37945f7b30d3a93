"""JSON, JSON array and NDJSON: bytes to events, or what is wrong with them and where.

A good body is decoded in one pass over all of it. Only a body that was refused is taken apart, event by event, to
name what is wrong: errors may be slow, since they are rare and bounded by the size of a body.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC
from http import HTTPStatus
from itertools import islice
from typing import NamedTuple, get_args

import msgspec
from msgspec import UNSET, UnsetType

from backend.events import Event, Level
from backend.oddities import find_oddity
from backend.problems import MOST_FAULTS, Fault, Problem, invalid

_one = msgspec.json.Decoder(Event)
_many = msgspec.json.Decoder(list[Event])

_BLANKS = re.compile(r"[ \t\r\n]*")
_TIMES = ("timestamp", "received_at")
_A_TIME = "a date and time with its zone, such as 2026-01-31T12:00:00Z (RFC 3339)"
_EXPECTED = {
    "level": "one of " + ", ".join(get_args(Level)),
    "timestamp": _A_TIME,
    "received_at": _A_TIME,
    "attributes": "an object of strings, 64-bit numbers, booleans and nulls, nested at most two levels deep",
}


class Format(NamedTuple):
    """How a body holds its events."""

    decode: Callable[[bytes], list[Event]]
    split: Callable[[bytes], Iterator[bytes]]

    def read(self, body: bytes) -> list[Event]:
        """The events in `body`, in order, with their times in UTC.

        Raises:
            Problem: of up to a hundred events it says what is wrong, and in which field. 400: some of it is no JSON;
                422: all of it is.
        """
        try:
            events = self.decode(body)
        except (ValueError, RecursionError) as error:  # msgspec's errors and UnicodeDecodeError are ValueErrors
            raise self._explain(body, error) from None
        if not events:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The batch holds no event")
        _settle(events)
        return events

    def look_closer(self, body: bytes) -> None:
        """Refuse what is valid JSON, and decodes, and yet must not be stored: see `oddities`.

        Raises:
            Problem: 422, as in `read`.
        """
        odd = ((index, find_oddity(text)) for index, text in enumerate(self.split(body)))
        faults = (Fault(oddity.what, index, oddity.key) for index, oddity in odd if oddity)
        if found := list(islice(faults, MOST_FAULTS)):
            raise invalid(found)

    def _explain(self, body: bytes, error: Exception) -> Problem:
        """The problem for a body that `error` was raised for: its bad events, or the body as a whole."""
        found = list(islice(self._errors(body), MOST_FAULTS)) or [(UNSET, error)]
        faults = [_fault(error, index) for index, error in found]
        if all(isinstance(error, msgspec.ValidationError) for _, error in found):
            return invalid(faults)
        return Problem(HTTPStatus.BAD_REQUEST, f"This is not JSON: {_fault(error).reason}", faults)

    def _errors(self, body: bytes) -> Iterator[tuple[int | UnsetType, Exception]]:
        for index, text in enumerate(self.split(body)):
            try:
                _one.decode(text)
            except (ValueError, RecursionError) as error:
                yield index, error


def _fault(error: Exception, index: int | UnsetType = UNSET) -> Fault:
    """What msgspec says ("Expected `str`, got `int` - at `$.level`") with its field and index."""
    what, _, path = _in_words(error).partition(" - at `$")
    field = path.rstrip("`").lstrip(".")
    expected = _EXPECTED.get(field.split("[")[0])
    return Fault(f"{what}; expected {expected}" if expected else what, index, field or UNSET)


def _in_words(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"The text is not UTF-8: {error.reason}"
    if str(error) == "Input data was truncated":
        return "The JSON ends too early, or the body is empty"
    return "The JSON is nested too deep" if isinstance(error, RecursionError) else str(error)


def _settle(events: Sequence[Event]) -> None:
    """Bring times to UTC and statuses to whole numbers."""
    faults: list[Fault] = []
    for index, event in enumerate(events):
        status = event.status
        if isinstance(status, float):
            event.status = int(status)
            if event.status != status:
                faults.append(Fault("Expected `int`, got `float`", index, "status"))
        for field in _TIMES:
            time = getattr(event, field)
            if time is None or time.tzinfo is UTC:
                continue
            try:
                setattr(event, field, time.astimezone(UTC))
            except OverflowError:  # 9999-12-31T23:59:59-01:00 is in the year 10000 in UTC
                faults.append(Fault(f"The {field} is outside the years 1 to 9999 in UTC", index, field))
    if faults:
        raise invalid(faults)


def _is_array(body: bytes) -> bool:
    return body.lstrip(b" \t\r\n").startswith(b"[")


def _decode_json(body: bytes) -> list[Event]:
    return _many.decode(body) if _is_array(body) else [_one.decode(body)]


def _split_json(body: bytes) -> Iterator[bytes]:
    return _split_array(body) if _is_array(body) else iter([body])


def _split_lines(body: bytes) -> Iterator[bytes]:
    return filter(bytes.strip, body.split(b"\n"))


def _split_array(body: bytes) -> Iterator[bytes]:
    """The elements of an array, up to the first that neither another nor the end follows, which is given with the rest.

    Latin-1 gives each byte its own character, so that offsets in text and bytes are the same; all that JSON's
    structure is made of is ASCII.
    """
    text = body.decode("latin-1")
    scan = json.JSONDecoder().raw_decode
    start = _after_blanks(text, 0)
    while text[start : start + 1] in ("[", ","):
        start = _after_blanks(text, start + 1)
        try:
            _, end = scan(text, start)
        except (ValueError, RecursionError):
            end = len(text)
        next_start = _after_blanks(text, end)
        if text[next_start : next_start + 1] not in (",", "]"):
            end = next_start = len(text)
        if text[start:end] not in ("", "]"):
            yield body[start:end]
        start = next_start


def _after_blanks(text: str, start: int) -> int:
    blanks = _BLANKS.match(text, start)
    return blanks.end() if blanks else start


FORMATS = {
    "application/json": Format(_decode_json, _split_json),
    "application/x-ndjson": Format(_one.decode_lines, _split_lines),
}
