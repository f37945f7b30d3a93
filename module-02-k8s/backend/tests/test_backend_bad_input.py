"""Whatever is wrong with a request, the answer is 4xx, says what and where, and nothing is stored."""

from __future__ import annotations

import gzip
import json
from typing import Any

import httpx
import pytest
from backend_in_process import EVENT, NDJSON, PATH, InProcess

GOOD = json.dumps(EVENT).encode()


def with_raw(member: bytes) -> bytes:
    """A good event with one more member, as bytes: for what json.dumps cannot write."""
    return GOOD[:-1] + b"," + member + b"}"


# name: (the body of one event, status, what the answer says, in which field)
BAD: dict[str, tuple[bytes, int, str, str | None]] = {
    "null": (b"null", 422, "Expected `object`, got `null`", None),
    "missing field": (b"{}", 422, "missing required field `service_name`", None),
    "unknown field": (with_raw(b'"lvel":"INFO"'), 422, "unknown field `lvel`", None),
    "skewed is ours to say": (with_raw(b'"skewed":true'), 422, "unknown field `skewed`", None),
    "number for text": (with_raw(b'"route":5'), 422, "Expected `str", "route"),
    "empty id": (with_raw(b'"id":""'), 422, "length >= 1", "id"),
    "long id": (with_raw(b'"id":"' + b"x" * 129 + b'"'), 422, "length <= 128", "id"),
    "null id": (with_raw(b'"id":null'), 422, "got `null`", "id"),
    "long method": (with_raw(b'"method":"' + b"x" * 17 + b'"'), 422, "length <= 16", "method"),
    "long route": (with_raw(b'"route":"' + b"x" * 257 + b'"'), 422, "length <= 256", "route"),
    "long trace": (with_raw(b'"trace_id":"' + b"x" * 65 + b'"'), 422, "length <= 64", "trace_id"),
    "unknown level": (b'{"service_name":"a","level":"error"}', 422, "one of DEBUG, INFO", "level"),
    "status 99": (with_raw(b'"status":99'), 422, ">= 100", "status"),
    "status 600": (with_raw(b'"status":600'), 422, "<= 599", "status"),
    "status as text": (with_raw(b'"status":"200"'), 422, "got `str`", "status"),
    "half a status": (with_raw(b'"status":200.5'), 422, "got `float`", "status"),
    "negative latency": (with_raw(b'"latency_ms":-0.1'), 422, ">= 0", "latency_ms"),
    "more than a day": (with_raw(b'"latency_ms":86400000.1'), 422, "<= 86400000", "latency_ms"),
    "1e400": (with_raw(b'"latency_ms":1e400'), 422, "out of range", "latency_ms"),
    "time without zone": (with_raw(b'"timestamp":"2026-01-31T12:00:00"'), 422, "with its zone", "timestamp"),
    "received on 30 February": (with_raw(b'"received_at":"2026-02-30T00:00:00Z"'), 422, "RFC3339", "received_at"),
    "year 10000": (with_raw(b'"timestamp":"9999-12-31T23:59:59-01:00"'), 422, "years 1 to 9999", "timestamp"),
    "year 0": (with_raw(b'"received_at":"0001-01-01T00:00:00+01:00"'), 422, "years 1 to 9999", "received_at"),
    "nested three deep": (with_raw(b'"attributes":{"a":[[[1]]]}'), 422, "two levels", "attributes[...][0][0]"),
    "10,000 lists deep": (with_raw(b'"attributes":{"a":' + b"[" * 10_000 + b"]" * 10_000 + b"}"), 422, "two levels",
                          "attributes[...][0][0]"),
    "65-bit integer": (with_raw(b'"attributes":{"a":%d}' % 2**64), 422, "<= 9223372036854775807", "attributes[...]"),
    "escaped NUL": (with_raw(b'"tenant_id":"a\\u0000"'), 422, "U+0000", "tenant_id"),
    "escaped NUL in a key": (with_raw(b'"attributes":{"a\\u0000":1}'), 422, "U+0000", "a\0"),
    "key twice": (with_raw(b'"message":"other"'), 422, "given twice", "message"),
    "key twice in attributes": (with_raw(b'"attributes":{"a":{"b":1,"b":2}}'), 422, "given twice", "b"),
    "key twice beside a null": (with_raw(b'"route":null,"message":"x"'), 422, "given twice", "message"),
    "NaN": (with_raw(b'"latency_ms":NaN'), 400, "not JSON", None),
    "lone surrogate": (with_raw(b'"id":"\\ud800"'), 400, "not JSON", None),
    "Latin-1": (with_raw(b'"id":"\xfc"'), 400, "not UTF-8", None),
    "bare NUL": (with_raw(b'"id":"\0"'), 400, "not JSON", None),
    "trailing text": (GOOD + b" x", 400, "trailing characters", None),
    "cut off": (GOOD[:-5], 400, "ends too early", None),
    "byte order mark": (b"\xef\xbb\xbf" + GOOD, 400, "not JSON", None),
}  # fmt: skip


def refused(response: httpx.Response, status: int, detail: str, backend: InProcess) -> dict[str, Any]:
    """Check a problem's shape and that nothing is stored; returns the problem."""
    problem: dict[str, Any] = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert response.status_code == problem["status"] == status
    assert detail in problem["detail"]
    assert set(problem) <= {"title", "status", "detail", "errors"}
    assert all({"reason"} <= set(error) <= {"index", "field", "reason"} for error in problem.get("errors", []))
    assert backend.held == 0
    return problem


@pytest.mark.parametrize(("body", "status", "detail", "field"), BAD.values(), ids=BAD)
def test_a_bad_event_is_refused_and_the_field_is_named(
    backend: InProcess, body: bytes, status: int, detail: str, field: str | None
) -> None:
    error = refused(backend.post(body), status, detail, backend)["errors"][0]
    assert (error.get("index"), error.get("field")) == (0, field)


@pytest.mark.parametrize(("body", "status", "detail", "field"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("media_type", ["application/json", NDJSON])
def test_a_batch_with_two_bad_events_is_refused_and_both_are_named(
    backend: InProcess, media_type: str, body: bytes, status: int, detail: str, field: str | None
) -> None:
    events = [GOOD] * 700 + [body] + [GOOD] * 200 + [body]
    text = b"\n".join(events) if media_type == NDJSON else b"[" + b" ,\n".join(events) + b" ]"
    errors = refused(backend.post(text, media_type), status, "", backend)["errors"]
    if media_type == NDJSON and status == 422:
        assert detail in errors[0]["reason"]
    assert errors[0]["index"] == 700
    if status == 422 and len(body) < 10_000:  # else nobody can tell where the event ends
        assert [(error["index"], error.get("field")) for error in errors] == [(700, field), (901, field)]


def test_a_hundred_errors_are_told_and_no_more(backend: InProcess) -> None:
    problem = refused(backend.post([{**EVENT, "status": number} for number in range(600, 900)]), 422, "599", backend)
    assert [error["index"] for error in problem["errors"]] == list(range(100))


@pytest.mark.parametrize("body", [b"", b" ", b"{", b"[", b"\0", b"\xff", b"}", b"nul", b"'a'", b"[" * 100_000, b"[,]"])
def test_what_is_not_json_is_refused(backend: InProcess, body: bytes) -> None:
    response = backend.post(body)
    assert response.status_code in (400, 422)
    refused(response, response.status_code, "", backend)


@pytest.mark.parametrize(("body", "media_type"), [(b"[]", "application/json"), (b"\n\r\n", NDJSON), (b"", NDJSON)])
def test_a_batch_without_an_event_is_refused(backend: InProcess, body: bytes, media_type: str) -> None:
    refused(backend.post(body, media_type), 422, "no event", backend)


def test_a_batch_of_too_many_events_is_refused(backend: InProcess) -> None:
    refused(backend.post([EVENT] * 1001), 413, "1001 events; at most 1000", backend)


def test_a_body_that_is_too_large_is_refused(backend: InProcess) -> None:
    refused(backend.post({**EVENT, "message": "x" * 4 * 2**20}), 413, "4194304", backend)


@pytest.mark.parametrize(
    "media_type", ["", "text/plain", "application/jsonx", "application/json; charset=latin-1", "*/*"]
)
def test_another_content_type_is_refused(backend: InProcess, media_type: str) -> None:
    problem = refused(backend.post(EVENT, media_type), 415, "must be application/json", backend)
    assert problem["errors"][0]["field"] == "content-type"


@pytest.mark.parametrize("encoding", ["gzip", "br", "identity, gzip"])
def test_a_compressed_body_is_refused_and_never_unpacked(backend: InProcess, encoding: str) -> None:
    response = backend.post(gzip.compress(GOOD), content_encoding=encoding)
    refused(response, 415, "compressed", backend)


@pytest.mark.parametrize("tenant", ["", "a b", "x" * 129, "a\tb", "ü"])
def test_a_tenant_that_is_no_name_is_refused(backend: InProcess, tenant: str) -> None:
    problem = refused(backend.post(EVENT, x_tenant_id=tenant), 422, "ASCII", backend)
    assert problem["errors"][0]["field"] == "x-tenant-id"


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_another_method_is_refused(backend: InProcess, method: str) -> None:
    response = backend.request(method, PATH)
    assert (response.status_code, response.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("path", ["/api/v1/events/", "/api/v1", "/logs", "//api/v1/events"])
def test_another_path_is_a_problem_of_the_same_shape(backend: InProcess, path: str) -> None:
    refused(backend.post(EVENT, path=path), 404, "", backend)


@pytest.mark.parametrize("route", ["analytics/top-tenants/errors", "analytics/top-tenants/latency", "debug/events"])
@pytest.mark.parametrize(
    ("name", "value"),
    [("window", "0"), ("window", "61"), ("window", "1.5"), ("window", ""), ("window", "five"), ("limit", "0"),
     ("limit", "101"), ("limit", "-1"), ("limit", "9" * 5000), ("limit", "\0")],
)  # fmt: skip
def test_a_question_out_of_bounds_is_refused(backend: InProcess, route: str, name: str, value: str) -> None:
    problem = refused(backend.get(f"/api/v1/{route}", **{name: value}), 422, "", backend)
    assert [error["field"] for error in problem["errors"]] == [name]


@pytest.mark.parametrize("tenant", ["", "x" * 129])
def test_a_tenant_that_nobody_can_have_is_refused(backend: InProcess, tenant: str) -> None:
    refused(backend.get("/api/v1/debug/events", tenant=tenant), 422, "", backend)


def test_no_longer_window_than_is_kept_can_be_asked_for() -> None:
    with InProcess(event_ttl_seconds=120) as backend:
        path = "/api/v1/analytics/top-tenants/errors"
        assert [backend.get(path, window=window).status_code for window in (2, 3)] == [200, 422]
        assert backend.get(path).json()["window"] == 2


def test_what_was_sent_is_quoted_only_in_part(backend: InProcess) -> None:
    response = backend.post({**EVENT, "level": "x" * 500_000})
    refused(response, 422, "", backend)
    assert len(response.content) < 2000
