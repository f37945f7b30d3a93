"""How long a submission is waited for: by a clock that goes slower while the engine's machine is busy with others.

A service that starts within a second may take twenty where a whole class is graded at once. That is not its fault, and
a limit that is generous there would have everybody wait for what hangs.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from sentinel_grader.observe.strain import BUSY as BUSY
from sentinel_grader.observe.strain import late

#: Seconds between two looks at how busy the machine is: what a submission's own two processors' worth of work comes to
#: on a small one is not (BUSY). How many times longer than agreed is waited at most.
EVERY, MOST = 1.0, 6.0


class Patience:
    """`seconds` for something. `slowdown` says how many times longer work takes now than alone, on the engine's side;
    it is asked in the thread that asks us. That all of it went by means that something was late (strain.py), unless it
    was `to_pass` in any case."""

    def __init__(
        self,
        seconds: float,
        slowdown: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
        *,
        to_pass: bool = False,
    ) -> None:
        self._seconds, self._slowdown, self._clock, self._to_pass = seconds, slowdown, clock, to_pass
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
        if self._spent < self._seconds and now - self._began < MOST * self._seconds:
            return True
        if not self._to_pass:
            late()
        return False
