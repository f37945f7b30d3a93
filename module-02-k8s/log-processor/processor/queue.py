"""The hand-over: entries go from the queue into a worker's hands, and from there on, and are never nowhere.

    logs_queue                  entries that wait
    logs_queue:held:<worker>    what that worker has in hand, newest on the left, as on the queue
    logs_queue:workers          all workers, each with the time of its last sign of life, by Redis' own clock
    logs_queue:batches          how many batches have left each worker's hands: settled, put back or reclaimed

Each step is one script, and so all or nothing (https://redis.io/docs/latest/develop/programmability/eval-intro/),
also for a Redis that is killed in the middle: what a script did stands in the append-only file as one transaction.
An answer may get lost, and the script be run again: to take again gives the same entries, to settle again does nothing.
Redis 7 or later.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from redis.asyncio import Redis

from processor.connection import REDIS_FAILED
from processor.persistence import Unavailable
from processor.settings import Settings

_SCRIPTS = Path(__file__).parent / "scripts"
_FORGET_AFTER = 86_400  # seconds
_LONGEST_WAIT = 0.5  # seconds for which BLMOVE blocks: whoever stops an idle worker waits as long for it


class Taken(NamedTuple):
    """Entries in hand, oldest first, and which of the worker's batches they are."""

    batch: int
    queue_length: int
    entries: list[bytes]


class Settled(NamedTuple):
    """What came of a batch: how many of the dead were dropped, how many entries each forward list refused."""

    dropped: int
    refused: dict[str, int]


class Tended(NamedTuple):
    """The length of the queue, and how many entries were reclaimed of which worker."""

    queue_length: int
    reclaimed: dict[str, int]


class Queue:
    """The queue, as one worker sees it. Every method raises Unavailable where Redis fails."""

    def __init__(self, redis: Redis, settings: Settings) -> None:
        self._redis = redis
        self._settings = settings
        self.worker = settings.worker_name or f"{socket.gethostname()}:{os.getpid()}"
        self.forward_to = settings.forward_to()
        self._name = settings.queue_name
        self._held = f"{self._name}:held:{self.worker}"
        self._workers = f"{self._name}:workers"
        self._batches = f"{self._name}:batches"
        self._wait = min(_LONGEST_WAIT, settings.redis_timeout / 2, settings.dead_after / 4)
        self._take, self._settle, self._tend, self._release = (
            redis.register_script((_SCRIPTS / f"{name}.lua").read_bytes())
            for name in ("take", "settle", "tend", "release")
        )

    async def take(self) -> Taken:
        """The oldest entries, within the bounds of a batch; they are this worker's until they are settled."""
        keys = [self._name, self._held, self._workers, self._batches]
        bounds = [self._settings.batch_size, self._settings.max_batch_bytes]
        return Taken(*await self._run(self._take, keys, [self.worker, *bounds]))

    async def wait(self) -> None:
        """Return once there is an entry, or after a short time. One that comes is in hand already."""
        try:
            await self._redis.blmove(self._name, self._held, cast(int, self._wait), "RIGHT", "LEFT")
        except REDIS_FAILED as error:
            raise _unavailable(error) from error

    async def settle(self, taken: Taken, dead: Mapping[int, bytes]) -> Settled | None:
        """Let go of a batch: forward what was delivered, keep the documents of the dead.

        Args:
            dead: by position in the batch, from 0.

        Returns:
            None where the batch was not in hand any more and nothing was done: it was settled before (an answer got
            lost) or reclaimed by somebody who believed this worker dead, and is theirs.
        """
        keys = [self._held, self._workers, self._batches, self._settings.dead_queue, *self.forward_to]
        bounds = [self._settings.max_forward_length, self._settings.max_dead]
        documents = [part for position, document in dead.items() for part in (position + 1, document)]
        arguments = [self.worker, taken.batch, len(taken.entries), *bounds, *documents]
        found: list[int] = await self._run(self._settle, keys, arguments)
        return Settled(found[0], dict(zip(self.forward_to, found[1:], strict=True))) if found else None

    async def tend(self) -> Tended:
        """Give a sign of life, and put back what the dead held. To be called a few times within DEAD_AFTER."""
        arguments = [self.worker, f"{self._name}:held:", self._settings.dead_after, _FORGET_AFTER]
        length, found = await self._run(self._tend, [self._name, self._workers, self._batches], arguments)
        names = [name.decode(errors="replace") for name in found[::2]]
        return Tended(length, dict(zip(names, found[1::2], strict=True)))

    async def release(self) -> int:
        """Put back all that is in hand; returns how many entries that were."""
        count: int = await self._run(self._release, [self._name, self._held, self._batches], [self.worker])
        return count

    async def length(self) -> int:
        """How many entries wait."""
        try:
            return await self._redis.llen(self._name)
        except REDIS_FAILED as error:
            raise _unavailable(error) from error

    async def _run(self, script: Any, keys: Sequence[str], arguments: Sequence[object]) -> Any:
        try:
            return await script(keys=keys, args=arguments)
        except REDIS_FAILED as error:
            raise _unavailable(error) from error


def _unavailable(error: Exception) -> Unavailable:
    return Unavailable(str(error) or type(error).__name__, kind="redis")
