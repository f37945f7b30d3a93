"""What fails is tried again; the log has one line when somebody is lost and one when they are back."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter

import pytest
from processor.backoff import Backoff
from processor.persistence import GaveUp, Persistence, Unavailable, pause
from processor.reach import Reach

QUICK = Backoff(0.001, 0.002, 0.05)


class Failing:
    """A step that fails some times."""

    def __init__(self, times: int, retry_after: float = 0) -> None:
        self.left = times
        self.retry_after = retry_after

    async def __call__(self) -> str:
        if self.left:
            self.left -= 1
            raise Unavailable("away", kind="503", retry_after=self.retry_after)
        return "done"


def test_it_is_tried_until_it_succeeds_and_each_loss_leaves_two_lines(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    kinds: Counter[str] = Counter()
    reach = Reach("backend")
    persist = Persistence(reach, QUICK, lambda kind: kinds.update([kind]))
    for _loss in range(2):
        assert asyncio.run(persist(Failing(20))) == "done"
        assert reach.error is None
    assert kinds == {"503": 40}
    assert [record.getMessage() for record in caplog.records] == ["backend lost", "backend back"] * 2


def test_patience_runs_out() -> None:
    persist = Persistence(Reach("backend"), QUICK, lambda _: None, patience=0.1)
    with pytest.raises(GaveUp, match=r"backend out of reach for 0\.1 s: away"):
        asyncio.run(persist(Failing(1_000_000)))


def test_who_is_to_give_up_does_so_at_once() -> None:
    async def stop_soon() -> None:
        stopping = asyncio.Event()
        asyncio.get_running_loop().call_later(0.05, stopping.set)
        await Persistence(Reach("Redis"), Backoff(60, 60, 60), lambda _: None)(Failing(1_000_000), stopping)

    started = time.monotonic()
    with pytest.raises(Unavailable):
        asyncio.run(stop_soon())
    assert time.monotonic() - started < 10


def test_a_pause_that_was_asked_for_is_kept() -> None:
    started = time.monotonic()
    asyncio.run(Persistence(Reach("backend"), QUICK, lambda _: None)(Failing(2, retry_after=100)))
    assert 0.1 < time.monotonic() - started < 10


def test_a_pause_ends_early() -> None:
    async def wake() -> None:
        event = asyncio.Event()
        event.set()
        await pause(60, event)

    asyncio.run(asyncio.wait_for(wake(), 10))
