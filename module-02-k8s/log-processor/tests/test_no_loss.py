"""What was queued reaches the backend and each forward list, whatever is killed, frozen, cut or failing meanwhile.

Under load; ids are compared exactly: queued and delivered as sets, forwarded each once.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest
from processor_backend import BackendProcess
from processor_load import LISTS, Load, assert_all_arrived
from processor_process import Processor, until
from redis_container import RedisContainer

pytestmark = pytest.mark.engine

Scenario = Callable[[RedisContainer, BackendProcess, Processor], None]
_SETTINGS = {"FORWARD_QUEUES": ",".join(LISTS), "BATCH_SIZE": "100"}


def is_empty(redis: RedisContainer) -> bool:
    """Whether nothing waits and nobody holds anything."""
    return redis.cli("llen", "logs_queue") == "0" and redis.cli("keys", "logs_queue:held:*") == ""


def test_workers_killed_in_mid_batch_lose_nothing_and_double_nothing(
    redis: RedisContainer, backend: BackendProcess
) -> None:
    backend.plan(delay=0.3)
    load = Load(redis)
    with ExitStack() as running:
        workers = {
            name: running.enter_context(Processor(redis.port, backend.url, WORKER_NAME=name, **_SETTINGS))
            for name in ("w0", "w1", "w2")
        }
        with load.flowing():
            for name in ("w0", "w1", "w2", "w0", "w1"):
                kill_with_something_in_hand(redis, workers[name], f"logs_queue:held:{name}")
                workers[name].start()
            kill_with_something_in_hand(redis, workers["w2"], "logs_queue:held:w2")
            backend.until_stored(500)  # it stays dead: the others take over what it held
        backend.plan()
        until(lambda: is_empty(redis))
        assert sum(workers[name].metric("log_processor_entries_reclaimed_total") for name in ("w0", "w1")) > 0
    assert load.unsure == set()
    assert_all_arrived(load, redis, backend)


def kill_with_something_in_hand(redis: RedisContainer, worker: Processor, held: str) -> None:
    """`kill -9` in mid-batch: again, until it was."""
    for _try in range(20):
        until(lambda: redis.cli("exists", held) == "1")
        worker.kill()
        if redis.cli("exists", held) == "1":
            return
        worker.start()
    raise AssertionError("it never had anything in hand")


def test_a_worker_that_was_frozen_for_long_doubles_nothing(redis: RedisContainer, backend: BackendProcess) -> None:
    """Others believe it dead and do its work; when it wakes up, in the middle of a batch, that is theirs."""
    backend.plan(delay=0.2)
    load = Load(redis)
    with (
        Processor(redis.port, backend.url, WORKER_NAME="w0", **_SETTINGS) as frozen,
        Processor(redis.port, backend.url, WORKER_NAME="w1", **_SETTINGS) as other,
    ):
        with load.flowing():
            freeze_with_something_in_hand(redis, frozen)
            until(lambda: other.metric("log_processor_entries_reclaimed_total") > 0)
            frozen.process.send_signal(signal.SIGCONT)
            until(lambda: frozen.metric("log_processor_batches_disowned_total") == 1)
        backend.plan()
        until(lambda: is_empty(redis))
    assert load.unsure == set()
    assert_all_arrived(load, redis, backend)


def freeze_with_something_in_hand(redis: RedisContainer, worker: Processor) -> None:
    """SIGSTOP, again and again, until it was in mid-batch: a moment later it still has in hand what it had."""
    for _try in range(50):
        until(lambda: redis.cli("exists", "logs_queue:held:w0") == "1")
        worker.process.send_signal(signal.SIGSTOP)
        time.sleep(0.2)
        if redis.cli("exists", "logs_queue:held:w0") == "1":
            return
        worker.process.send_signal(signal.SIGCONT)
    raise AssertionError("it never had anything in hand")


def kill_the_backend(_: RedisContainer, backend: BackendProcess, __: Processor) -> None:
    for _round in range(3):
        backend.kill()
        time.sleep(0.5)
        backend.start()
        backend.until_stored(200)


def fail_in_every_way(_: RedisContainer, backend: BackendProcess, __: Processor) -> None:
    for status in (500, 502, 503, 429, 408, 401, 404):
        backend.plan(status=status, times=3, headers={"retry-after": "1"} if status == 429 else {})
        backend.until_stored(100)


def hang(_: RedisContainer, backend: BackendProcess, processor: Processor) -> None:
    backend.plan(hang=True)
    until(lambda: processor.metric('log_processor_retries_total{kind="timeout",of="backend"}') >= 2)
    backend.plan()
    backend.until_stored(200)


def lose_answers(_: RedisContainer, backend: BackendProcess, processor: Processor) -> None:
    backend.plan(forget_to_say=True)
    until(lambda: processor.metric('log_processor_retries_total{kind="500",of="backend"}') >= 3)
    backend.plan()
    backend.until_stored(200)
    until(lambda: processor.metric("log_processor_events_duplicate_total") >= 1)


def kill_redis(redis: RedisContainer, backend: BackendProcess, _: Processor) -> None:
    for _round in range(3):
        redis.kill_and_start()
        redis.wait_until_it_answers()
        backend.until_stored(200)


def pause_redis(redis: RedisContainer, backend: BackendProcess, _: Processor) -> None:
    for _round in range(2):
        with redis.paused():
            time.sleep(2.5)  # longer than REDIS_TIMEOUT and DEAD_AFTER
        backend.until_stored(200)


def cut_the_connections(redis: RedisContainer, backend: BackendProcess, _: Processor) -> None:
    for _round in range(10):
        redis.cut_connections()
        backend.until_stored(100)


def unplug_redis(redis: RedisContainer, backend: BackendProcess, _: Processor) -> None:
    with redis.off_the_network():
        time.sleep(2.5)
    backend.until_stored(200)


SCENARIOS = [
    kill_the_backend,
    fail_in_every_way,
    hang,
    lose_answers,
    kill_redis,
    pause_redis,
    cut_the_connections,
    unplug_redis,
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_it_goes_on_afterwards_and_nothing_is_lost(
    redis: RedisContainer, backend: BackendProcess, scenario: Scenario
) -> None:
    load = Load(redis)
    with Processor(redis.port, backend.url, BACKEND_TIMEOUT="1", **_SETTINGS) as processor:
        with load.flowing():
            backend.until_stored(200)
            scenario(redis, backend, processor)
        until(lambda: is_empty(redis))
        failed = sum(
            float(line.split()[-1])
            for line in processor.get("/metrics").text.splitlines()
            if line.startswith("log_processor_retries_total")
        )
    assert failed > 0, "the fault was never felt, so nothing was tested"
    assert_all_arrived(load, redis, backend)


def test_a_loss_would_be_noticed(redis: RedisContainer, backend: BackendProcess) -> None:
    """The same account, where somebody took entries off the queue: if it finds nothing, it proves nothing."""
    load = Load(redis)
    with load.flowing():
        until(lambda: len(load.ids) > 500)
    redis.cli("rpop", "logs_queue", "3")
    assert Processor(redis.port, backend.url, "--once", **_SETTINGS).run_to_its_end()[0] == 0
    with pytest.raises(AssertionError, match="lost"):
        assert_all_arrived(load, redis, backend)
