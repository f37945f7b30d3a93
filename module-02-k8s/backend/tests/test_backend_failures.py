"""What clients get while Redis is away, slow or full: 503 in time, and nothing half done."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from backend_service import FOLDER, Service, silent_server
from collector_service import free_port
from redis_container import RedisContainer, redis_container

READS = ("analytics/top-tenants/errors", "analytics/top-tenants/latency", "debug/stats", "debug/events")
EVENT = {"service_name": "a", "id": "1"}


def probe(port: int) -> int:
    """The exit status of what the container's HEALTHCHECK runs."""
    command = [sys.executable, "main.py", "--health"]
    return subprocess.run(command, cwd=FOLDER, env={"PORT": str(port)}, capture_output=True, timeout=30).returncode


def assert_unavailable(service: Service) -> None:
    started = time.monotonic()
    health = service.get("/health")
    assert time.monotonic() - started < 1.2  # the service answers within 0.8 s, and this machine may be busy
    assert (health.status_code, health.json()["status"]) == (503, "unavailable")
    assert int(health.headers["retry-after"]) >= 1
    for path in (None, *READS):
        started = time.monotonic()
        answer = service.post(EVENT) if path is None else service.get(f"/api/v1/{path}")
        assert time.monotonic() - started < 2  # STORE_TIMEOUT and a second
        assert (answer.status_code, answer.json()["status"]) == (503, 503)
        assert int(answer.headers["retry-after"]) >= 1
    assert service.get("/health/live").status_code == service.get("/metrics").status_code == 200
    assert probe(service.port) == 1


def started(port: int) -> Service:
    return Service(REDIS_HOST="127.0.0.1", REDIS_PORT=str(port), STORE_TIMEOUT="1")


def test_nobody_listens() -> None:
    with started(free_port()) as service:
        assert_unavailable(service)


def test_redis_hangs_from_the_start() -> None:
    with silent_server() as port, started(port) as service:
        assert_unavailable(service)
        assert service.stop()[0] == 0


def test_memory_needs_nobody() -> None:
    with Service(EVENT_STORAGE="memory") as service:
        assert service.post(EVENT).status_code == 202
        assert probe(service.port) == 0
        status, output = service.stop()
    assert (status, "Traceback" in output) == (0, False)


@pytest.fixture(scope="module")
def fragile() -> Iterator[RedisContainer]:
    """A Redis for tests that harm it."""
    with redis_container() as running:
        yield running


@pytest.fixture(scope="module")
def service(fragile: RedisContainer) -> Iterator[Service]:
    with started(fragile.port) as running:
        yield running


@pytest.mark.engine
@pytest.mark.parametrize("failing", [RedisContainer.paused, RedisContainer.off_the_network])
def test_a_real_redis_that_is_frozen_or_unplugged(
    service: Service, fragile: RedisContainer, failing: Callable[[RedisContainer], AbstractContextManager[None]]
) -> None:
    service.until(200)
    with failing(fragile):
        assert_unavailable(service)
    service.until(200)
    assert service.post({**EVENT, "id": failing.__name__}).status_code == 202


@pytest.mark.engine
def test_a_redis_that_was_killed_is_found_again_with_all_that_was_accepted(
    service: Service, fragile: RedisContainer
) -> None:
    service.until(200)
    fragile.cli("flushall")
    assert (
        service.post([{**EVENT, "id": str(number), "latency_ms": number} for number in range(100)]).status_code == 202
    )
    fragile.kill_and_start()
    service.until(200)
    assert service.get("/api/v1/debug/stats").json()["events"] == 100
    assert service.post([{**EVENT, "id": "5"}, {**EVENT, "id": "new"}]).json()["duplicates"] == 1
    tenants = service.get("/api/v1/analytics/top-tenants/latency").json()["tenants"]
    assert [(one["tenant_id"], one["count"]) for one in tenants] == [("default", 100)]


@pytest.mark.engine
def test_a_redis_that_is_full_refuses_and_nothing_is_half_done(service: Service, fragile: RedisContainer) -> None:
    service.until(200)
    fragile.cli("flushall")
    fragile.cli("config", "set", "maxmemory", "1mb")
    try:
        answer = service.post([{**EVENT, "id": str(number)} for number in range(10)])
        assert (answer.status_code, "maxmemory" in answer.json()["detail"]) == (503, True)
        assert fragile.cli("keys", "*") == ""
    finally:
        fragile.cli("config", "set", "maxmemory", "0")
    assert service.post([{**EVENT, "id": str(number)} for number in range(10)]).json()["accepted"] == 10


@pytest.mark.engine
def test_connections_that_are_cut_are_made_anew(service: Service, fragile: RedisContainer) -> None:
    service.until(200)
    for number in range(3):
        fragile.cut_connections()
        answers = [service.post({**EVENT, "id": f"cut-{number}"}).status_code for _ in range(3)]
        assert 202 in answers[:2]
