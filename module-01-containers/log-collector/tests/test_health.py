"""GET /health tells the truth within a second, and /health/live tells it of the process alone."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from collector_service import FOLDER, Service, free_port
from redis_container import redis_container
from stage import until


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that takes connections and never says a word, like a Redis that hangs."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def probe(port: int) -> subprocess.CompletedProcess[str]:
    """What the container's HEALTHCHECK runs."""
    command = [sys.executable, "main.py", "--health"]
    return subprocess.run(command, cwd=FOLDER, env={"PORT": str(port)}, capture_output=True, text=True, timeout=20)


def assert_unavailable(service: Service, reason: str) -> None:
    started = time.monotonic()
    response = service.get("/health")
    assert time.monotonic() - started < 1
    assert response.status_code == 503
    assert int(response.headers["retry-after"]) >= 1
    found = response.json()
    assert (found["status"], found["queue"]["length"]) == ("unavailable", None)
    assert reason in found["queue"]["error"]
    assert service.get("/health/live").json() == {"status": "ok"}
    assert probe(service.port).returncode == 1


def test_health_is_503_when_redis_refuses() -> None:
    with Service(REDIS_HOST="127.0.0.1", REDIS_PORT=str(free_port())) as service:
        assert_unavailable(service, "Connect call failed" if sys.platform == "win32" else "refused")


def test_health_is_503_within_a_second_when_redis_hangs() -> None:
    with silent_server() as port, Service(REDIS_HOST="127.0.0.1", REDIS_PORT=str(port)) as service:
        assert_unavailable(service, "no answer within 0.8 s")


def test_health_is_503_when_the_name_of_redis_is_unknown() -> None:
    with Service(REDIS_HOST="no-such-host.invalid") as service:
        assert_unavailable(service, "no-such-host.invalid")


@pytest.mark.engine
def test_health_is_503_within_a_second_when_a_real_redis_is_frozen_or_unplugged() -> None:
    with redis_container() as redis, Service(REDIS_HOST="127.0.0.1", REDIS_PORT=str(redis.port)) as service:
        for failing in (redis.paused, redis.off_the_network):
            until(lambda: service.get("/health").status_code == 200)
            with failing():
                assert_unavailable(service, "")
        until(lambda: service.get("/health").status_code == 200)


def test_the_probe_agrees_with_a_healthy_collector(service: Service) -> None:
    found = probe(service.port)
    assert found.returncode == 0
    assert '"status":"ok"' in found.stdout


@pytest.mark.parametrize("listening", [True, False])
def test_the_probe_fails_where_no_collector_answers(listening: bool) -> None:
    with silent_server() as port:
        found = probe(port if listening else free_port())
    assert found.returncode == 1
    assert "nothing healthy answers" in found.stderr
