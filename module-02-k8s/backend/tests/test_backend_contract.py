"""The stores that the backend brings keep what every store promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from backend.settings import Settings
from backend.stores import Clock, EventStore, make_store
from backend_bench import Bench
from backend_contract import EventStoreContract, SharedStoreContract
from redis_container import RedisContainer


class TestMemory(EventStoreContract):
    """A store in this process."""

    @pytest.fixture
    def bench(self) -> Iterator[Bench]:
        def make(settings: Settings, clock: Clock) -> EventStore:
            return make_store(replace(settings, event_storage="memory"), clock)

        with Bench(make, lambda: None) as bench:
            yield bench


@pytest.mark.engine
class TestRedis(SharedStoreContract):
    """A store in a real Redis."""

    @pytest.fixture
    def bench(self, redis: RedisContainer) -> Iterator[Bench]:
        def make(settings: Settings, clock: Clock) -> EventStore:
            return make_store(replace(settings, event_storage="redis", redis_port=redis.port), clock)

        def wipe() -> None:
            redis.cli("flushall")

        with Bench(make, wipe) as bench:
            yield bench
