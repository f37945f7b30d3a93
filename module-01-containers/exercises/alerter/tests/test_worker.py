"""The worker takes what is on the queue, in order, and nothing that goes wrong stops it."""

from __future__ import annotations

import asyncio

import pytest
from alerter_fakes import FakeQueue, FakeStore, queued

import alerter.worker
from alerter.metrics import Metrics
from alerter.worker import Worker


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody wants to wait for a Redis that is not there."""
    monkeypatch.setattr(alerter.worker, "_PAUSE", 0)


def work(store: FakeStore, *items: bytes, metrics: Metrics | None = None) -> None:
    """Let a worker do all of `items`."""
    queue = FakeQueue(*items)
    worker = Worker(queue, store, metrics or Metrics())
    queue.when_empty = worker.stop
    asyncio.run(worker.run())


def test_each_error_is_counted_in_the_order_of_the_queue() -> None:
    store = FakeStore()
    work(store, *[queued(name) for name in "abc"])
    assert store.counted == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("level", "counts"),
    [("DEBUG", False), ("INFO", False), ("WARNING", False), ("ERROR", True), ("CRITICAL", True)],
)
def test_only_error_and_worse_count(level: str, counts: bool) -> None:
    store = FakeStore()
    work(store, queued("a", level=level))
    assert store.counted == (["a"] if counts else [])


@pytest.mark.parametrize("item", [b"", b"no json", b"[]", b'{"id": "x"}', b"\xff", b'{"id": 1e999}'])
def test_a_malformed_entry_is_logged_and_the_next_one_is_worked_on(
    item: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    store = FakeStore()
    work(store, item, queued("a"))
    assert store.counted == ["a"]
    assert "malformed entry" in caplog.messages


def test_while_redis_is_away_the_entry_in_hand_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    store = FakeStore(failures=3)
    work(store, queued("a"), queued("b"))
    assert store.counted == ["a", "b"]
    assert [message for message in caplog.messages if "Redis" in message] == ["Redis is away", "Redis is back"]


def test_a_stopped_worker_finishes_the_entry_in_hand_and_takes_no_other() -> None:
    async def stop_in_mid_work() -> None:
        working = asyncio.create_task(worker.run())
        await asyncio.sleep(0.05)
        worker.stop()
        await working

    store, queue = FakeStore(), FakeQueue(queued("a"), queued("b"))
    worker = Worker(queue, store, Metrics(), delay=0.2)
    asyncio.run(stop_in_mid_work())
    assert store.counted == ["a"]
    assert len(queue.items) == 1


def test_a_stopped_worker_does_not_wait_for_a_redis_that_stays_away() -> None:
    async def stop_soon() -> None:
        working = asyncio.create_task(worker.run())
        await asyncio.sleep(0.05)
        worker.stop()
        await asyncio.wait_for(working, 5)

    worker = Worker(FakeQueue(queued("a")), FakeStore(failures=10**9), Metrics())
    asyncio.run(stop_soon())


def test_what_is_done_is_counted_for_prometheus() -> None:
    metrics = Metrics()
    work(FakeStore(), queued("a"), queued("b", level="INFO"), b"no json", metrics=metrics)
    text = metrics.text().decode()
    for kind in ("error", "other", "malformed"):
        assert f'alerter_entries_total{{kind="{kind}"}} 1.0' in text
    assert "alerter_alerts_total 1.0" in text
