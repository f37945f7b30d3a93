"""A grade in a thread of its own: it tells when it is over, and can be called off."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

from sentinel_grader.environment.docker import Engine
from sentinel_grader.environment.problem import Problem
from sentinel_grader.grading import Grade, grade
from sentinel_grader.judging import Judged
from sentinel_grader.observe.calling_off import CallingOff
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.schedule import Event
from sentinel_grader.observe.store import Store
from sentinel_grader.watching.events import Ended, Happenings, JudgedAll

#: Which checks to judge besides, from what each observation may see.
Beside = Callable[[Mapping[str, str]], Iterable[str]]


class Shown(Protocol):
    """What shows a grade while it runs."""

    def event(self, event: Event) -> None: ...

    def judged(self, judged: Judged) -> None: ...


class UnderWay(Protocol):
    """A grade that was begun."""

    def call_off(self, observations: Collection[str]) -> None:
        """Let these be, and what builds on them; the others go on to their end."""

    def stop(self) -> None:
        """Let all of it be, and wait until nothing of it is left."""


class Begin(Protocol):
    """Begins a grade of these checks. It shows itself on `shown`, and its end is a happening."""

    def __call__(self, ids: Collection[str], beside: Beside, shown: Shown) -> UnderWay: ...


class _Grade:
    def __init__(self, thread: threading.Thread, calling_off: CallingOff) -> None:
        self._thread, self._calling_off = thread, calling_off

    def call_off(self, observations: Collection[str]) -> None:
        self._calling_off.these(observations)

    def stop(self) -> None:
        self._calling_off.everything()
        self._thread.join()


def grades_of(submission: Path, engine: Engine, happenings: Happenings, store: Store | None = None) -> Begin:
    """How grades of this submission are begun."""

    def begin(ids: Collection[str], beside: Beside, shown: Shown) -> UnderWay:
        calling_off = CallingOff()

        def work() -> None:
            grading = partial(
                grade,
                list(ids),
                submission,
                engine,
                store=store,
                listener=shown.event,
                decided=shown.judged,
                calling_off=calling_off,
                beside=beside,
                judged_all=lambda graded: happenings.put(JudgedAll(graded)),
            )
            happenings.put(Ended(_trouble_of(grading)))

        thread = threading.Thread(target=work, name="grade")
        thread.start()
        return _Grade(thread, calling_off)

    return begin


def _trouble_of(grading: Callable[[], Grade]) -> str:
    """Grade, and say what went wrong, if anything. Nothing that does may end the watch without a word."""
    try:
        grading()
    except (OursError, Problem) as ours:
        return str(ours)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""
