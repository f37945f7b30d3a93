"""Entries with one thing wrong each, and what the answer must say of it."""

from __future__ import annotations

import json

from collector_in_process import ENTRY

GOOD = json.dumps(ENTRY).encode()


def with_raw(member: bytes) -> bytes:
    """A good entry with one more member, as bytes: for what json.dumps cannot write."""
    return GOOD[:-1] + b"," + member + b"}"


def nested(depth: int, opening: bytes, closing: bytes) -> bytes:
    return with_raw(b'"attributes":{"a":' + opening * depth + b"1" + closing * depth + b"}")


# name: (the body of one entry, what the answer says, in which field)
BAD_ENTRIES: dict[str, tuple[bytes, str, str | None]] = {
    "null": (b"null", "Expected `object`, got `null`", None),
    "array for object": (b"[]", "Expected `object`, got `array`", None),
    "text for object": (b'"log"', "Expected `object`, got `str`", None),
    "missing field": (b'{"service_name":"a","level":"INFO"}', "missing required field `message`", None),
    "unknown field": (with_raw(b'"lvel":"INFO"'), "unknown field `lvel`", None),
    "number for text": (with_raw(b'"message":5'), "Expected `str`, got `int`", "message"),
    "empty name": (with_raw(b'"service_name":""'), "length >= 1", "service_name"),
    "long name": (with_raw(b'"service_name":"' + b"x" * 129 + b'"'), "length <= 128", "service_name"),
    "level in lower case": (with_raw(b'"level":"error"'), "one of DEBUG, INFO, WARNING, ERROR, CRITICAL", "level"),
    "unknown level": (with_raw(b'"level":"FATAL"'), "Invalid enum value 'FATAL'", "level"),
    "null level": (with_raw(b'"level":null'), "Expected `str`, got `null`", "level"),
    "time without zone": (with_raw(b'"timestamp":"2026-01-31T12:00:00"'), "with its zone", "timestamp"),
    "year 99999": (with_raw(b'"timestamp":"99999-01-01T00:00:00Z"'), "Invalid RFC3339", "timestamp"),
    "year 10000 in UTC": (with_raw(b'"timestamp":"9999-12-31T23:59:59-01:00"'), "years 1 to 9999", "timestamp"),
    "year 0 in UTC": (with_raw(b'"timestamp":"0001-01-01T00:00:00+01:00"'), "years 1 to 9999", "timestamp"),
    "30 February": (with_raw(b'"timestamp":"2026-02-30T00:00:00Z"'), "Invalid RFC3339", "timestamp"),
    "time as number": (with_raw(b'"timestamp":1767225600'), "got `int`", "timestamp"),
    "empty tenant": (with_raw(b'"tenant_id":""'), "length >= 1", "tenant_id"),
    "attributes as list": (with_raw(b'"attributes":[1]'), "got `array`", "attributes"),
    "NaN": (with_raw(b'"attributes":{"a":NaN}'), "invalid character", None),
    "Infinity": (with_raw(b'"attributes":{"a":-Infinity}'), "JSON is malformed", None),
    "1e400": (with_raw(b'"attributes":{"a":1e400}'), "Number out of range", "attributes[...]"),
    "65-bit integer": (with_raw(b'"attributes":{"a":%d}' % 2**64), "<= 9223372036854775807", "attributes[...]"),
    "5,000 digits": (with_raw(b'"attributes":{"a":' + b"7" * 5000 + b"}"), "out of range", "attributes[...]"),
    "nested three deep": (nested(3, b"[", b"]"), "nested at most two levels deep", "attributes[...][0][0]"),
    "10,000 lists deep": (nested(10_000, b"[", b"]"), "nested at most two levels deep", "attributes[...][0][0]"),
    "10,000 objects deep": (nested(10_000, b'{"a":', b"}"), "nested at most", "attributes[...][...][...]"),
    "deep in an unknown field": (with_raw(b'"x":' + b"[" * 10_000 + b"]" * 10_000), "unknown field `x`", None),
    "lone surrogate": (with_raw(b'"message":"\\ud800"'), "JSON", None),
    "surrogates in the wrong order": (with_raw(b'"message":"\\udc00\\ud800"'), "JSON", None),
    "surrogate as UTF-8": (with_raw(b'"message":"\xed\xa0\x80"'), "not UTF-8", None),
    "Latin-1": (with_raw(b'"message":"\xfc"'), "not UTF-8", None),
    "escaped NUL": (with_raw(b'"tenant_id":"a\\u0000"'), "U+0000", "tenant_id"),
    "escaped NUL in a key": (with_raw(b'"attributes":{"a\\u0000":1}'), "U+0000", "a\0"),
    "escaped NUL in a list": (with_raw(b'"attributes":{"a":["b",["\\u0000"]]}'), "U+0000", "a"),
    "bare NUL": (with_raw(b'"message":"\0"'), "invalid character", None),
    "bare newline": (with_raw(b'"message":"\n"'), "invalid character", None),
    "key twice": (with_raw(b'"message":"other"'), "given twice", "message"),
    "key twice, same value": (with_raw(b'"level":"ERROR"'), "given twice", "level"),
    "key twice in attributes": (with_raw(b'"attributes":{"a":{"b":1,"b":2}}'), "given twice", "b"),
    "key twice, once escaped": (with_raw(b'"l\\u0065vel":"INFO"'), "given twice", "level"),
    "key twice, hidden by escaped quotes": (
        with_raw(b'"attributes":{"a":"\\u0022\\u0022","a":"\\u0022\\u0022\\u0022\\u0022"}'), "given twice", "a"),
    "byte order mark": (b"\xef\xbb\xbf" + GOOD, "invalid character (byte 0)", None),
    "UTF-16": (json.dumps(ENTRY).encode("utf-16"), "invalid character", None),
    "trailing text": (GOOD + b" x", "trailing characters", None),
    "cut off": (GOOD[:-5], "ends too early", None),
}  # fmt: skip
BAD_LINES = {name: case for name, case in BAD_ENTRIES.items() if b"\n" not in case[0]}  # a newline ends a line
