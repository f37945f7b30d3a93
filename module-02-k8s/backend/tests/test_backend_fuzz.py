"""What no one thought of: requests made from the OpenAPI document, and bodies broken at random.

Schemathesis sends both what the document allows, which must be accepted, and what it forbids, which must be refused;
it fails on any 5xx, on any answer that is not documented, and on any that does not have its documented shape.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from backend_in_process import EVENT, NDJSON, InProcess
from backend_service import Service
from hypothesis import given, settings
from hypothesis import strategies as st
from redis_container import RedisContainer

_CONFIG = Path(__file__).with_name("schemathesis.toml")


def schemathesis(service: Service, examples: int, folder: Path) -> int:
    """Fuzz a running backend; returns how many requests were made. Fails with the whole report."""
    document = f"http://127.0.0.1:{service.port}/openapi.json"
    options = ["--checks", "all", "--mode", "all", "--phases", "examples,coverage,fuzzing", "--no-color"]
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(_CONFIG), "run", document, *options]
    ran = subprocess.run([*command, "--max-examples", str(examples)], cwd=folder, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    counted = re.search(r"(\d+) generated", ran.stdout)
    assert counted, ran.stdout
    return int(counted[1])


def fuzz(examples: int, folder: Path, **environment: str) -> None:
    with Service(**environment) as service:
        cases = schemathesis(service, examples, folder)
        metrics = service.get("/metrics").text
    print(f"{cases} cases by Schemathesis, {examples} examples at most for each operation and mode")
    assert cases > 2 * examples
    accepted = re.search(r'^backend_events_total{outcome="accepted"} (\d+)', metrics, re.MULTILINE)
    assert accepted
    assert int(accepted[1]) > 0
    assert 'status="5' not in metrics


@pytest.mark.timeout(200)
def test_the_backend_does_what_its_documentation_says(tmp_path: Path) -> None:
    fuzz(10, tmp_path, EVENT_STORAGE="memory")


@pytest.mark.engine
@pytest.mark.timeout(900)
@pytest.mark.parametrize("examples", [20, pytest.param(400, marks=pytest.mark.slow)])
def test_so_it_does_with_redis(redis: RedisContainer, tmp_path: Path, examples: int) -> None:
    redis.cli("flushall")
    fuzz(examples, tmp_path, REDIS_HOST="127.0.0.1", REDIS_PORT=str(redis.port))


@pytest.fixture(scope="module")
def shared() -> Iterator[InProcess]:
    """One application for all examples of a property."""
    with InProcess() as backend:
        yield backend


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """A good body of any format, with a few places cut out, doubled or overwritten."""
    one = json.dumps({**EVENT, "latency_ms": 1.5, "attributes": {"a": [1, "b", {"c": None}]}})
    body = draw(st.sampled_from([one, f"[{one}, {one}]", f"{one}\n{one}\n"])).encode()
    for _ in range(draw(st.integers(1, 4))):
        start, end = sorted((draw(st.integers(0, len(body))), draw(st.integers(0, len(body)))))
        other = draw(st.binary(max_size=4))
        body = draw(st.sampled_from([body[:start] + body[end:], body[:end] + body[start:], body[:start] + other]))
    return body


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    body=broken() | st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
    media_type=st.sampled_from(["application/json", NDJSON]),
)
def test_no_body_makes_it_fail_and_only_whole_events_are_stored(
    shared: InProcess, body: bytes, media_type: str
) -> None:
    before = shared.held
    response = shared.post(body, media_type)
    assert response.status_code in (202, 400, 413, 422)
    ids = response.json()["ids"] if response.status_code == 202 else []
    assert shared.held - before == len(ids)
