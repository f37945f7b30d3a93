"""Start, SIGTERM, the end, `--once`, and the processor's own log."""

from __future__ import annotations

import json
import signal
import socket
import time

import pytest
from collector_service import free_port
from processor_backend import BackendProcess
from processor_process import Processor, ids_on, push_entries, until
from redis_container import RedisContainer

pytestmark = pytest.mark.engine


def logged(output: str) -> list[str]:
    """The messages of its log, which is JSON lines and nothing else."""
    lines = [json.loads(line) for line in output.splitlines()]
    assert all({"timestamp", "level", "logger", "message"} <= set(line) for line in lines)
    return [line["message"] for line in lines]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_at_a_signal_the_batch_in_hand_is_finished(redis: RedisContainer, backend: BackendProcess, number: int) -> None:
    backend.plan(delay=1)
    ids = push_entries(redis, range(30))
    with Processor(redis.port, backend.url, BATCH_SIZE="10", FORWARD_QUEUES="alerts_queue") as processor:
        until(lambda: len(backend.ids()) == 10)
        status, output = processor.stop(number)
    assert (status, logged(output)) == (0, ["started", "stopping", "stopped"])
    assert ids_on(redis, "alerts_queue") == backend.ids() == ids[:10]
    assert ids_on(redis, "logs_queue") == ids[10:]


def test_a_batch_that_cannot_be_finished_in_time_is_put_back(redis: RedisContainer, backend: BackendProcess) -> None:
    backend.plan(hang=True)
    ids = push_entries(redis, range(30))
    with Processor(redis.port, backend.url, BATCH_SIZE="10", SHUTDOWN_TIMEOUT="1") as processor:
        until(lambda: redis.cli("keys", "logs_queue:held:*") != "")
        started = time.monotonic()
        status, output = processor.stop()
        assert 1 <= time.monotonic() - started < 6
    assert status == 0
    assert "put back what was in hand" in logged(output)
    assert ids_on(redis, "logs_queue") == ids, "in order"
    assert redis.cli("keys", "logs_queue:held:*") == ""


def test_an_idle_one_ends_soon(redis: RedisContainer, backend: BackendProcess) -> None:
    with Processor(redis.port, backend.url) as processor:
        started = time.monotonic()
        assert processor.stop()[0] == 0
    assert time.monotonic() - started < 4


def test_one_without_redis_ends_soon_too(backend: BackendProcess) -> None:
    with Processor(free_port(), backend.url) as processor:
        started = time.monotonic()
        status, output = processor.stop()
    assert time.monotonic() - started < 4
    assert status == 0
    assert "what is in hand stays there until it is reclaimed" in logged(output)


def test_an_outage_leaves_two_lines_in_the_log(redis: RedisContainer, backend: BackendProcess) -> None:
    backend.plan(status=503)
    push_entries(redis, range(10))
    with Processor(redis.port, backend.url) as processor:
        until(lambda: processor.metric('log_processor_retries_total{kind="503",of="backend"}') > 8)
        backend.plan()
        until(lambda: len(backend.ids()) == 10 and redis.cli("keys", "logs_queue:held:*") == "")
        with redis.paused():
            time.sleep(2.5)
        until(lambda: processor.get("/health").status_code == 200)
        _, output = processor.stop()
    assert logged(output) == [
        "started", "backend lost", "backend back", "Redis lost", "Redis back", "stopping", "stopped"
    ]  # fmt: skip


def test_once_empties_the_queue_and_ends(redis: RedisContainer, backend: BackendProcess) -> None:
    ids = push_entries(redis, range(1_234))
    status, output = Processor(redis.port, backend.url, "--once").run_to_its_end()
    assert (status, logged(output)) == (0, ["started", "stopped"])
    assert backend.ids() == ids


def test_once_takes_what_a_dead_worker_held(redis: RedisContainer, backend: BackendProcess) -> None:
    backend.plan(hang=True)
    ids = push_entries(redis, range(10))
    with Processor(redis.port, backend.url, WORKER_NAME="dead") as processor:
        until(lambda: redis.cli("llen", "logs_queue:held:dead") == "10")
    processor.kill()
    backend.plan()
    time.sleep(1.2)
    assert Processor(redis.port, backend.url, "--once", DEAD_AFTER="1").run_to_its_end()[0] == 0
    assert backend.ids() == ids


def test_once_gives_up_where_the_backend_stays_away(redis: RedisContainer) -> None:
    ids = push_entries(redis, range(10))
    away = f"http://127.0.0.1:{free_port()}"
    status, output = Processor(redis.port, away, "--once", ONCE_TIMEOUT="1").run_to_its_end()
    assert status == 1
    assert "backend out of reach for 1 s" in output
    assert ids_on(redis, "logs_queue") == ids


def test_once_gives_up_where_redis_stays_away(backend: BackendProcess) -> None:
    status, output = Processor(free_port(), backend.url, "--once", ONCE_TIMEOUT="1").run_to_its_end()
    assert status == 1
    assert "Redis out of reach for 1 s" in output


def test_a_taken_port_is_said_and_the_status_is_1(redis: RedisContainer, backend: BackendProcess) -> None:
    with socket.create_server(("127.0.0.1", 0)) as first:
        taken = str(first.getsockname()[1])
        status, output = Processor(redis.port, backend.url, PORT=taken).run_to_its_end()
    assert status == 1
    assert "cannot listen" in logged(output)
