"""How the queue behaves when Redis does not: against a stand-in that answers whatever a test makes it answer."""

from __future__ import annotations

import asyncio

import pytest
from collector.queues import QueueFull, QueueUnavailable
from fake_redis import TIMEOUT, FakeRedis, answering, never_answering


@pytest.mark.parametrize(
    ("said", "reason"),
    [(b"", "did not answer within 0.2 s"), (None, "was cut"), (b"-OOM command not allowed\r\n", "refused: OOM"),
     (b"-LOADING dataset in memory\r\n", "refused: LOADING"), (b"HTTP/1.1 400 Bad Request\r\n", "is not Redis")],
)  # fmt: skip
def test_what_is_not_confirmed_is_not_accepted(said: bytes | None, reason: str) -> None:
    async def scenario() -> None:
        async with answering(said).queue() as queue:
            with pytest.raises(QueueUnavailable, match=reason):
                await queue.push([b"1"])

    asyncio.run(scenario())


def test_more_answers_than_commands_end_the_connection() -> None:
    async def scenario() -> None:
        redis = answering(b":1\r\n:2\r\n")
        async with redis.queue() as queue:
            assert [await queue.push([b"1"]), await queue.push([b"1"])] == [1, 1]
        assert redis.connections == 2

    asyncio.run(scenario())


def test_a_negative_answer_means_full() -> None:
    async def scenario() -> None:
        async with answering(b":-1\r\n").queue() as queue:
            with pytest.raises(QueueFull):
                await queue.push([b"1"])

    asyncio.run(scenario())


def test_nobody_listening_fails_at_once() -> None:
    async def scenario() -> None:
        async with answering(b":1\r\n").queue() as queue:
            pass  # closed with its server
        with pytest.raises(QueueUnavailable, match=r"Redis at 127\.0\.0\.1"):
            await asyncio.wait_for(queue.push([b"1"]), TIMEOUT)

    asyncio.run(scenario())


def test_pushes_that_come_together_share_one_connection_and_one_write() -> None:
    async def answer(read: bytes) -> bytes:
        return b":1\r\n" * read.count(b"EVAL")

    async def scenario() -> None:
        redis = FakeRedis(answer)
        async with redis.queue() as queue:
            queue.open()
            assert await asyncio.gather(*(queue.push([b"%d" % number]) for number in range(64))) == [1] * 64
        assert (redis.connections, len(redis.reads)) == (1, 2)  # PING, then all pushes

    asyncio.run(scenario())


def test_each_push_gets_its_own_answer() -> None:
    answers = iter([b":7\r\n-OOM no\r\n:-1", b"\r\n:8\r\n"])

    async def answer(_: bytes) -> bytes:
        return next(answers) + next(answers)

    async def scenario() -> None:
        async with FakeRedis(answer).queue() as queue:
            await queue.length()
            found = await asyncio.gather(*(queue.push([b"x"]) for _ in range(4)), return_exceptions=True)
        assert [type(one) for one in found] == [int, QueueUnavailable, QueueFull, int]
        assert (found[0], found[3]) == (7, 8)

    asyncio.run(scenario())


def test_a_push_that_nobody_waits_for_does_not_shift_the_answers() -> None:
    release = asyncio.Event()

    async def answer(_: bytes) -> bytes:
        await release.wait()
        return b":1\r\n:2\r\n"

    async def scenario() -> None:
        async with FakeRedis(answer).queue() as queue:
            await queue.length()
            first, second = asyncio.create_task(queue.push([b"a"])), asyncio.create_task(queue.push([b"b"]))
            await asyncio.sleep(0)
            first.cancel()
            release.set()
            assert await second == 2

    asyncio.run(scenario())


def test_a_lost_connection_is_opened_again_by_the_next_push() -> None:
    answers = iter([None, b":1\r\n"])

    async def answer(_: bytes) -> bytes | None:
        return next(answers)

    async def scenario() -> None:
        redis = FakeRedis(answer)
        async with redis.queue() as queue:
            with pytest.raises(QueueUnavailable):
                await queue.push([b"1"])
            assert await queue.push([b"1"]) == 1
        assert redis.connections == 2

    asyncio.run(scenario())


def test_when_redis_hangs_all_who_wait_fail_together_and_the_connection_is_given_up() -> None:
    async def scenario() -> None:
        redis = never_answering()
        async with redis.queue() as queue:
            await queue.length()
            loop = asyncio.get_running_loop()
            started = loop.time()
            found = await asyncio.gather(*(queue.push([b"x"]) for _ in range(100)), return_exceptions=True)
            assert {type(one) for one in found} == {QueueUnavailable}
            assert TIMEOUT * 0.9 < loop.time() - started < TIMEOUT * 5
            with pytest.raises(QueueUnavailable):
                await queue.push([b"x"])
        assert redis.connections == 2

    asyncio.run(scenario())


def test_user_password_and_database_are_sent_first() -> None:
    async def scenario() -> None:
        redis = never_answering()
        async with redis.queue(redis_password="secret") as queue:
            await queue.length()
        assert b"AUTH\r\n$6\r\nsecret" in redis.reads[0]

    asyncio.run(scenario())
