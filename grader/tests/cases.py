"""Cases that are graded side by side: each is a test of its own, and the quick ones are in every run."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

import pytest
from _pytest.mark import ParameterSet


class Named(Protocol):
    """A case, by its name."""

    @property
    def name(self) -> str: ...


def each(cases: Iterable[Named], quick: Collection[str]) -> list[ParameterSet]:
    """Parameters for a test of each case; those that are not quick take long."""
    return [pytest.param(case, id=case.name, marks=[] if case.name in quick else [pytest.mark.slow]) for case in cases]


def asked_for(request: pytest.FixtureRequest, parameter: str) -> set[str]:
    """The names of the cases that this run of pytest asks for under this parameter."""
    calls = [item.callspec for item in request.session.items if hasattr(item, "callspec")]
    return {call.params[parameter].name for call in calls if parameter in call.params}


def is_whole(request: pytest.FixtureRequest) -> bool:
    """Whether this run of pytest takes its time: `./sentinel test --all`."""
    return "not slow" not in request.config.getoption("-m")
