"""The queue as some workers see it, without their processes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from processor.connection import connect
from processor.queue import Queue, Settled
from processor.settings import Settings
from redis_container import RedisContainer

Play = Callable[..., Awaitable[None]]


def play(redis: RedisContainer, scene: Play, workers: int = 1, **settings: Any) -> None:
    """Run a scene with the queue as some workers see it."""

    async def run() -> None:
        usual: dict[str, Any] = {"redis_host": "127.0.0.1", "redis_port": redis.port, "dead_after": 0.3}
        chosen = [Settings(**(usual | {"worker_name": f"w{number}"} | settings)) for number in range(workers)]
        clients = [connect(one) for one in chosen]
        try:
            await scene(*(Queue(*pair) for pair in zip(clients, chosen, strict=True)))
        finally:
            for connected in clients:
                await connected.aclose()

    asyncio.run(run())


async def settle_one(queue: Queue, dead: dict[int, bytes] | None = None) -> Settled | None:
    """Take a batch and settle it; returns what came of it."""
    return await queue.settle(await queue.take(), dead or {})
