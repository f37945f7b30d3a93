"""A queue that is a list in Redis (6.2 or later): `LPUSH` at the head, consumers take from the tail."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from collector.queues import QueueFull, QueueUnavailable
from collector.queues.address import RedisAddress
from collector.queues.connection import Connection
from collector.settings import Settings

_logger = logging.getLogger(__name__)

# Checks and pushes as one step, in one round trip: scripts are atomic
# (https://redis.io/docs/latest/develop/programmability/eval-intro/). Negative: they do not fit, and none was pushed.
# Lua's unpack gives 8,000 values at most, so more than 4,000 entries take more than one LPUSH.
_PUSH = b"""
if redis.call('LLEN', KEYS[1]) + #ARGV - 1 > tonumber(ARGV[1]) then return -1 end
local length
for first = 2, #ARGV, 4000 do
  length = redis.call('LPUSH', KEYS[1], unpack(ARGV, first, math.min(first + 3999, #ARGV)))
end
return length
"""


class RedisQueue:
    """The list named `QUEUE_NAME`, over one connection that is opened again whenever it was lost."""

    def __init__(self, settings: Settings) -> None:
        self._address = RedisAddress.from_settings(settings)
        self._timeout = settings.queue_timeout
        self._key = settings.queue_name.encode()
        self._max_length = settings.max_queue_length
        self._connection: Connection | None = None
        self._opening: asyncio.Task[Connection] | None = None
        self._in_reach = True

    def open(self) -> None:
        self._begin_opening()

    async def push(self, items: Sequence[bytes]) -> int:
        length = await self._execute(b"EVAL", _PUSH, 1, self._key, self._max_length, *items)
        if length < 0:
            raise QueueFull
        return length

    async def length(self) -> int:
        return await self._execute(b"LLEN", self._key)

    async def close(self) -> None:
        if self._opening:
            self._opening.cancel()
        if self._connection:
            self._connection.close()

    async def _execute(self, *command: bytes | int) -> int:
        try:
            connection = self._connection
            if connection is None or not connection.is_open:
                connection = await asyncio.shield(self._begin_opening())
            answer: int = await connection.execute(*command)
        except QueueUnavailable as error:
            self._note(False, str(error))
            raise
        if not self._in_reach:
            self._note(True, f"Redis at {self._address}")
        return answer

    def _begin_opening(self) -> asyncio.Task[Connection]:
        """All who find the connection lost wait for the same new one."""
        if self._opening is None:
            self._opening = asyncio.create_task(Connection.open(self._address, self._timeout))
            self._opening.add_done_callback(self._opened)
        return self._opening

    def _opened(self, opening: asyncio.Task[Connection]) -> None:
        self._opening = None
        if opening.cancelled():
            return
        if error := opening.exception():
            self._note(False, str(error))
        else:
            self._connection = opening.result()

    def _note(self, in_reach: bool, why: str) -> None:
        """Log that the queue was lost or is back, once, however many requests notice."""
        if in_reach != self._in_reach:
            self._in_reach = in_reach
            _logger.log(
                logging.INFO if in_reach else logging.ERROR,
                "queue %s",
                "back" if in_reach else "lost",
                extra={"why": why},
            )
