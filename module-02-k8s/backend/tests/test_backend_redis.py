"""What is particular to Redis: its keys end, are bounded, and are added up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest
from backend.settings import Settings
from backend.stores import Clock, EventStore
from backend.stores.redis.store import RedisStore
from backend_bench import Bench, Store
from backend_contract import assert_same, batches, play
from backend_plain import Plain
from redis_container import RedisContainer

pytestmark = pytest.mark.engine


@pytest.fixture
def bench(redis: RedisContainer) -> Iterator[Bench]:
    def make(settings: Settings, clock: Clock) -> EventStore:
        return RedisStore(replace(settings, redis_port=redis.port), clock)

    def wipe() -> None:
        redis.cli("flushall")

    with Bench(make, wipe) as bench:
        yield bench


def tidy(store: Store) -> None:
    """Do what upkeep does every second."""
    assert isinstance(store.store, RedisStore)
    store.bench.run(store.store.upkeep.tidy())


def keys(redis: RedisContainer) -> list[str]:
    return redis.cli("keys", "*").split()


def test_every_key_is_ours_and_ends(bench: Bench, redis: RedisContainer) -> None:
    store = bench.fresh(event_ttl_seconds=600)
    store.add(*({"id": str(number), "timestamp": bench.clock.ago(number * 10 - 30)} for number in range(60)))
    names = keys(redis)
    assert {name.split(":")[1] for name in names} == {"events", "slice", "minute", "versions", "tenants", "ids"}
    assert all(name.startswith("sentinel:") for name in names)
    assert redis.cli("type", "sentinel:events") == "zset"
    ttls = {name: int(redis.cli("ttl", name)) for name in names}
    assert min(ttls.values()) > 0
    assert max(ttls.values()) <= 2 * 900  # as long as ids are known, twice


@pytest.mark.parametrize("seed", range(4))
def test_pages_are_added_up_without_a_change_to_what_is_told(bench: Bench, redis: RedisContainer, seed: int) -> None:
    store, plain = bench.fresh(dedupe_seconds=10_000), Plain()
    for _ in range(40):
        events = {"id": "", "tenant_id": "t", "latency_ms": 5.0, "timestamp": bench.clock.ago(0)}
        many = [{**events, "id": f"{bench.clock.now}-{number}"} for number in range(3)]
        ahead = {**events, "id": f"{bench.clock.now}", "timestamp": bench.clock.ago(-5)}
        store.add(*many, ahead)
        plain.add([*many, ahead], bench.clock.now)
        bench.clock.sleep(0.05)
    play(store, plain, batches(seed))
    before = max(int(redis.cli("llen", name)) for name in keys(redis) if ":slice:" in name)
    for _ in range(50):  # the store's own upkeep may just be at one of them
        tidy(store)
        after = max(int(redis.cli("llen", name)) for name in keys(redis) if ":minute:" in name)
        if after < 40:
            break
    assert (before > 40, after < 40) == (True, True)
    for minutes in (1, 5, 60):
        assert_same(store, plain, minutes)
    bench.clock.sleep(10)
    tidy(store)
    assert_same(store, plain, 60)
    assert_same(bench.another(), plain, 60)


def test_two_replicas_that_add_up_at_once_lose_nothing(bench: Bench) -> None:
    one, other = bench.fresh(), bench.another()
    for number in range(100):
        (one, other)[number % 2].add({"id": str(number), "latency_ms": number})

    async def both() -> None:
        assert isinstance(one.store, RedisStore)
        assert isinstance(other.store, RedisStore)
        await asyncio.gather(one.store.upkeep.tidy(), other.store.upkeep.tidy())

    bench.run(both())
    assert one.count() == other.count() == 100


@pytest.mark.timeout(200)
def test_a_hundred_thousand_tenants_do_not_eat_memory(bench: Bench, redis: RedisContainer) -> None:
    store = bench.fresh(max_tenants=1000, max_events=5000, max_ids=20_000)
    for first in range(0, 100_000, 1000):
        tenants = (f"{number:0128}" for number in range(first, first + 1000))
        store.add(*({"tenant_id": tenant, "latency_ms": 1 + number} for number, tenant in enumerate(tenants)))
    tidy(store)
    used = {name: int(redis.cli("memory", "usage", name, "samples", "0")) for name in keys(redis)}
    print({name: f"{size:,}" for name, size in used.items()})
    assert store.stats().tenants == 1000
    assert len(store.errors(60, 100_000)) == 1001
    assert store.count() == 100_000
    assert used.pop("sentinel:events") < 5000 * 1000
    assert sum(size for name, size in used.items() if ":ids:" in name) < 20_000 * 120
    assert sum(size for name, size in used.items() if ":ids:" not in name) < 2_000_000
