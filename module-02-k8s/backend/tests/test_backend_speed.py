"""What counting beforehand is for: analytics over 100,000 events, against reading them all."""

from __future__ import annotations

import json
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from backend.settings import Settings
from backend.stores import Clock, EventStore
from backend.stores.redis.store import RedisStore
from backend_bench import Bench, Store
from redis_container import RedisContainer

pytestmark = pytest.mark.engine
EVENTS, TENANTS, TIMES = 100_000, 200, 50


def seconds(ask: Callable[[], object]) -> float:
    """The median of five, after a first that is not counted."""
    took = []
    for _ in range(6):
        started = time.perf_counter()
        ask()
        took.append(time.perf_counter() - started)
    return statistics.median(took[1:])


def read_all(store: Store) -> dict[str, tuple[int, int, list[float]]]:
    """The same answers from the events themselves."""
    assert isinstance(store.store, RedisStore)
    found: dict[str, tuple[int, int, list[float]]] = {}
    for document in store.bench.run(store.store.latest(store.window(60), EVENTS, None)):
        event = json.loads(document)
        events, errors, latencies = found.setdefault(event["tenant_id"], (0, 0, []))
        found[event["tenant_id"]] = (events + 1, errors + (event["status"] >= 500), latencies)
        latencies.append(event["latency_ms"])
    for _, _, latencies in found.values():
        latencies.sort()
    return found


@pytest.mark.timeout(250)
def test_analytics_are_fifty_times_faster_than_reading_all_events(redis: RedisContainer) -> None:
    def make(settings: Settings, clock: Clock) -> EventStore:
        return RedisStore(replace(settings, redis_port=redis.port, store_timeout=60), clock)

    redis.cli("flushall")
    chance = random.Random(3)
    with Bench(make, lambda: None) as bench:
        store = bench.another()
        for _ in range(EVENTS // 1000):
            store.add(*(
                {"tenant_id": f"t{chance.randrange(TENANTS)}", "status": chance.choice([200, 200, 500]),
                 "latency_ms": chance.lognormvariate(3, 1), "timestamp": bench.clock.ago(chance.uniform(0, 3500))}
                for _ in range(1000)
            ))  # fmt: skip
        by_reading = seconds(lambda: read_all(store))
        errors, latency = seconds(store.errors), seconds(store.latency)
        print(f"reading {by_reading * 1000:.0f} ms, errors {errors * 1000:.1f} ms, latency {latency * 1000:.1f} ms")
        assert {one.tenant_id: one.events for one in store.errors(limit=TENANTS)} == {
            tenant: events for tenant, (events, _, _) in read_all(store).items()
        }
    assert by_reading > TIMES * errors
    assert by_reading > TIMES * latency
