"""Runs in a container of ours that stands for a Redis: passes all on to the one behind it, and at a signal, slowly.

Standard library only. Sent there as text by slow_redis.py. SIGUSR1: from now on every answer is late by so many
seconds; SIGUSR2: no longer. What is under way stays late, as it would on a line that was slow a moment ago.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys

MOST = 65536


class Slow:
    """Passes connections on to `host`:`port`; while it `is_slow`, what comes back is `late` seconds late."""

    def __init__(self, host: str, port: int, late: float) -> None:
        self.host, self.port, self.late = host, port, late
        self.is_slow = False

    def set_slow(self, is_slow: bool) -> None:
        self.is_slow = is_slow

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        with contextlib.suppress(OSError):
            behind, to_behind = await asyncio.open_connection(self.host, self.port)
            asking, answering = self.ask(reader, to_behind), self.answer(behind, writer)
            passing = [asyncio.ensure_future(asking), asyncio.ensure_future(answering)]
            await asyncio.wait(passing, return_when=asyncio.FIRST_COMPLETED)
            for task in passing:
                task.cancel()
            to_behind.close()
        writer.close()

    async def ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(MOST):
            writer.write(data)
            await writer.drain()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """In their order, each as late as is said when it comes."""
        loop = asyncio.get_running_loop()
        due: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        passing = asyncio.ensure_future(self.deliver(due, writer))
        try:
            while data := await reader.read(MOST):
                due.put_nowait((loop.time() + (self.late if self.is_slow else 0), data))
        finally:
            passing.cancel()

    async def deliver(self, due: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
        while True:
            at, data = await due.get()
            await asyncio.sleep(max(0.0, at - asyncio.get_running_loop().time()))
            writer.write(data)


async def main(host: str, port: int, late: float) -> None:
    slow = Slow(host, port, late)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, slow.set_slow, True)
    loop.add_signal_handler(signal.SIGUSR2, slow.set_slow, False)
    async with await asyncio.start_server(slow.serve, "0.0.0.0", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
