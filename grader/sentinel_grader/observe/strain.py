"""Whether what came late came late since the machine had others' work to do.

Then nobody can tell whose doing it was: it is observed once more, alone (turns.py), and after that not graded, if the
machine is as busy without it (control.py). A submission that burns the processor itself gets no such word. The agent
says how much all processors worked, the engine how much of that its own containers did, in numbers that go up all the
time: so nobody can look busy just while somebody looks.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import docker

from sentinel_grader.observe.leftovers import LABEL
from sentinel_grader.observe.session import Session

#: The code of what was late twice, the machine being busy each time.
MACHINE_BUSY = "machine_busy"
#: From how many times slower on a machine counts as busy; or from which part of all processors, taken by others.
BUSY, HALF = 2.5, 0.5
#: Seconds that are looked back on at least.
_LEAST = 0.5
#: Containers that the engine is asked for at once.
_AT_ONCE = 16


@dataclass(frozen=True)
class Pace:
    """The engine's machine as an agent sees it: how many times longer work takes than alone; and `at` a time by its own
    clock, the seconds that all `processors` have worked since it was started."""

    slowdown: float
    at: float = 0.0
    worked: float = 0.0
    processors: int = 1


#: Seconds of the processor that containers took, by their ids, and their age in seconds.
Used = Mapping[str, tuple[float, float]]


class Strain:
    """What an observation at work learns of the machine. `used` asks the engine for what the grade's containers took
    so far."""

    def __init__(self, used: Callable[[], Used]) -> None:
        self._ask, self._used = used, dict[str, tuple[float, float]]()
        self._first: Pace | None = None
        self._last: Pace | None = None
        self._slowdowns = list[float]()
        self.from_outside = False
        self.is_unsure = False

    def look(self, pace: Pace) -> None:
        """Take note of how the machine is."""
        self._first, self._last = self._first or pace, pace
        self._slowdowns.append(pace.slowdown)

    def count(self) -> None:
        """Ask the engine how much the containers took. Those that are gone since keep what they had."""
        self._used |= self._ask()

    def late(self) -> None:
        """Something was late, or did not come at all. Was that others' doing?"""
        if not (self._first and self._last) or (seconds := self._last.at - self._first.at) < _LEAST:
            return
        self.count()
        own = sum(took / max(age, _LEAST) for took, age in self._used.values())
        others = (self._last.worked - self._first.worked) / seconds - own
        # The mean: what was slow for a moment, while this grade built something, kept nobody from being in time.
        is_busy = others >= HALF * self._last.processors or fmean(self._slowdowns) >= BUSY
        self.from_outside |= is_busy and others > own


#: The strain that the observation at work is under. A thread that is started aside needs a copy of the context.
STRAIN: ContextVar[Strain | None] = ContextVar("strain", default=None)


def late() -> None:
    """Say that something was late, to whatever is at work here."""
    if strain := STRAIN.get():
        strain.late()


def unsure() -> None:
    """Say that what was seen may come of what this grade does beside it: it is looked at once more, alone, and then
    believed."""
    if strain := STRAIN.get():
        strain.is_unsure = True


def used_in(session: Session) -> Used:
    """What the engine says that the running containers of this grade took so far. Engine 20.10 takes a second to answer
    for each, however many are asked for at once."""

    def taken(container: dict[str, Any]) -> Used:
        with contextlib.suppress(docker.errors.DockerException, OSError):  # it is gone by now
            told: dict[str, Any] = session.engine.api.stats(container["Id"], stream=False, one_shot=True)
            took = float(told["cpu_stats"]["cpu_usage"]["total_usage"]) / 1e9
            return {str(container["Id"]): (took, time.time() - float(container["Created"]))}
        return {}

    with contextlib.suppress(docker.errors.DockerException, OSError), ThreadPoolExecutor(_AT_ONCE) as pool:
        running = session.engine.api.containers(filters={"label": f"{LABEL}={session.run}"})
        return {id_: used for one in pool.map(taken, running) for id_, used in one.items()}
    return {}
