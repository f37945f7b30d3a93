"""A batch is settled in one step: what was delivered is forwarded, what is dead is kept, within bounds."""

from __future__ import annotations

import pytest
from processor.persistence import Unavailable
from processor.queue import Queue, Settled
from processor_process import client, ids_on, oldest_first, push, push_entries
from processor_scene import play, settle_one
from redis.exceptions import OutOfMemoryError
from redis_container import RedisContainer

pytestmark = pytest.mark.engine


def test_a_full_list_gets_what_fits_and_the_rest_is_counted(redis: RedisContainer) -> None:
    ids = push_entries(redis, range(10))

    async def scene(queue: Queue) -> None:
        assert await settle_one(queue) == Settled(0, {"a": 0, "b": 0})
        redis.cli("del", "b")
        assert await settle_one(queue) == Settled(0, {"a": 2, "b": 0})

    play(redis, scene, batch_size=5, forward_queues="a,b", max_forward_length=8)
    assert (ids_on(redis, "a"), ids_on(redis, "b")) == (ids[:8], ids[5:])


def test_what_is_no_list_gets_nothing_and_the_others_do(redis: RedisContainer) -> None:
    ids = push_entries(redis, range(3))
    redis.cli("set", "b", "text")

    async def scene(queue: Queue) -> None:
        assert await settle_one(queue) == Settled(0, {"a": 0, "b": 3, "c": 0})

    play(redis, scene, forward_queues="a,b,c")
    assert (ids_on(redis, "a"), redis.cli("get", "b"), ids_on(redis, "c")) == (ids, "text", ids)


def test_the_dead_are_kept_up_to_a_bound_and_not_forwarded(redis: RedisContainer) -> None:
    ids = push_entries(redis, range(8))

    async def scene(queue: Queue) -> None:
        assert await settle_one(queue, {1: b"one", 2: b"two"}) == Settled(0, {"a": 0})
        assert await settle_one(queue, {0: b"three", 3: b"four"}) == Settled(1, {"a": 0})

    play(redis, scene, batch_size=4, forward_queues="a", max_dead=3)
    assert oldest_first(redis, "logs_dead") == [b"two", b"three", b"four"]
    assert ids_on(redis, "a") == [ids[0], ids[3], ids[5], ids[6]]


def test_nothing_is_done_where_the_dead_cannot_be_kept(redis: RedisContainer) -> None:
    ids = push_entries(redis, range(3))
    redis.cli("set", "logs_dead", "text")

    async def scene(queue: Queue) -> None:
        taken = await queue.take()
        with pytest.raises(Unavailable, match="WRONGTYPE"):
            await queue.settle(taken, {0: b"dead"})
        assert ids_on(redis, "logs_queue:held:w0") == ids
        assert oldest_first(redis, "a") == []

    play(redis, scene, forward_queues="a")


def test_what_is_forwarded_is_so_byte_for_byte(redis: RedisContainer) -> None:
    items = [b'{ "id" : "\\u0061" }', b"\xff\x00\r\n", b""]
    push(redis, items)

    async def scene(queue: Queue) -> None:
        await settle_one(queue)

    play(redis, scene, forward_queues="a")
    assert oldest_first(redis, "a") == items


def test_a_redis_that_is_full_is_emptied_all_the_same(redis: RedisContainer) -> None:
    ids = push_entries(redis, range(100))
    redis.cli("config", "set", "maxmemory", "1mb")

    async def scene(queue: Queue) -> None:
        assert await settle_one(queue, {0: b"dead"}) == Settled(0, {"a": 0})
        await queue.take()
        assert await queue.release() == 50

    try:
        play(redis, scene, batch_size=50, forward_queues="a")
        with client(redis) as connected, pytest.raises(OutOfMemoryError):
            connected.lpush("logs_queue", b"more")
    finally:
        redis.cli("config", "set", "maxmemory", "0")
    assert (ids_on(redis, "a"), ids_on(redis, "logs_queue")) == (ids[1:50], ids[50:])
