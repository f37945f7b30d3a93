"""One timer that bounds how long each of many things takes."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any


class Deadline:
    """A `with` block that is cut off by TimeoutError when it takes longer than `seconds`.

    `asyncio.timeout` does the same with a timer for each block; here that is a third of all that is done for a log.
    All blocks have the same time, so the first to begin is the first to be late, and one timer for it is enough.
    A task may be in one block at a time.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._began: dict[asyncio.Task[Any], float] = {}  # in the order in which they began
        self._late: set[asyncio.Task[Any]] = set()
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> None:
        loop = asyncio.get_running_loop()
        self._began[_this_task()] = loop.time()
        if self._timer is None:
            self._timer = loop.call_later(self.seconds, self._cut_off)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        task = _this_task()
        self._began.pop(task, None)
        if task in self._late:
            self._late.discard(task)
            if task.uncancel() == 0 and kind is asyncio.CancelledError:  # nobody else wants it to end
                raise TimeoutError from error

    def _cut_off(self) -> None:
        """Cancel all that are late, and set the timer for the next."""
        loop = asyncio.get_running_loop()
        self._timer = None
        for task, began in list(self._began.items()):
            left = began + self.seconds - loop.time()
            if left > 0:
                self._timer = loop.call_later(left, self._cut_off)
                return
            del self._began[task]
            self._late.add(task)
            task.cancel()


def _this_task() -> asyncio.Task[Any]:
    task = asyncio.current_task()
    assert task is not None, "a deadline is for code that runs in a task"
    return task
