"""How long a submission is waited for: by a clock that goes slower while the engine's machine is busy with others.

A service that starts within a second may take twenty where a whole class is graded at once. That is not its fault, and
a limit that is generous there would have everybody wait for what hangs.
"""

from __future__ import annotations

import time
from collections.abc import Callable

#: From how many times slower on a machine counts as busy: what a submission's own two processors' worth of work comes
#: to on a small one does not. Seconds between two looks at it; how many times longer than agreed is waited at most.
BUSY, EVERY, MOST = 2.5, 1.0, 6.0


class Patience:
    """`seconds` for something. `slowdown` says how many times longer work takes now than alone, on the engine's side;
    it is asked in the thread that asks us."""

    def __init__(
        self, seconds: float, slowdown: Callable[[], float], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds, self._slowdown, self._clock = seconds, slowdown, clock
        self._began = self._seen = clock()
        self._spent, self._factor, self._next_look = 0.0, 1.0, self._began

    @property
    def spent(self) -> float:
        """Seconds by this clock, as of the last look at it."""
        return self._spent

    def lasts(self) -> bool:
        """Whether there is time left."""
        if self._clock() >= self._next_look:
            found = self._slowdown()
            self._factor = found if found >= BUSY else 1.0
            self._next_look = self._clock() + EVERY
        now = self._clock()
        self._spent += (now - self._seen) / self._factor
        self._seen = now
        return self._spent < self._seconds and now - self._began < MOST * self._seconds
