"""What the backend promises to clients that do everything right."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from backend_in_process import EVENT, NDJSON, PATH, InProcess

ERRORS = "/api/v1/analytics/top-tenants/errors"
LATENCY = "/api/v1/analytics/top-tenants/latency"
STATS = "/api/v1/debug/stats"
EVENTS = "/api/v1/debug/events"


def test_one_event_is_kept_with_all_its_fields(backend: InProcess) -> None:
    event = {
        **EVENT, "id": "1", "tenant_id": "acme", "timestamp": backend.clock.ago(2), "received_at": backend.clock.ago(1),
        "method": "GET", "route": "/users/{id}", "status": 503, "latency_ms": 1.25, "trace_id": "t",
        "attributes": {"a": [1, 2.5, None, True, {"b": 'ü\n\\"😀'}, ["c"]], "d": {"e": {"f": -(2**63)}}},
    }  # fmt: skip
    response = backend.post(event)
    assert (response.status_code, response.json()) == (202, {"accepted": 1, "duplicates": 0, "ids": ["1"]})
    kept = backend.kept[0]
    times = {name: kept.pop(name) for name in ("timestamp", "received_at")}
    assert times == {"timestamp": "2026-01-31T12:00:01.217000Z", "received_at": "2026-01-31T12:00:02.217000Z"}
    assert kept == {name: value for name, value in event.items() if name not in times}


def test_an_event_gets_what_it_does_not_say(backend: InProcess) -> None:
    event_id = backend.post({"service_name": "a"}).json()["ids"][0]
    assert uuid.UUID(event_id).version == 7
    now = "2026-01-31T12:00:03.217000Z"
    assert backend.kept == [
        {"service_name": "a", "id": event_id, "tenant_id": "default", "level": "INFO", "message": "",
         "timestamp": now, "received_at": now}
    ]  # fmt: skip


def test_a_batch_is_answered_in_its_order(backend: InProcess) -> None:
    batch = [{**EVENT, **({"id": f"n{number}"} if number % 2 else {})} for number in range(1000)]
    answer = backend.post([*batch[:999], batch[1]]).json()
    assert (answer["accepted"], answer["duplicates"], len(answer["ids"])) == (999, 1, 1000)
    assert answer["ids"][1:999:2] == [f"n{number}" for number in range(1, 999, 2)]
    assert answer["ids"][999] == "n1"
    assert backend.held == 999


@pytest.mark.parametrize("text", ["{0}\n{0}", "{0}\n{0}\n", "\n{0}\r\n\n{0}\r\n"])
def test_ndjson_is_a_batch_too(backend: InProcess, text: str) -> None:
    response = backend.post(text.replace("{0}", '{"service_name":"a"}').encode(), NDJSON)
    assert (response.status_code, response.json()["accepted"]) == (202, 2)
    assert backend.held == 2


@pytest.mark.parametrize(
    ("headers", "body", "tenant"),
    [({}, {"tenant_id": "acme"}, "acme"), ({"x_tenant_id": "globex"}, {"tenant_id": "acme"}, "globex"),
     ({"x_tenant_id": 'a"b'}, {"tenant_id": 'x"""'}, 'a"b'), ({}, {}, "default")],
)  # fmt: skip
def test_the_tenant_is_that_of_the_header_before_that_of_the_event(
    backend: InProcess, headers: dict[str, str], body: dict[str, str], tenant: str
) -> None:
    assert backend.post({**EVENT, **body}, **headers).status_code == 202
    assert backend.kept[0]["tenant_id"] == tenant


def test_times_are_kept_in_utc_and_a_wrong_one_is_marked(backend: InProcess) -> None:
    backend.post([{**EVENT, "timestamp": "2026-01-31T14:00:00+02:00"}, {**EVENT, "timestamp": "2036-01-31T14:00:00Z"}])
    found = [(event["timestamp"], event.get("skewed")) for event in backend.kept]
    assert found == [("2036-01-31T14:00:00Z", True), ("2026-01-31T12:00:00Z", None)]


@pytest.mark.parametrize("event", [{"method": None, "status": None, "attributes": None, "timestamp": None}, {}])
def test_null_is_as_good_as_nothing(backend: InProcess, event: dict[str, Any]) -> None:
    assert backend.post({**EVENT, **event}).status_code == 202
    assert not {"method", "status", "attributes", "latency_ms"} & backend.kept[0].keys()


def test_a_status_may_be_written_as_json_schema_admits(backend: InProcess) -> None:
    assert backend.post(b'{"service_name":"a","status":5.03e2}').status_code == 202
    assert backend.kept[0]["status"] == 503


def test_errors_are_told_by_tenant(backend: InProcess) -> None:
    events = [
        ("a", "ERROR", 200),
        ("a", "INFO", 500),
        ("a", "INFO", 499),
        ("b", "CRITICAL", 599),
        ("c", "WARNING", 200),
    ]
    backend.post([{**EVENT, "tenant_id": tenant, "level": level, "status": status} for tenant, level, status in events])
    assert backend.get(ERRORS, window=5, limit=2).json() == {
        "window": 5, "from": "2026-01-31T11:55:00Z", "to": "2026-01-31T12:00:03.217000Z",
        "tenants": [
            {"tenant_id": "a", "errors": 2, "events": 3, "error_rate": 2 / 3},
            {"tenant_id": "b", "errors": 1, "events": 1, "error_rate": 1.0},
        ],
    }  # fmt: skip


def test_latency_is_told_by_tenant(backend: InProcess) -> None:
    backend.post([{**EVENT, "tenant_id": "a", "latency_ms": number} for number in range(1, 101)])
    backend.post([{**EVENT, "tenant_id": "b", "latency_ms": 0.0005}, {**EVENT, "tenant_id": "none"}])
    answer = backend.get(LATENCY).json()
    assert (answer["window"], [one["tenant_id"] for one in answer["tenants"]]) == (5, ["a", "b"])
    first = answer["tenants"][0]
    assert (first["count"], first["average_ms"]) == (100, 50.5)
    assert [first[name] for name in ("p50_ms", "p95_ms", "p99_ms")] == pytest.approx([50, 95, 99], rel=0.01)


def test_stats_tell_what_is_held(backend: InProcess) -> None:
    assert backend.get(STATS).json()["oldest"] is None
    backend.post([{**EVENT, "timestamp": backend.clock.ago(60)}, EVENT])
    assert backend.get(STATS).json() == {
        "storage": "memory", "events": 2, "oldest": "2026-01-31T11:59:03.217000Z",
        "newest": "2026-01-31T12:00:03.217000Z", "tenants": 1, "max_events": 200_000, "max_tenants": 1000,
        "retention_seconds": 3600,
    }  # fmt: skip


def test_events_are_told_newest_first(backend: InProcess) -> None:
    for number in range(3):
        backend.post([{**EVENT, "message": str(number), "tenant_id": tenant} for tenant in ("a", "b")])
        backend.clock.sleep(1)
    answer = backend.get(EVENTS, tenant="b", limit=2).json()
    assert (answer["window"], [event["message"] for event in answer["events"]]) == (15, ["2", "1"])


@pytest.mark.parametrize(("key", "status"), [({}, 401), ({"x_api_key": "wrong"}, 401), ({"x_api_key": "right"}, 202)])
def test_a_key_is_asked_for_where_one_is_set(key: dict[str, str], status: int) -> None:
    with InProcess(api_key="right") as backend:
        response = backend.post(EVENT, **key)
        assert response.status_code == status
        assert ("www-authenticate" in response.headers) == (status == 401)
        assert backend.held == (status == 202)


def test_health_is_told(backend: InProcess) -> None:
    assert backend.get("/health").json() == {"status": "ok", "store": {"storage": "memory", "error": None}}
    assert backend.get("/health/live").json() == {"status": "ok"}


def test_metrics_count_events_and_answers(backend: InProcess) -> None:
    backend.post([{**EVENT, "id": "1"}, {**EVENT, "id": "1"}, EVENT])
    backend.post([{}, {}, EVENT])
    backend.get(ERRORS)
    backend.get("/no/such/path")
    lines = backend.get("/metrics").text.splitlines()
    for line in (
        'backend_events_total{outcome="accepted"} 2.0',
        'backend_events_total{outcome="duplicate"} 1.0',
        'backend_events_total{outcome="refused"} 2.0',
        "backend_events_held 2.0",
        "backend_buffered_bytes 0.0",
        f'backend_requests_total{{route="{PATH}",status="422"}} 1.0',
        'backend_requests_total{route="other",status="404"} 1.0',
        f'backend_request_seconds_count{{route="{ERRORS}"}} 1.0',
        'backend_store_seconds_count{operation="add"} 1.0',
        'backend_store_seconds_count{operation="errors"} 1.0',
    ):
        assert line in lines


@pytest.fixture(scope="module")
def document() -> Iterator[dict[str, Any]]:
    """The OpenAPI document."""
    with InProcess() as backend:
        yield backend.get("/openapi.json").json()


def test_the_documentation_is_served(backend: InProcess, document: dict[str, Any]) -> None:
    assert backend.get("/docs").status_code == 200
    assert set(document["paths"]) == {PATH, ERRORS, LATENCY, STATS, EVENTS, "/health", "/health/live", "/metrics"}
    assert not any("HTTPValidation" in json.dumps(operation) for operation in document["paths"].values())


def test_every_example_in_the_documentation_is_accepted(backend: InProcess, document: dict[str, Any]) -> None:
    content = document["paths"][PATH]["post"]["requestBody"]["content"]["application/json"]
    for example in content["examples"].values():
        assert backend.post(example["value"]).status_code == 202
