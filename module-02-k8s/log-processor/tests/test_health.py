"""GET /health tells the truth within a second, /health/live tells it of the process alone, /metrics counts."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from collector_service import free_port
from processor_backend import BackendProcess
from processor_process import FOLDER, Processor, push_entries, until
from redis_container import RedisContainer


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that takes connections and never says a word, like a Redis that hangs."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def probe(port: int) -> int:
    """The status of what the container's HEALTHCHECK runs."""
    command = [sys.executable, "main.py", "--health"]
    return subprocess.run(command, cwd=FOLDER, env={"PORT": str(port)}, capture_output=True, timeout=20).returncode


def assert_unavailable(processor: Processor, part: str, reason: str) -> None:
    started = time.monotonic()
    response = processor.get("/health")
    assert time.monotonic() - started < 1.2
    assert (response.status_code, response.json()["status"]) == (503, "unavailable")
    assert int(response.headers["retry-after"]) >= 1
    assert reason in response.json()[part]["error"]
    assert processor.get("/health/live").json() == {"status": "ok"}
    assert probe(processor.port) == 1


def test_health_is_503_when_redis_refuses() -> None:
    with Processor(free_port(), "http://127.0.0.1:9") as processor:
        assert_unavailable(processor, "queue", "onnect")


def test_health_is_503_within_a_second_when_redis_hangs() -> None:
    with silent_server() as port, Processor(port, "http://127.0.0.1:9", REDIS_TIMEOUT="5") as processor:
        assert_unavailable(processor, "queue", "no answer within 0.8 s")


def test_the_probe_fails_where_nobody_answers() -> None:
    assert probe(free_port()) == 1


@pytest.mark.engine
def test_health_is_503_while_deliveries_fail_and_200_afterwards(redis: RedisContainer, backend: BackendProcess) -> None:
    with Processor(redis.port, backend.url) as processor:
        assert processor.get("/health").json() == {
            "status": "ok", "queue": {"length": 0, "error": None}, "backend": {"error": None}
        }  # fmt: skip
        backend.plan(status=503)
        push_entries(redis, range(10))
        until(lambda: processor.get("/health").status_code == 503)
        assert_unavailable(processor, "backend", "503")
        backend.plan()
        until(lambda: processor.get("/health").status_code == 200)
        assert probe(processor.port) == 0


@pytest.mark.engine
def test_health_is_503_within_a_second_when_redis_is_frozen(redis: RedisContainer, backend: BackendProcess) -> None:
    with Processor(redis.port, backend.url) as processor:
        with redis.paused():
            assert_unavailable(processor, "queue", "")
        until(lambda: processor.get("/health").status_code == 200)


@pytest.mark.engine
def test_metrics_count(redis: RedisContainer, backend: BackendProcess) -> None:
    push_entries(redis, range(250))
    push_entries(redis, range(10))
    with Processor(redis.port, backend.url, FORWARD_QUEUES="alerts_queue", BATCH_SIZE="100") as processor:
        expected = {
            "log_processor_entries_taken_total": 260,
            "log_processor_events_delivered_total": 250,
            "log_processor_events_duplicate_total": 10,
            'log_processor_entries_forwarded_total{list="alerts_queue"}': 260,
            "log_processor_batch_entries_count": 3,
            "log_processor_batch_entries_sum": 260,
            "log_processor_delivery_seconds_count": 3,
            "log_processor_queue_length": 0,
            "log_processor_oldest_entry_age_seconds": 0,
        }
        until(lambda: {name: processor.metric(name) for name in expected} == expected)
        backend.plan(hang=True)
        push_entries(redis, range(300, 301))
        until(lambda: processor.metric("log_processor_oldest_entry_age_seconds") > 1_000)
