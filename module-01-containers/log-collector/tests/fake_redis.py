"""A stand-in for Redis that answers whatever a test makes it answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from collector.queues.redis import RedisQueue
from collector.settings import Settings

TIMEOUT = 0.2
Answer = Callable[[bytes], Awaitable[bytes | None]]


KNOWN = {b"AUTH": b"+OK\r\n", b"PING": b"+PONG\r\n", b"LLEN": b":0\r\n"}


class FakeRedis:
    """Logs in, tells a length of 0, and answers anything else with what `answer` returns; None cuts the connection."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.connections = 0
        self.reads: list[bytes] = []
        self._served: list[asyncio.Task[None] | None] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._served.append(asyncio.current_task())
        while read := await reader.read(1 << 20):
            self.reads.append(read)
            said = KNOWN.get(read.split(b"\r\n")[2]) or await self.answer(read)
            if said is None:
                break
            writer.write(said)
        writer.close()
        await writer.wait_closed()

    @asynccontextmanager
    async def queue(self, **settings: str | int) -> AsyncIterator[RedisQueue]:
        """A queue on this Redis."""
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        queue = RedisQueue(Settings(redis_host="127.0.0.1", redis_port=port, queue_timeout=TIMEOUT, **settings))  # type: ignore[arg-type]
        async with server:
            yield queue
            await queue.close()
            await asyncio.gather(*filter(None, self._served))


def answering(text: bytes | None) -> FakeRedis:
    async def answer(_: bytes) -> bytes | None:
        return text

    return FakeRedis(answer)


def never_answering() -> FakeRedis:
    async def answer(_: bytes) -> bytes | None:
        return b""

    return FakeRedis(answer)
