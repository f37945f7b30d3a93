"""Sends each request when it is due, whether or not the ones before are answered.

A generator that waits for answers sends less as the server slows down, and so hides that it does. Here the time of a
request counts from the moment it was due.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

from traffic.client import Client, NoAnswer
from traffic.plan import Request
from traffic.tally import Tallies

_MOST_UNDER_WAY = 1_000  # requests; a server that hangs must not fill this machine's memory
_GRACE = 2.0  # seconds for what is under way at the end


class Run:
    """One run.

    Args:
        planned: requests in the order in which they are due.
        say: called once a second with a line about it.
    """

    def __init__(self, client: Client, planned: Iterator[Request], say: Callable[[str], None]) -> None:
        self.tallies = Tallies()
        self.seconds = 0.0
        self._client = client
        self._planned = planned
        self._say = say
        self._stopped = asyncio.Event()
        self._under_way: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """End it soon; may be called more than once."""
        self._stopped.set()

    async def go(self, duration: float | None) -> None:
        """Send until it is stopped, or for `duration` seconds, and wait a moment for the last answers."""
        started = time.monotonic()
        telling = asyncio.create_task(self._tell(started))
        try:
            await self._send(started, duration)
            if self._under_way:
                await asyncio.wait(self._under_way, timeout=_GRACE)
        finally:
            self.seconds = time.monotonic() - started
            for task in (telling, *self._under_way):
                task.cancel()
            await asyncio.gather(telling, *self._under_way, return_exceptions=True)
            self._client.close()

    async def _send(self, started: float, duration: float | None) -> None:
        for request in self._planned:
            if duration is not None and request.due >= duration:
                await self._pause(started + duration)
                return
            if await self._pause(started + request.due):
                return
            self._start(request, started + request.due)

    async def _pause(self, until: float) -> bool:
        """Wait for a moment of the monotonic clock; returns whether it was stopped before."""
        wait = until - time.monotonic()
        if wait > 0:
            try:
                async with asyncio.timeout(wait):
                    await self._stopped.wait()
            except TimeoutError:
                return False
        return self._stopped.is_set()

    def _start(self, request: Request, due: float) -> None:
        if len(self._under_way) >= _MOST_UNDER_WAY:
            for tally in self.tallies.both():
                tally.unsent += 1
            return
        for tally in self.tallies.both():
            tally.sent += 1
        task = asyncio.create_task(self._ask(request, due))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _ask(self, request: Request, due: float) -> None:
        try:
            status = await self._client.get(request.path, request.tenant)
        except NoAnswer as error:
            for tally in self.tallies.both():
                tally.unanswered(str(error))
        else:
            for tally in self.tallies.both():
                tally.answered(request.tenant, status, time.monotonic() - due)

    async def _tell(self, started: float) -> None:
        second = 0
        while True:
            second += 1
            await asyncio.sleep(max(0.0, started + second - time.monotonic()))
            self._say(f"{second:5} s  {self.tallies.next_second().figures()}")
