"""The smoke test to run by hand, for a stage that is up:

    docker compose up --build --wait
    ../.venv/bin/pytest log-collector/tests/test_sanity.py

It uses the collector as any client does, at 127.0.0.1:8000 or SENTINEL_PORT, and looks at the queue with redis-cli.
"""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from pathlib import Path

import httpx
import pytest

MODULE = Path(__file__).parents[2]
pytestmark = pytest.mark.engine
URL = f"http://127.0.0.1:{os.environ.get('SENTINEL_PORT') or 8000}"


@pytest.fixture(autouse=True)
def _stage_is_up() -> None:
    try:
        found = httpx.get(f"{URL}/health/live", timeout=2).json()
    except (httpx.TransportError, ValueError):
        found = None
    if found != {"status": "ok"}:
        pytest.skip(f"no log-collector answers at {URL}: run `docker compose up --build --wait` in {MODULE.name} first")


@pytest.fixture
def entry() -> dict[str, str]:
    """A log that nobody has sent before."""
    return {"service_name": "sanity", "level": "INFO", "message": f"hello {uuid.uuid4()}"}


def newest_on_the_queue(count: int) -> list[dict[str, str]]:
    """The newest entries on logs_queue, read with redis-cli inside the container."""
    command = [
        "docker",
        "compose",
        "exec",
        "-T",
        "redis-queue",
        "redis-cli",
        "lrange",
        "logs_queue",
        "0",
        str(count - 1),
    ]
    ran = subprocess.run(command, cwd=MODULE, capture_output=True, text=True, timeout=30)
    if ran.returncode:
        pytest.skip(f"the collector answers, but its Redis is not under this Compose project: {ran.stderr.strip()}")
    return [json.loads(line) for line in ran.stdout.split("\n") if line]


def test_it_says_that_it_is_healthy() -> None:
    response = httpx.get(f"{URL}/health", timeout=5)
    assert (response.status_code, response.json()["status"]) == (200, "ok")


def test_a_log_is_queued(entry: dict[str, str]) -> None:
    response = httpx.post(f"{URL}/logs", json=entry, timeout=5)
    assert response.status_code == 202, response.text
    queued = {found["id"]: found for found in newest_on_the_queue(50)}
    assert queued[response.json()["id"]].items() >= entry.items()


def test_a_batch_is_queued_in_order(entry: dict[str, str]) -> None:
    response = httpx.post(f"{URL}/logs/batch", json=[entry] * 3, timeout=5)
    assert response.status_code == 202, response.text
    newest_first = [found["id"] for found in newest_on_the_queue(50) if found["message"] == entry["message"]]
    assert newest_first[::-1] == response.json()["ids"]


def test_the_tenant_is_that_of_the_header(entry: dict[str, str]) -> None:
    response = httpx.post(f"{URL}/logs", json=entry, headers={"x-tenant-id": "acme"}, timeout=5)
    assert response.status_code == 202, response.text
    assert [f["tenant_id"] for f in newest_on_the_queue(50) if f["message"] == entry["message"]] == ["acme"]


def test_a_bad_log_is_refused_and_the_field_is_named(entry: dict[str, str]) -> None:
    response = httpx.post(f"{URL}/logs", json={**entry, "level": "info"}, timeout=5)
    assert (response.status_code, response.json()["field"]) == (422, "level")
    assert entry["message"] not in [found["message"] for found in newest_on_the_queue(50)]


def test_metrics_count(entry: dict[str, str]) -> None:
    def accepted() -> float:
        lines = httpx.get(f"{URL}/metrics", timeout=5).text.splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("log_collector_entries_total "))

    before = accepted()
    httpx.post(f"{URL}/logs", json=entry, timeout=5).raise_for_status()
    assert accepted() >= before + 1
