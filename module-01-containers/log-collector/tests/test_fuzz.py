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
from collector_in_process import ENTRY, InProcess
from collector_service import Service
from hypothesis import given, settings
from hypothesis import strategies as st
from redis_container import RedisContainer, redis_container

_CONFIG = Path(__file__).with_name("schemathesis.toml")
_FORMATS = [("/logs", "application/json"), ("/logs/batch", "application/json"), ("/logs/batch", "application/x-ndjson")]


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisContainer]:
    with redis_container() as running:
        yield running


def schemathesis(service: Service, examples: int, folder: Path) -> int:
    """Fuzz a running collector; returns how many requests were made. Fails with the whole report."""
    document = f"http://127.0.0.1:{service.port}/openapi.json"
    options = ["--checks", "all", "--mode", "all", "--phases", "examples,coverage,fuzzing", "--no-color"]
    command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(_CONFIG), "run", document, *options]
    ran = subprocess.run([*command, "--max-examples", str(examples)], cwd=folder, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    counted = re.search(r"(\d+) generated", ran.stdout)
    assert counted, ran.stdout
    return int(counted[1])


@pytest.mark.engine
@pytest.mark.parametrize("examples", [20, pytest.param(400, marks=[pytest.mark.slow, pytest.mark.timeout(900)])])
def test_the_collector_does_what_its_documentation_says(redis: RedisContainer, tmp_path: Path, examples: int) -> None:
    redis.cli("flushall")
    with Service(REDIS_HOST="127.0.0.1", REDIS_PORT=str(redis.port)) as service:
        cases = schemathesis(service, examples, tmp_path)
        metrics = service.get("/metrics").text
    print(f"{cases} cases by Schemathesis, {examples} examples at most for each operation and mode")
    assert cases > 2 * examples
    accepted = re.search(r"^log_collector_entries_total (\d+)", metrics, re.MULTILINE)
    assert accepted
    assert int(accepted[1]) == len(redis.entries()) > 0
    assert 'status="5' not in metrics


@pytest.fixture(scope="module")
def shared() -> Iterator[InProcess]:
    """One application for all examples of a property, each of which leaves its queue empty."""
    with InProcess() as collector:
        yield collector


@st.composite
def broken(draw: st.DrawFn) -> bytes:
    """A good body of any format, with a few places cut out, doubled or overwritten."""
    one = json.dumps({**ENTRY, "attributes": {"a": [1, "b", {"c": None}]}})
    body = draw(st.sampled_from([one, f"[{one}, {one}]", f"{one}\n{one}\n"])).encode()
    for _ in range(draw(st.integers(1, 4))):
        start, end = sorted((draw(st.integers(0, len(body))), draw(st.integers(0, len(body)))))
        other = draw(st.binary(max_size=4))
        body = draw(st.sampled_from([body[:start] + body[end:], body[:end] + body[start:], body[:start] + other]))
    return body


@settings(max_examples=300, deadline=None, derandomize=True)
@given(body=broken() | st.binary(max_size=200) | st.text(max_size=200).map(str.encode), form=st.sampled_from(_FORMATS))
def test_no_body_makes_it_fail_and_only_whole_entries_are_queued(
    shared: InProcess, body: bytes, form: tuple[str, str]
) -> None:
    path, media_type = form
    response = shared.post(body, path, media_type)
    queued = shared.take_all()
    assert response.status_code in (202, 413, 422)
    ids = response.json().get("ids", [response.json().get("id")]) if response.status_code == 202 else []
    assert [entry["id"] for entry in queued] == ids
    assert all(entry.keys() >= ENTRY.keys() for entry in queued)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(
    fields=st.dictionaries(st.sampled_from([*ENTRY, "timestamp", "tenant_id", "attributes", "other"]), json_values),
    attributes=st.none() | st.dictionaries(st.text(max_size=3), json_values, max_size=3),
)
def test_whatever_is_accepted_is_queued_unchanged(
    shared: InProcess, fields: dict[str, object], attributes: dict[str, object]
) -> None:
    sent = {**ENTRY, "attributes": attributes, **fields}
    status = shared.post(sent).status_code
    queued = shared.take_all()
    assert (status, len(queued)) in ((202, 1), (422, 0))
    for entry in queued:
        assert all(entry.get(name) == sent[name] for name in ("service_name", "level", "message", "attributes"))
