"""Submissions graded several at a time; and once more, alone, where the machine was too busy with it for a verdict."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Protocol, TypeVar

from sentinel_grader.observe.strain import MACHINE_BUSY
from sentinel_grader.result import CheckResult


class Graded(Protocol):
    """What came of a submission: the result of each check, by its id."""

    @property
    def results(self) -> dict[str, CheckResult]: ...


T = TypeVar("T", bound=Graded)

#: Seconds that a test may wait where all of them are graded: one that is made once more is so after all the others.
LONGEST = 4 * 3600


@contextmanager
def side_by_side(grades: Mapping[str, Callable[[], T]]) -> Iterator[dict[str, Future[T]]]:
    """Begin to grade them all, as many at once as there are processors. Those that came to no verdict for want of a
    quiet machine are graded again one by one as soon as all others are done. Whoever leaves calls off what waits."""
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool, ThreadPoolExecutor(1) as one:
        first = {name: pool.submit(grade) for name, grade in grades.items()}
        yield {name: one.submit(_settled, first, name, grade) for name, grade in grades.items()}
        pool.shutdown(cancel_futures=True)
        one.shutdown(cancel_futures=True)


def _settled(first: Mapping[str, Future[T]], name: str, grade: Callable[[], T]) -> T:
    """What came of it, at the first or the second time."""
    found = first[name].result()
    if not is_undecided(found):
        return found
    wait(first.values())
    return grade()


def is_undecided(found: Graded) -> bool:
    """Whether the machine was too busy for one of its checks."""
    reasons = [result.reason for result in found.results.values() if result.verdict == "not_graded"]
    return any(reason and reason.code == MACHINE_BUSY for reason in reasons)
