"""What is taken is held, in order, until it is settled or put back."""

from __future__ import annotations

import asyncio

import pytest
from processor.queue import Queue, Settled
from processor_process import ids_on, oldest_first, push, push_entries
from processor_scene import play
from redis_container import RedisContainer

pytestmark = pytest.mark.engine


def test_a_batch_is_the_oldest_entries_and_is_held_until_it_is_settled(redis: RedisContainer) -> None:
    ids = push_entries(redis, range(10))

    async def scene(queue: Queue) -> None:
        taken = await queue.take()
        assert taken.queue_length == 6
        assert ids_on(redis, "logs_queue:held:w0") == ids[:4]
        assert await queue.take() == taken, "an answer may get lost"
        assert await queue.settle(taken, {}) == Settled(0, {})
        assert await queue.settle(taken, {}) is None, "an answer may get lost"
        assert ids_on(redis, "logs_queue:held:w0") == []
        assert [len((await queue.take()).entries), await queue.release()] == [4, 4]

    play(redis, scene, batch_size=4)
    assert ids_on(redis, "logs_queue") == ids[4:], "in order"


def test_what_was_waited_for_is_the_first_of_the_batch(redis: RedisContainer) -> None:
    async def scene(queue: Queue) -> None:
        waiting = asyncio.create_task(queue.wait())
        await asyncio.sleep(0)
        ids = await asyncio.to_thread(push_entries, redis, range(1))
        await waiting
        ids += push_entries(redis, range(1, 5))
        assert (await queue.take()).entries == oldest_first(redis, "logs_queue:held:w0")
        assert ids_on(redis, "logs_queue:held:w0") == ids

    play(redis, scene)


def test_a_batch_is_bounded_by_bytes_and_one_large_entry_goes_alone(redis: RedisContainer) -> None:
    push(redis, [b"a" * 400, b"b" * 400, b"c" * 5_000, b"d"])

    async def scene(queue: Queue) -> None:
        for expected in ([400, 400, 5_000], [1]):
            taken = await queue.take()
            assert list(map(len, taken.entries)) == expected
            await queue.settle(taken, {})

    play(redis, scene, max_batch_bytes=1_000)
