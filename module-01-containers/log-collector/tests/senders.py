"""Clients that keep sending, whatever happens, and keep account of what they were promised."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count

from collector_in_process import ENTRY

_SINGLES = 12  # clients that send one log at a time
_BATCHERS = 4
_BATCH = 25


class Senders:
    """All clients of one test. Every log has a number of its own in its message."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._numbers = count()
        self.accepted: set[str] = set()  # messages that were answered by 202
        self.answers: Counter[str] = Counter()  # by status; "none" where the connection broke
        self._progress = asyncio.Condition()
        self._stopping = False

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Send until the end of the block; then wait for the answers to what is under way."""
        sizes = [1] * _SINGLES + [_BATCH] * _BATCHERS
        tasks = [asyncio.create_task(self._send(size)) for size in sizes]
        try:
            yield
        finally:
            self._stopping = True
            await asyncio.wait_for(asyncio.gather(*tasks), 30)

    async def until_accepted(self, more: int) -> None:
        """Wait until so many more logs were accepted."""
        await self._until(lambda: len(self.accepted), more)

    async def until_failed(self, more: int) -> None:
        """Wait until so many more requests were not accepted."""
        await self._until(lambda: self.answers.total() - self.answers["202"], more)

    async def _until(self, measure: Callable[[], int], more: int) -> None:
        goal = measure() + more
        async with asyncio.timeout(30), self._progress:
            await self._progress.wait_for(lambda: measure() >= goal)

    async def _send(self, size: int) -> None:
        """One client: one connection for as long as it lasts, then another."""
        while not self._stopping:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
                try:
                    while not self._stopping:
                        await self._exchange(reader, writer, size)
                finally:
                    writer.close()
            except (OSError, asyncio.IncompleteReadError):
                await self._note("none", [])
                await asyncio.sleep(0.02)  # a client that fails backs off, or it would only measure failures

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, size: int) -> None:
        messages = [f"log {next(self._numbers)}" for _ in range(size)]
        entries = [{**ENTRY, "message": message} for message in messages]
        body = json.dumps(entries if size > 1 else entries[0])
        path = "/logs/batch" if size > 1 else "/logs"
        head = (
            f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write((head + body).encode())
        answered = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        await reader.readexactly(int(answered.partition("content-length: ")[2].partition("\r\n")[0]))
        status = answered.split()[1]
        await self._note(status, messages if status == "202" else [])
        if status == "503":
            assert "retry-after: " in answered
            await asyncio.sleep(0.02)

    async def _note(self, status: str, accepted: list[str]) -> None:
        self.answers[status] += 1
        self.accepted.update(accepted)
        async with self._progress:
            self._progress.notify_all()
