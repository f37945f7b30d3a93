"""The application does not notice what its backend does; measured against itself, in turns, within one run."""

from __future__ import annotations

import asyncio
import statistics
import time
from typing import Any

import bench
import pytest
from sdk_asgi import adds_up, call, sentinel_for
from sdk_backend import Backend, Behaviour, closed_port, dies, hangs, is_slow, says
from sentinel_sdk import SentinelMiddleware

ROUNDS, REQUESTS = 12, 40


async def working(_: Any, __: Any, send: Any) -> None:
    """About a millisecond, with one look at the event loop, as a request to a database would have."""
    until = time.perf_counter() + 0.0005
    while time.perf_counter() < until:
        pass
    await asyncio.sleep(0.0005)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.mark.parametrize(
    "behaviour",
    [None, hangs, dies, is_slow(0.2), says(500), says(503, retry_after="1"), says(429, retry_after="1")],
    ids=["refuses", "hangs", "dies", "slow", "500", "503", "429"],
)
def test_a_backend_in_trouble_does_not_slow_the_application(backend: Backend, behaviour: Behaviour | None) -> None:
    backend.behaviour = behaviour or hangs
    url = backend.url if behaviour else f"http://127.0.0.1:{closed_port()}"
    with sentinel_for(url, queue_size=200, timeout=0.5) as sentinel:
        watched = SentinelMiddleware(working, sentinel)
        bare, seen = asyncio.run(medians(working, watched))
        assert seen < 1.5 * bare + 0.002, "medians of the same run, in seconds; a wait would be 0.2 s or more"
        adds_up(sentinel, ROUNDS * REQUESTS)


async def medians(*apps: Any) -> list[float]:
    """The median time of a request, for each of them."""
    times: list[list[float]] = [[] for _ in apps]
    for _ in range(ROUNDS):
        for app, found in zip(apps, times, strict=True):
            for _ in range(REQUESTS):
                started = time.perf_counter()
                await call(app, "/")
                found.append(time.perf_counter() - started)
    return [statistics.median(found) for found in times]


def test_it_costs_a_fraction_of_a_base_http_middleware() -> None:
    """The target is a twentieth, and bench.py says how near it is; twice that here, for a machine that is busy."""
    outcome = bench.measure(rounds=100, requests=50)
    assert outcome.delivered
    assert outcome.share().request < 2 * bench.TARGET, outcome.table()
