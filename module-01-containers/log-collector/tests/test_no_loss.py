"""A log that was answered by 202 is on the queue, whatever is killed, frozen, cut or full meanwhile.

Under load from 16 clients; the numbers of all logs that were answered by 202 are compared with those found in Redis.
What was not answered by 202 may be found there too: a client sends it again, and may double it, and never loses it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator

import pytest
from collector_service import Service
from redis_container import RedisContainer, redis_container
from senders import Senders

pytestmark = pytest.mark.engine

Scenario = Callable[[Senders, RedisContainer, Service], Coroutine[None, None, None]]


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisContainer]:
    with redis_container() as running:
        yield running


def run(scenario: Scenario, redis: RedisContainer, **settings: str) -> Senders:
    """Play a scenario under load, from an empty queue; print and return what the clients saw."""

    async def play() -> Senders:
        senders = Senders(service.port)
        async with senders.sending():
            await senders.until_accepted(500)
            await scenario(senders, redis, service)
            await senders.until_accepted(500)
        return senders

    redis.cli("flushall")
    environment = {"REDIS_HOST": "127.0.0.1", "REDIS_PORT": str(redis.port), "QUEUE_TIMEOUT": "0.5", **settings}
    with Service(**environment) as service:
        return asyncio.run(play())


def lost(senders: Senders, redis: RedisContainer) -> set[str]:
    """Logs that were accepted and are not on the queue; prints the account."""
    stored = [entry["message"] for entry in redis.entries()]
    missing = senders.accepted - set(stored)
    print(f"accepted {len(senders.accepted)}, stored {len(stored)}, lost {len(missing)}; answers {senders.answers}")
    return missing


async def kill_the_collector(senders: Senders, _: RedisContainer, service: Service) -> None:
    for _round in range(3):
        service.kill()
        await senders.until_failed(10)
        await asyncio.to_thread(service.start)
        await senders.until_accepted(200)


async def kill_redis(senders: Senders, redis: RedisContainer, _: Service) -> None:
    for _round in range(3):
        await asyncio.to_thread(redis.kill_and_start)
        await senders.until_accepted(200)


async def pause_redis(senders: Senders, redis: RedisContainer, _: Service) -> None:
    for _round in range(2):
        with redis.paused():
            await senders.until_failed(50)
        await senders.until_accepted(200)


async def cut_the_connection(senders: Senders, redis: RedisContainer, _: Service) -> None:
    for _round in range(10):
        await asyncio.to_thread(redis.cut_connections)
        await senders.until_accepted(100)


async def unplug_redis(senders: Senders, redis: RedisContainer, _: Service) -> None:
    for _round in range(2):
        with redis.off_the_network():
            await senders.until_failed(50)
        await senders.until_accepted(200)


SCENARIOS = [kill_the_collector, kill_redis, pause_redis, cut_the_connection, unplug_redis]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_nothing_accepted_is_lost(redis: RedisContainer, scenario: Scenario) -> None:
    senders = run(scenario, redis)
    assert lost(senders, redis) == set()
    assert set(senders.answers) <= {"202", "503", "none"}
    assert senders.answers.total() > senders.answers["202"], "the fault was never felt, so nothing was tested"


def test_a_full_queue_takes_exactly_what_fits(redis: RedisContainer) -> None:
    async def fill_and_drain(senders: Senders, redis: RedisContainer, _: Service) -> None:
        await senders.until_failed(200)
        assert redis.cli("llen", "logs_queue") == "1500"
        assert lost(senders, redis) == set()
        redis.cli("rename", "logs_queue", "taken")

    senders = run(fill_and_drain, redis, MAX_QUEUE_LENGTH="1500")
    stored = {entry["message"] for queue in ("logs_queue", "taken") for entry in redis.entries(queue)}
    assert senders.accepted == stored
    assert set(senders.answers) <= {"202", "503"}


def test_a_batch_may_be_larger_than_one_lpush(redis: RedisContainer) -> None:
    redis.cli("flushall")
    batch = json.dumps([{"service_name": "a", "level": "INFO", "message": str(n)} for n in range(9001)]).encode()
    with Service(REDIS_HOST="127.0.0.1", REDIS_PORT=str(redis.port), MAX_BATCH_ENTRIES="10000") as service:
        assert service.post(batch, "/logs/batch").status_code == 202
    assert [entry["message"] for entry in redis.entries()] == [str(n) for n in reversed(range(9001))]


def test_memory_that_is_full_refuses_and_drops_nothing(redis: RedisContainer) -> None:
    async def fill_memory(senders: Senders, redis: RedisContainer, _: Service) -> None:
        redis.cli("config", "set", "maxmemory", "1mb")
        await senders.until_failed(50)
        redis.cli("config", "set", "maxmemory", "0")

    senders = run(fill_memory, redis)
    assert lost(senders, redis) == set()
    assert senders.answers["503"] > 0


def test_a_loss_would_be_noticed() -> None:
    """The same account, with a Redis that keeps no file: if this finds nothing lost, the tests above prove nothing."""
    with redis_container(appendonly=False) as forgetful:
        assert lost(run(kill_redis, forgetful), forgetful) != set()
