"""Threads beside an observation, for what need not be waited for one thing after another."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

from sentinel_grader.observe.log import LANE

Takes = ParamSpec("Takes")
Gives = TypeVar("Gives")
_NUMBERS = itertools.count(1)


class Aside(ThreadPoolExecutor):
    """As a context manager, it waits at its end for all that it was given."""

    def do(self, work: Callable[Takes, Gives], *args: Takes.args, **kwargs: Takes.kwargs) -> Future[Gives]:
        """Begin `work`, counted to the observation that asks for it."""
        context = copy_context()
        context.run(LANE.set, (*LANE.get(), next(_NUMBERS)))
        return self.submit(context.run, partial(work, *args, **kwargs))
