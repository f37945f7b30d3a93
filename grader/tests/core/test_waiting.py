"""A stack that did not come up: on a machine that others keep busy, that is no verdict yet."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from sentinel_grader.observe.compose import waiting
from sentinel_grader.observe.compose.stack import Up
from sentinel_grader.observe.strain import STRAIN, Pace, Strain

ILL = Up(False, 44.0, "container alerter-1 is unhealthy")


class Machine:
    """A stack whose alerter runs and is unhealthy, on two processors of which others keep so many busy."""

    def __init__(self, others: float, slowdown: float) -> None:
        self._others, self._slowdown, self._now = others, slowdown, 100.0
        self.scope = SimpleNamespace(sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        self._now += seconds

    def networks(self) -> dict[str, str]:
        return {"sentinel-net": "net"}

    @contextlib.contextmanager
    def guest(self, network: str) -> Iterator[Machine]:
        assert network == "net"
        yield self

    def slowdown(self) -> float:
        strain = STRAIN.get()
        assert strain
        strain.look(Pace(self._slowdown, self._now, self._others * self._now, 2))
        return self._slowdown


@pytest.fixture
def strain() -> Iterator[Strain]:
    mark = STRAIN.set(found := Strain(dict))
    yield found
    STRAIN.reset(mark)


@pytest.mark.parametrize(("others", "from_outside"), [(0.1, False), (1.9, True)], ids=["idle", "busy"])
def test_who_is_ill_where_others_are_at_work_is_looked_at_again(
    others: float, from_outside: bool, strain: Strain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where work does not take much longer: two processes of others on two processors leave some turns to all."""
    ill: Any = SimpleNamespace(status="running", health="unhealthy")
    monkeypatch.setattr(waiting, "all_started", lambda _stack: [ill])
    machine: Any = Machine(others, slowdown=1.8)
    assert waiting._given_time(machine, ILL) is ILL
    assert strain.from_outside is from_outside
