"""Whatever is wrong with a request, the answer is 4xx, says what and where, and nothing is queued."""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx
import pytest
from collector_service import ENTRY, InProcess

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


def refused(response: httpx.Response, status: int, detail: str, collector: InProcess) -> dict[str, Any]:
    """Check a problem's shape and that nothing is queued; returns the problem."""
    problem: dict[str, Any] = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert response.status_code == problem["status"] == status
    assert detail in problem["detail"]
    assert set(problem) <= {"title", "status", "detail", "field", "index"}
    assert collector.queued == []
    return problem


@pytest.mark.parametrize(("body", "detail", "field"), BAD_ENTRIES.values(), ids=BAD_ENTRIES)
def test_a_bad_entry_is_refused_and_the_field_is_named(
    collector: InProcess, body: bytes, detail: str, field: str | None
) -> None:
    assert refused(collector.post(body), 422, detail, collector).get("field") == field


@pytest.mark.parametrize(("body", "detail", "field"), BAD_ENTRIES.values(), ids=BAD_ENTRIES)
def test_a_batch_whose_999th_entry_is_bad_is_refused_and_the_index_is_named(
    collector: InProcess, body: bytes, detail: str, field: str | None
) -> None:
    array = b"[" + b" ,\n".join([GOOD] * 998 + [body] + [GOOD]) + b" ]"
    problem = refused(collector.post(array, "/logs/batch"), 422, "", collector)
    assert problem["index"] == 998
    if body.endswith(b"}"):  # else the array ends or goes on where the entry should
        assert problem.get("field") == field
        assert detail in problem["detail"]


@pytest.mark.parametrize(("body", "detail", "field"), BAD_LINES.values(), ids=BAD_LINES)
def test_ndjson_whose_999th_line_is_bad_is_refused_and_the_index_is_named(
    collector: InProcess, body: bytes, detail: str, field: str | None
) -> None:
    lines = b"\n".join([GOOD] * 998 + [body] + [GOOD])
    problem = refused(collector.post(lines, "/logs/batch", "application/x-ndjson"), 422, detail, collector)
    assert (problem["index"], problem.get("field")) == (998, field)


@pytest.mark.parametrize("body", [b"", b" ", b"{", b"[", b"\0", b"\xff", b"}", b"nul", b"'a'", b"[" * 100_000])
@pytest.mark.parametrize("path", ["/logs", "/logs/batch"])
def test_what_is_not_json_is_refused(collector: InProcess, path: str, body: bytes) -> None:
    refused(collector.post(body, path), 422, "", collector)


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b"[" + GOOD, GOOD, b"[" + GOOD + b",]", b"[" + GOOD + b"]]"])
def test_what_is_not_an_array_of_entries_is_refused_as_a_batch(collector: InProcess, body: bytes) -> None:
    refused(collector.post(body, "/logs/batch"), 422, "", collector)


@pytest.mark.parametrize("body", [b"", b"\n", b"\r\n\n"])
def test_ndjson_without_a_line_is_refused(collector: InProcess, body: bytes) -> None:
    refused(collector.post(body, "/logs/batch", "application/x-ndjson"), 422, "no entry", collector)


def test_a_batch_of_too_many_entries_is_refused(collector: InProcess) -> None:
    refused(collector.post([ENTRY] * 1001, "/logs/batch"), 413, "1001 entries; at most 1000", collector)


@pytest.mark.parametrize("path", ["/logs", "/logs/batch"])
def test_a_body_of_more_than_1_mib_is_refused(collector: InProcess, path: str) -> None:
    entry = {**ENTRY, "message": "x" * 2**20}
    refused(collector.post(entry if path == "/logs" else [entry], path), 413, "1048576", collector)


def test_a_body_of_1_mib_is_accepted(collector: InProcess) -> None:
    room = 2**20 - len(json.dumps({**ENTRY, "message": ""}))
    assert collector.post({**ENTRY, "message": "x" * room}).status_code == 202


@pytest.mark.parametrize(
    "media_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "application/x-ndjson",
     "application/json; charset=latin-1", "multipart/form-data; boundary=x", "*/*"],
)  # fmt: skip
def test_another_content_type_is_refused(collector: InProcess, media_type: str) -> None:
    problem = refused(collector.post(ENTRY, media_type=media_type), 415, "must be application/json", collector)
    assert problem["field"] == "content-type"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "x-unheard-of", "identity, gzip"])
def test_a_compressed_body_is_refused_and_never_unpacked(collector: InProcess, encoding: str) -> None:
    bomb = gzip.compress(b" " * 100_000_000, compresslevel=1)[: 2**19]
    response = collector.post(bomb, content_encoding=encoding)
    assert refused(response, 415, "compressed", collector)["field"] == "content-encoding"
    assert response.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("tenant", ["", "a b", "x" * 129, "a\tb", "ü"])
def test_a_tenant_that_is_no_name_is_refused(collector: InProcess, tenant: str) -> None:
    assert refused(collector.post(ENTRY, x_tenant_id=tenant), 422, "ASCII", collector)["field"] == "x-tenant-id"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", ["/logs", "/logs/batch"])
def test_another_method_is_refused(collector: InProcess, path: str, method: str) -> None:
    response = collector.request(method, path)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("path", ["/", "/logs/", "/log", "/logs/batch/", "//logs"])
def test_another_path_is_a_problem_of_the_same_shape(collector: InProcess, path: str) -> None:
    refused(collector.post(ENTRY, path), 404, "", collector)


def test_what_was_sent_is_quoted_only_in_part(collector: InProcess) -> None:
    response = collector.post({**ENTRY, "level": "x" * 500_000})
    refused(response, 422, "xxx", collector)
    assert len(response.content) < 1000
