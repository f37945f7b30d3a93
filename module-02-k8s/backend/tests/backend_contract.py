"""What every EventStore promises. A store passes if a class of tests that derives from one of these does:

    class TestMyStore(SharedStoreContract):
        @pytest.fixture
        def bench(self) -> Iterator[Bench]:
            with Bench(make_my_store, forget_all_it_holds) as bench:
                yield bench

EventStoreContract     for any store
  SharedStoreContract  for one that outlives its process, and that replicas share
"""

from __future__ import annotations

import asyncio
import random
from datetime import datetime
from typing import Any

import pytest
from backend.stores import Added, Stats
from backend_bench import Bench, Fields, Store
from backend_plain import Plain, nearest_rank
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HOSTILE = ["acme", "(others)", "a b", "'; --", "ü\u2028", '"\\', "sentinel:events", "\r\n*1", "%s{}", "x" * 128]
PROPERTY = settings(
    max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
seeds = st.integers(0, 2**32)
Batches = list[tuple[float, list[dict[str, Any]]]]


def batches(seed: int, tenants: list[str] = HOSTILE) -> Batches:
    """Random batches of events, and how many seconds each comes after the last; times are in seconds before now."""
    chance = random.Random(seed)

    def seconds_ago() -> float:
        spans = ((0, 400), (-70, 10), (3500, 3700), (0, 3600))
        odd = (1e8, -1e8, 0, -60, -60.001, 3600, 3600.001)
        return chance.choice(odd) if chance.random() < 0.1 else chance.uniform(*chance.choice(spans))

    def latency() -> float:
        odd = (0.0, 86_400_000.0, 1.0, 1e-6)
        return chance.choice(odd) if chance.random() < 0.1 else chance.lognormvariate(3, chance.choice((0.1, 1, 5)))

    def event() -> dict[str, Any]:
        optional = {
            "timestamp": seconds_ago(),
            "received_at": chance.choice((seconds_ago(), chance.uniform(0, 120))),
            "level": chance.choice(("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")),
            "status": chance.randint(100, 599),
            "latency_ms": min(latency(), 86_400_000),
        }
        chosen = {name: value for name, value in optional.items() if chance.random() < 0.7}
        return {"id": str(chance.randrange(60)), "tenant_id": chance.choice(tenants), **chosen}

    return [
        (chance.choice((0, chance.uniform(0, 100))), [event() for _ in range(chance.randint(1, 60))])
        for _ in range(chance.randint(1, 6))
    ]


def dated(store: Store, events: list[dict[str, Any]]) -> list[Fields]:
    """The events with times as they are sent."""
    ago = store.bench.clock.ago
    times = ("timestamp", "received_at")
    return [{**event, **{name: ago(event[name]) for name in times if name in event}} for event in events]


def play(store: Store, plain: Plain, all_batches: Batches) -> None:
    """Add the batches to both."""
    for pause, batch in all_batches:
        store.bench.clock.sleep(pause)
        events = dated(store, batch)
        assert tuple(store.add(*events)) == plain.add(events, store.bench.clock.now)


def assert_same(store: Store, plain: Plain, minutes: int) -> None:
    """Compare all that can be asked of a window."""
    now = store.bench.clock.now
    expected = plain.errors(minutes, now)
    errors = store.errors(minutes)
    assert {one.tenant_id: (one.events, one.errors) for one in errors} == expected
    assert [one.tenant_id for one in errors] == sorted(expected, key=lambda name: (-expected[name][1], name))
    assert all(one.error_rate == one.errors / one.events for one in errors)
    values = plain.latencies(minutes, now)
    latency = store.latency(minutes)
    assert {one.tenant_id: one.count for one in latency} == {name: len(of) for name, of in values.items()}
    assert [one.tenant_id for one in latency] == [
        one.tenant_id for one in sorted(latency, key=lambda one: (-one.p95_ms, one.tenant_id))
    ]
    for one in latency:
        of = values[one.tenant_id]
        assert one.average_ms == pytest.approx(sum(round(value * 1000) for value in of) / len(of) / 1000, rel=1e-12)
        for percent, told in ((50, one.p50_ms), (95, one.p95_ms), (99, one.p99_ms)):
            assert told == pytest.approx(nearest_rank(of, percent), rel=0.01)


class EventStoreContract:
    """For any store."""

    @PROPERTY
    @given(seed=seeds, minutes=st.integers(1, 60), later=st.one_of(st.just(0.0), st.floats(0, 3700)))
    def test_what_is_told_of_a_window_is_what_a_plain_recomputation_tells(
        self, bench: Bench, seed: int, minutes: int, later: float
    ) -> None:
        store, plain = bench.fresh(dedupe_seconds=10_000), Plain()
        play(store, plain, batches(seed))
        assert_same(store, plain, minutes)
        bench.clock.sleep(later)
        assert_same(store, plain, minutes)
        assert_same(store, plain, 60)

    def test_an_hour_of_thousands_is_exact_too(self, bench: Bench) -> None:
        """Enough for every bucket to be added up several times over."""
        store, plain, chance = bench.fresh(), Plain(), random.Random(1)
        for batch in range(60):
            events = [
                {"id": f"{batch}-{number}", "tenant_id": f"t{chance.randrange(8)}",
                 "latency_ms": chance.lognormvariate(3, 1), "status": chance.choice([200, 500]),
                 "timestamp": bench.clock.ago(chance.uniform(0, 300) if batch % 2 else chance.uniform(0, 3000))}
                for number in range(100)
            ]  # fmt: skip
            store.add(*events)
            plain.add(events, bench.clock.now)
            bench.clock.sleep(5)
        for minutes in (1, 5, 59, 60):
            assert_same(store, plain, minutes)

    @PROPERTY
    @given(seed=seeds, most=st.integers(1, 5))
    def test_tenants_beyond_the_bound_are_counted_together(self, bench: Bench, seed: int, most: int) -> None:
        store, plain = bench.fresh(max_tenants=most, dedupe_seconds=10_000), Plain()
        play(store, plain, batches(seed, [*HOSTILE, *map(str, range(20))]))
        expected = plain.errors(60, bench.clock.now)
        errors = {one.tenant_id: (one.events, one.errors) for one in store.errors(60)}
        others = errors.pop("(others)", (0, 0))
        assert len(errors) <= most
        assert errors.items() <= expected.items()
        rest = [counts for name, counts in expected.items() if name not in errors]
        assert others == (sum(events for events, _ in rest), sum(found for _, found in rest))

    def test_tenants_that_are_gone_make_room_for_others(self, bench: Bench) -> None:
        store = bench.fresh(max_tenants=1)
        store.add({"tenant_id": "first"})
        store.add({"tenant_id": "second"})
        assert {one.tenant_id for one in store.errors()} == {"first", "(others)"}
        bench.clock.sleep(2 * 3600)
        store.add({"tenant_id": "second"})
        assert [one.tenant_id for one in store.errors()] == ["second"]
        assert store.stats().tenants == 1

    def test_an_event_that_comes_again_counts_once(self, bench: Bench) -> None:
        store = bench.fresh(dedupe_seconds=900)
        event = {"id": "1", "timestamp": bench.clock.ago(0)}
        assert store.add(event, event, {"id": "2"}) == Added(2, 1)
        bench.clock.sleep(899)
        assert store.add({"id": "3"}, event) == Added(1, 1)
        assert store.count() == len(store.latest()) == store.stats().events == 3

    def test_the_same_id_of_another_tenant_is_another_event(self, bench: Bench) -> None:
        store = bench.fresh()
        assert store.add({"id": "1", "tenant_id": "a"}, {"id": "1", "tenant_id": "b"}) == Added(2, 0)
        assert store.add({"id": "1", "tenant_id": "a"}, {"id": "1", "tenant_id": "c"}) == Added(1, 1)

    def test_ids_are_bounded(self, bench: Bench) -> None:
        store = bench.fresh(max_ids=100)
        for batch in range(10):
            store.add(*({"id": f"{batch}-{number}"} for number in range(50)))
        assert store.add({"id": "9-49"}) == Added(0, 1), "the newest are known"
        assert store.add({"id": "0-0"}) == Added(1, 0), "the oldest were forgotten"

    def test_the_oldest_events_make_room_and_still_count(self, bench: Bench) -> None:
        store = bench.fresh(max_events=10)
        for second in range(30):
            store.add({"message": str(second), "timestamp": bench.clock.ago(40 - second)})
        assert store.stats().events == len(store.latest()) == 10
        assert [event["message"] for event in store.latest(limit=3)] == ["29", "28", "27"]
        assert store.count() == 30

    def test_events_leave_when_they_are_too_old(self, bench: Bench) -> None:
        store = bench.fresh(event_ttl_seconds=120)
        store.add({"message": "old"})
        bench.clock.sleep(100)
        store.add({"message": "new"})
        assert store.stats().events == 2
        bench.clock.sleep(50)
        stats = store.stats()
        assert (stats.events, stats.oldest) == (1, stats.newest)
        assert [event["message"] for event in store.latest(2)] == ["new"]
        bench.clock.sleep(200)
        stats = store.stats()
        assert (stats.events, stats.oldest, stats.newest) == (0, None, None)
        assert (store.errors(2), store.latency(2), store.latest(2)) == ([], [], [])

    def test_what_is_too_old_when_it_comes_is_taken_and_not_kept(self, bench: Bench) -> None:
        store = bench.fresh()
        old = {"id": "1", "timestamp": bench.clock.ago(7200), "received_at": bench.clock.ago(7200)}
        assert store.add(old, {"id": "2"}) == Added(2, 0)
        assert store.add(old) == Added(0, 1)
        assert store.stats().events == store.count() == 1

    def test_the_newest_come_first_and_of_one_tenant_where_it_is_named(self, bench: Bench) -> None:
        store = bench.fresh()
        for number in range(50):
            tenant = HOSTILE[number % len(HOSTILE)]
            store.add({"message": str(number), "tenant_id": tenant, "attributes": {"tenant_id": "acme"}})
            bench.clock.sleep(1)
        assert [event["message"] for event in store.latest(limit=5)] == ["49", "48", "47", "46", "45"]
        for index, tenant in enumerate(HOSTILE):
            found = [event["message"] for event in store.latest(tenant=tenant, limit=3)]
            assert found == [str(40 + index), str(30 + index), str(20 + index)]
        assert len(store.latest(minutes=1)) == 50
        bench.clock.sleep(50)
        assert {event["message"] for event in store.latest(minutes=1)} == {str(number) for number in range(37, 50)}
        assert store.latest(tenant="nobody") == []

    def test_an_event_that_lies_ahead_is_not_told_of_before_its_time(self, bench: Bench) -> None:
        store = bench.fresh()
        store.add({"timestamp": bench.clock.ago(-4)}, {"timestamp": bench.clock.ago(-30)})
        assert (store.count(), len(store.latest())) == (0, 0)
        bench.clock.sleep(4)
        assert (store.count(), len(store.latest())) == (1, 1)
        bench.clock.sleep(26)
        assert (store.count(), len(store.latest())) == (2, 2)

    def test_a_clock_that_is_wrong_is_not_believed_and_that_is_said(self, bench: Bench) -> None:
        store = bench.fresh()
        store.add(
            {"message": "fast", "timestamp": bench.clock.ago(-61)},
            {"message": "ancient", "timestamp": "0001-01-01T00:00:00+00:00"},
            {"message": "future", "timestamp": "9999-12-31T00:00:00+00:00", "received_at": "9999-12-31T00:00:00+00:00"},
            {"message": "right", "timestamp": bench.clock.ago(3599)},
        )
        skewed = {event["message"]: event.get("skewed") for event in store.latest()}
        assert skewed == {"fast": True, "ancient": True, "future": True, "right": None}
        assert store.count(1) == 3
        assert store.stats().newest == datetime.fromisoformat(bench.clock.ago(0))

    def test_only_as_many_tenants_are_told_as_were_asked_for(self, bench: Bench) -> None:
        store = bench.fresh()
        store.add(*({"tenant_id": f"t{number:02}", "status": 500, "latency_ms": 5} for number in range(30)))
        assert [one.tenant_id for one in store.errors(limit=3)] == ["t00", "t01", "t02"]
        assert [one.tenant_id for one in store.latency(limit=3)] == ["t00", "t01", "t02"]

    def test_a_store_that_holds_nothing_says_so(self, bench: Bench) -> None:
        store = bench.fresh()
        assert (store.errors(), store.latency(), store.latest()) == ([], [], [])
        assert store.stats() == Stats(0, None, None, 0)
        bench.run(store.store.is_well())

    def test_many_at_once_are_each_told_their_own(self, bench: Bench) -> None:
        store = bench.fresh()

        async def add_all() -> list[Added]:
            batches = [store.filed([{"id": str(index)}, {"id": "the same"}]) for index in range(50)]
            return await asyncio.gather(*(store.store.add(batch) for batch in batches))

        found = bench.run(add_all())
        assert sorted(found) == [Added(1, 1)] * 49 + [Added(2, 0)]
        assert store.count() == 51


class SharedStoreContract(EventStoreContract):
    """For a store that outlives its process, and that replicas share."""

    def test_replicas_that_are_sent_the_same_at_once_count_it_once(self, bench: Bench) -> None:
        replicas = [bench.fresh(), bench.another(), bench.another()]
        events = [{"id": str(number), "latency_ms": number, "tenant_id": f"t{number % 7}"} for number in range(600)]
        chance = random.Random(2)

        async def send(replica: Store) -> int:
            order = chance.sample(events, len(events))
            added = [replica.store.add(replica.filed(order[first : first + 40])) for first in range(0, 600, 40)]
            return sum(one.accepted for one in await asyncio.gather(*added))

        async def send_all() -> list[int]:
            return await asyncio.gather(*map(send, replicas))

        assert sum(bench.run(send_all())) == 600
        plain = Plain()
        plain.add(events, bench.clock.now)
        for replica in replicas:
            assert replica.stats().events == 600
            assert_same(replica, plain, 5)

    def test_what_one_replica_adds_the_others_tell_at_once(self, bench: Bench) -> None:
        """Late events too, in minutes that the other has read before."""
        one, other = bench.fresh(), bench.another()
        for late in (0, 30, 100, 400, 3000, 100, 400):
            one.add({"timestamp": bench.clock.ago(late)})
            assert other.count() == one.count()
            assert len(other.latest()) == len(one.latest())
        assert other.count() == 7

    def test_a_new_process_goes_on_where_the_last_ended(self, bench: Bench) -> None:
        bench.fresh().add({"id": "1", "latency_ms": 7}, {"id": "2"})
        bench.close()
        store = bench.another()
        assert (store.count(), store.stats().events, store.latency()[0].count) == (2, 2, 1)
        assert store.add({"id": "1"}, {"id": "3"}) == Added(1, 1)
