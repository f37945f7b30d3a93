"""What the dead held comes back, once; who was only believed dead does no harm."""

from __future__ import annotations

import asyncio

import pytest
from processor.queue import Queue, Settled
from processor_process import ids_on, push_entries
from processor_scene import play
from redis_container import RedisContainer

pytestmark = pytest.mark.engine


def test_what_a_dead_worker_held_comes_back_in_order_and_once(redis: RedisContainer) -> None:
    ids = push_entries(redis, range(10))

    async def scene(dead: Queue, *others: Queue) -> None:
        await dead.take()
        assert (await others[0].tend()).reclaimed == {}, "it is not dead yet"
        await asyncio.sleep(0.4)
        found = await asyncio.gather(*(queue.tend() for queue in others))
        assert [tended.reclaimed for tended in found if tended.reclaimed] == [{"w0": 4}]
        assert ids_on(redis, "logs_queue") == ids

    play(redis, scene, workers=5, batch_size=4)


def test_one_that_was_believed_dead_does_not_settle_what_others_have(redis: RedisContainer) -> None:
    push_entries(redis, range(4))

    async def scene(slow: Queue, quick: Queue) -> None:
        first = await slow.take()
        await asyncio.sleep(0.4)
        await quick.tend()
        again = await quick.take()
        assert again.entries == first.entries
        assert await slow.settle(first, {}) is None
        assert await quick.settle(again, {}) == Settled(0, {"alerts": 0})
        later = push_entries(redis, range(4, 8))
        await slow.take()
        assert await slow.settle(first, {}) is None, "what it holds now is another batch"
        assert ids_on(redis, "logs_queue:held:w0") == later
        assert ids_on(redis, "alerts") == [f"id-{number}" for number in range(4)]

    play(redis, scene, workers=2, forward_queues="alerts")


def test_two_workers_of_one_name_settle_a_batch_once(redis: RedisContainer) -> None:
    ids = push_entries(redis, range(4))

    async def scene(one: Queue, other: Queue) -> None:
        first, second = await one.take(), await other.take()
        assert first == second
        assert await one.settle(first, {}) is not None
        later = push_entries(redis, range(4, 8))
        await one.take()
        assert await other.settle(second, {}) is None
        assert ids_on(redis, "logs_queue:held:twin") == later
        assert ids_on(redis, "alerts") == ids

    play(redis, scene, workers=2, worker_name="twin", forward_queues="alerts")


def test_what_was_put_back_and_taken_again_is_another_batch(redis: RedisContainer) -> None:
    ids = push_entries(redis, range(4))

    async def scene(queue: Queue) -> None:
        first = await queue.take()
        await queue.release()
        again = await queue.take()
        assert await queue.settle(first, {}) is None
        assert ids_on(redis, "logs_queue:held:w0") == ids
        assert await queue.settle(again, {}) is not None

    play(redis, scene)


def test_signs_of_life_keep_a_batch_in_hand(redis: RedisContainer) -> None:
    push_entries(redis, range(4))

    async def scene(busy: Queue, other: Queue) -> None:
        taken = await busy.take()
        for _turn in range(8):
            await asyncio.sleep(0.1)
            await busy.tend()
            assert (await other.tend()).reclaimed == {}
        assert await busy.settle(taken, {}) is not None

    play(redis, scene, workers=2)


def test_an_entry_that_reaches_a_worker_after_its_death_is_found(redis: RedisContainer) -> None:
    async def scene(dead: Queue, other: Queue) -> None:
        await dead.tend()
        await asyncio.sleep(0.4)
        await other.tend()
        push_entries(redis, range(1))
        await dead.wait()
        assert (await other.tend()).reclaimed == {"w0": 1}

    play(redis, scene, workers=2)


def test_a_wiped_redis_leaves_nothing_to_settle(redis: RedisContainer) -> None:
    push_entries(redis, range(4))

    async def scene(queue: Queue) -> None:
        taken = await queue.take()
        redis.cli("flushall")
        assert await queue.settle(taken, {}) is None

    play(redis, scene)
