"""How the processor treats the backend: one connection, its key, and left alone for as long as it asks."""

from __future__ import annotations

import time

import pytest
from processor_backend import BackendProcess
from processor_process import Processor, push_entries, until
from redis_container import RedisContainer

pytestmark = pytest.mark.engine


def test_many_batches_go_over_one_connection(redis: RedisContainer, backend: BackendProcess) -> None:
    ids = push_entries(redis, range(1_000))
    assert Processor(redis.port, backend.url, "--once", BATCH_SIZE="50").run_to_its_end()[0] == 0
    assert backend.ids() == ids
    assert backend.plan() == {"requests": 20, "connections": 1}


def test_a_trickle_is_delivered_in_some_batches_a_second(redis: RedisContainer, backend: BackendProcess) -> None:
    with Processor(redis.port, backend.url, BATCH_WAIT="0.5"):
        push_entries(redis, range(1))
        until(lambda: len(backend.ids()) == 1, 0.4)
        started = time.monotonic()
        for number in range(1, 41):
            push_entries(redis, range(number, number + 1))
        until(lambda: len(backend.ids()) == 41)
        seconds = time.monotonic() - started
    assert backend.plan()["requests"] <= 3 + seconds / 0.5


def test_the_key_is_sent_and_a_wrong_one_makes_no_entry_dead(redis: RedisContainer, backend: BackendProcess) -> None:
    backend.plan(key="right")
    ids = push_entries(redis, range(10))
    for key, status in (("wrong", 1), ("right", 0)):
        settings = {"BACKEND_API_KEY": key, "ONCE_TIMEOUT": "0.5"}
        ended, output = Processor(redis.port, backend.url, "--once", **settings).run_to_its_end()
        assert ended == status
        assert ("see BACKEND_URL and BACKEND_API_KEY" in output) == (status == 1)
    assert backend.ids() == ids
    assert redis.cli("exists", "logs_dead") == "0"


@pytest.mark.parametrize("status", [429, 503])
def test_the_backend_is_left_alone_for_as_long_as_it_asks(
    redis: RedisContainer, backend: BackendProcess, status: int
) -> None:
    backend.plan(status=status, headers={"retry-after": "3"})
    push_entries(redis, range(10))
    with Processor(redis.port, backend.url) as processor:
        sample = f'log_processor_retries_total{{kind="{status}",of="backend"}}'
        until(lambda: processor.metric(sample) == 1)
        time.sleep(2)
        assert backend.plan()["requests"] == 1
        until(lambda: len(backend.ids()) == 10)


def test_it_cannot_ask_for_ever(redis: RedisContainer, backend: BackendProcess) -> None:
    backend.plan(status=503, times=2, headers={"retry-after": "86400"})
    push_entries(redis, range(10))
    with Processor(redis.port, backend.url, MAX_RETRY_AFTER="0.5"):
        until(lambda: len(backend.ids()) == 10)
