"""What the collector promises to clients that do everything right."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from collector_in_process import ENTRY, InProcess

NDJSON = "application/x-ndjson"


def test_one_log_is_answered_by_its_id_and_queued(collector: InProcess) -> None:
    response = collector.post(ENTRY)
    assert response.status_code == 202
    assert response.json() == {"id": collector.queued[0]["id"], "status": "queued"}
    assert collector.queued[0].items() >= ENTRY.items()


def test_ids_are_uuids_of_version_7_that_sort_by_time(collector: InProcess) -> None:
    ids = [collector.post(ENTRY).json()["id"] for _ in range(50)]
    assert {uuid.UUID(entry_id).version for entry_id in ids} == {7}
    assert {uuid.UUID(entry_id).variant for entry_id in ids} == {uuid.RFC_4122}
    assert len(set(ids)) == 50
    assert [entry_id[:13] for entry_id in ids] == sorted(entry_id[:13] for entry_id in ids)


def test_an_entry_without_a_time_or_tenant_gets_the_present_and_the_default(collector: InProcess) -> None:
    before = datetime.now(UTC)
    collector.post(ENTRY)
    entry = collector.queued[0]
    assert entry["timestamp"] == entry["received_at"]
    assert before <= datetime.fromisoformat(entry["timestamp"]) <= datetime.now(UTC)
    assert entry["tenant_id"] == "default"


def test_times_are_queued_in_utc(collector: InProcess) -> None:
    collector.post({**ENTRY, "timestamp": "2026-01-31T12:00:00.5+02:00"})
    assert collector.queued[0]["timestamp"] == "2026-01-31T10:00:00.500000Z"


@pytest.mark.parametrize(
    ("headers", "body", "tenant"),
    [({}, {"tenant_id": "acme"}, "acme"), ({"x_tenant_id": "globex"}, {"tenant_id": "acme"}, "globex"),
     ({"x_tenant_id": "globex"}, {}, "globex"), ({}, {"tenant_id": None}, "default")],
)  # fmt: skip
def test_the_tenant_is_that_of_the_header_before_that_of_the_entry(
    collector: InProcess, headers: dict[str, str], body: dict[str, str], tenant: str
) -> None:
    assert collector.post({**ENTRY, **body}, **headers).status_code == 202
    assert collector.queued[0]["tenant_id"] == tenant


def test_attributes_are_queued_as_they_came(collector: InProcess) -> None:
    attributes = {"a": [1, 2.5, None, True, {"b": 'ü\n\\"😀'}, ["c"]], "d": {"e": {"f": -(2**63)}, "g": 2**63 - 1}}
    assert collector.post({**ENTRY, "attributes": attributes}).status_code == 202
    assert collector.queued[0]["attributes"] == attributes


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])
def test_every_level_is_taken(collector: InProcess, level: str) -> None:
    assert collector.post({**ENTRY, "level": level}).status_code == 202


def test_a_batch_is_queued_in_its_order_with_an_id_for_each(collector: InProcess) -> None:
    batch = [{**ENTRY, "message": str(number)} for number in range(1000)]
    response = collector.post(batch, "/logs/batch")
    assert response.status_code == 202
    assert response.json() == {"ids": [entry["id"] for entry in collector.queued], "status": "queued"}
    assert [entry["message"] for entry in collector.queued] == [str(number) for number in range(1000)]
    assert len({entry["id"] for entry in collector.queued}) == 1000


@pytest.mark.parametrize("text", ["{0}\n{0}", "{0}\n{0}\n", "\n{0}\r\n\n{0}\r\n"])
def test_ndjson_is_a_batch_too(collector: InProcess, text: str) -> None:
    line = '{"service_name":"a","level":"INFO","message":"b"}'
    response = collector.post(text.replace("{0}", line).encode(), "/logs/batch", NDJSON)
    assert response.status_code == 202
    assert len(response.json()["ids"]) == len(collector.queued) == 2


def test_text_is_kept_to_the_letter(collector: InProcess) -> None:
    message = 'quotes " and \\ and \u2028 and \x7f and 😀 and a literal \\u0000 and \\u0022'
    assert collector.post({**ENTRY, "message": message}).status_code == 202
    assert collector.queued[0]["message"] == message


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", 'Application/JSON;charset="UTF-8"'])
def test_content_type_may_name_utf_8(collector: InProcess, media_type: str) -> None:
    assert collector.post(ENTRY, media_type=media_type).status_code == 202


def test_a_full_queue_refuses_what_does_not_fit_and_takes_what_does() -> None:
    with InProcess(max_queue_length=5, retry_after=7) as collector:
        assert collector.post([ENTRY] * 3, "/logs/batch").status_code == 202
        refused = collector.post([ENTRY] * 3, "/logs/batch")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "7")
        assert collector.post([ENTRY] * 2, "/logs/batch").status_code == 202
        assert collector.post(ENTRY).status_code == 503
        assert len(collector.queued) == 5


@pytest.mark.parametrize(("key", "status"), [({}, 401), ({"x_api_key": "wrong"}, 401), ({"x_api_key": "right"}, 202)])
@pytest.mark.parametrize("path", ["/logs", "/logs/batch"])
def test_a_key_is_asked_for_where_one_is_set(path: str, key: dict[str, str], status: int) -> None:
    with InProcess(api_key="right") as collector:
        response = collector.post(ENTRY if path == "/logs" else [ENTRY], path, **key)
        assert response.status_code == status
        assert ("www-authenticate" in response.headers) == (status == 401)
        assert len(collector.queued) == (status == 202)


def test_health_and_metrics_ask_for_no_key() -> None:
    with InProcess(api_key="right") as collector:
        assert [collector.get(path).status_code for path in ("/health", "/health/live", "/metrics")] == [200] * 3


def test_health_tells_the_length_of_the_queue(collector: InProcess) -> None:
    collector.post([ENTRY] * 3, "/logs/batch")
    found = collector.get("/health").json()
    assert found == {"status": "ok", "queue": {"backend": "memory", "length": 3, "error": None}}


def test_metrics_count_entries_and_answers(collector: InProcess) -> None:
    collector.post([ENTRY] * 3, "/logs/batch")
    collector.post(ENTRY)
    collector.post({})
    text = collector.get("/metrics").text
    for line in (
        "log_collector_entries_total 4.0",
        "log_collector_queue_length 4.0",
        "log_collector_buffered_bytes 0.0",
        'log_collector_requests_total{route="/logs",status="422"} 1.0',
        'log_collector_request_seconds_bucket{le="+Inf",route="/logs"} 2.0',
        'log_collector_request_seconds_count{route="/logs/batch"} 1.0',
    ):
        assert line in text.splitlines()


def test_the_documentation_is_served(collector: InProcess) -> None:
    assert collector.get("/docs").status_code == 200
    document = collector.get("/openapi.json").json()
    assert {"/logs", "/logs/batch", "/health", "/health/live", "/metrics"} == set(document["paths"])


@pytest.mark.parametrize("path", ["/logs", "/logs/batch"])
def test_every_example_in_the_documentation_is_accepted(collector: InProcess, path: str) -> None:
    document = collector.get("/openapi.json").json()
    content = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    for example in content["examples"].values():
        assert collector.post(example["value"], path).status_code == 202
