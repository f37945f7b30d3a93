"""Whatever is wrong with a request, the answer is 4xx, says what and where, and nothing is queued."""

from __future__ import annotations

import functools
import gzip
import json
from typing import Any

import httpx
import pytest
from bad_entries import BAD_ENTRIES, BAD_LINES, GOOD
from collector_in_process import ENTRY, InProcess


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


@functools.cache
def gzip_bomb() -> bytes:
    """100 MB of blanks in less than half of one."""
    return gzip.compress(b" " * 100_000_000, compresslevel=1)


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "x-unheard-of", "identity, gzip"])
def test_a_compressed_body_is_refused_and_never_unpacked(collector: InProcess, encoding: str) -> None:
    response = collector.post(gzip_bomb(), content_encoding=encoding)
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
