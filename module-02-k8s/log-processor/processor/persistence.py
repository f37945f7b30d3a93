"""What may be out of reach, tried again until it is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from processor.backoff import Backoff
from processor.reach import Reach

_Found = TypeVar("_Found")


class Unavailable(Exception):
    """Somebody did not do what was asked, now; nothing says that they will not, later.

    Args:
        kind: a word or a status, for metrics.
        retry_after: seconds for which they asked to be left alone.
    """

    def __init__(self, why: str, *, kind: str, retry_after: float = 0) -> None:
        super().__init__(why)
        self.kind = kind
        self.retry_after = retry_after


class GaveUp(Exception):
    """Somebody was out of reach for longer than there was time; the message says who and why."""


class Persistence:
    """Tries again, after pauses.

    Args:
        patience: seconds out of reach after which to give up; None: never.
        on_retry: called with the kind of each failure.
    """

    def __init__(
        self, reach: Reach, backoff: Backoff, on_retry: Callable[[str], None], patience: float | None = None
    ) -> None:
        self.reach = reach
        self._backoff = backoff
        self._on_retry = on_retry
        self._patience = patience

    async def __call__(self, step: Callable[[], Awaitable[_Found]], give_up: asyncio.Event | None = None) -> _Found:
        """What `step` returns when it succeeds at last.

        Args:
            give_up: once it is set, the next failure is the last.

        Raises:
            Unavailable: `give_up` was set.
            GaveUp: patience has run out.
        """
        pauses = self._backoff.pauses()
        while True:
            try:
                found = await step()
            except Unavailable as error:
                self.reach.failed(str(error))
                if give_up and give_up.is_set():
                    raise
                if self._patience is not None and self.reach.lost_for() >= self._patience:
                    raise GaveUp(f"{self.reach.name} out of reach for {self._patience:g} s: {error}") from error
                self._on_retry(error.kind)
                await pause(self._backoff.after(next(pauses), error.retry_after), give_up)
            else:
                self.reach.answered()
                return found


async def pause(seconds: float, until: asyncio.Event | None = None) -> None:
    """Sleep, and wake up early when `until` is set."""
    if until is None:
        await asyncio.sleep(seconds)
        return
    try:
        async with asyncio.timeout(seconds):
            await until.wait()
    except TimeoutError:
        return
