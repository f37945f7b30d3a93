"""JSON, JSON array and NDJSON: bytes to entries, or what is wrong with them and where.

A good body is decoded in one pass over all of it. Only a body that was refused is taken apart, entry by entry, to
name the first bad one: errors may be slow, since they are rare and bounded by the size of a body.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import NamedTuple, get_args

import msgspec

from collector.entries import Level, LogEntry
from collector.oddities import find_oddity
from collector.problems import Problem

_one = msgspec.json.Decoder(LogEntry)
_many = msgspec.json.Decoder(list[LogEntry])

_BLANKS = re.compile(r"[ \t\r\n]*")
_EXPECTED = {
    "level": "one of " + ", ".join(get_args(Level)),
    "timestamp": "a date and time with its zone, such as 2026-01-31T12:00:00Z (RFC 3339)",
    "attributes": "an object of strings, 64-bit numbers, booleans and nulls, nested at most two levels deep",
}


class Format(NamedTuple):
    """How a body holds its entries."""

    decode: Callable[[bytes], list[LogEntry]]
    split: Callable[[bytes], Iterator[bytes]]
    is_batch: bool

    def read(self, body: bytes) -> list[LogEntry]:
        """The entries in `body`, in order.

        Raises:
            Problem: 422, which says what is wrong, in which field and, in a batch, at which index.
        """
        try:
            entries = self.decode(body)
        except (ValueError, RecursionError) as error:  # msgspec's errors and UnicodeDecodeError are ValueErrors
            raise self._explain(body, error) from None
        if not entries:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "The batch holds no entry")
        for index, entry in enumerate(entries):
            if entry.timestamp is not None:
                entry.timestamp = self._in_utc(entry.timestamp, index)
        return entries

    def _in_utc(self, time: datetime, index: int) -> datetime:
        try:
            return time.astimezone(UTC)
        except OverflowError:  # 9999-12-31T23:59:59-01:00 is in the year 10000 in UTC
            place = index if self.is_batch else None
            what = "The timestamp is outside the years 1 to 9999 in UTC"
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, what, field="timestamp", index=place) from None

    def look_closer(self, body: bytes) -> None:
        """Refuse what is valid JSON, and decodes, and yet must not be queued: see `oddities`.

        Raises:
            Problem: 422, as in `read`.
        """
        for index, text in enumerate(self.split(body)):
            if oddity := find_oddity(text):
                place = index if self.is_batch else None
                raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, oddity.what, field=oddity.key, index=place)

    def _explain(self, body: bytes, error: Exception) -> Problem:
        """The problem for a body that `error` was raised for: its first bad entry, or the body as a whole."""
        for index, text in enumerate(self.split(body)):
            try:
                _one.decode(text)
            except (ValueError, RecursionError) as error_in_entry:
                return problem(error_in_entry, index if self.is_batch else None)
        return problem(error, None)


def problem(error: Exception, index: int | None) -> Problem:
    """What msgspec says ("Expected `str`, got `int` - at `$.level`") as a problem with its field and index."""
    what, _, path = _in_words(error).partition(" - at `$")
    field = path.rstrip("`").lstrip(".") or None
    expected = _EXPECTED.get((field or "").split("[")[0])
    return Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY, f"{what}; expected {expected}" if expected else what, field=field, index=index
    )


def _in_words(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"The text is not UTF-8: {error.reason}"
    if str(error) == "Input data was truncated":
        return "The JSON ends too early, or the body is empty"
    return "The JSON is nested too deep" if isinstance(error, RecursionError) else str(error)


def _decode_one(body: bytes) -> list[LogEntry]:
    return [_one.decode(body)]


def _split_one(body: bytes) -> Iterator[bytes]:
    yield body


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


JSON = Format(_decode_one, _split_one, is_batch=False)
JSON_ARRAY = Format(_many.decode, _split_array, is_batch=True)
NDJSON = Format(_one.decode_lines, _split_lines, is_batch=True)
