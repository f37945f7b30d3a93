"""Containers are removed side by side; where an engine cannot bear that, one of each network at a time."""

from __future__ import annotations

import threading
import time
from typing import Any, ClassVar, cast

import pytest

from sentinel_grader.observe.removals import LEAVE_TOGETHER, Removals


class _Leaving:
    """Stands for a container on a network; counts how many leave that one at a time."""

    now: ClassVar[dict[str, int]] = {}
    most: ClassVar[dict[str, int]] = {}
    _lock = threading.Lock()

    def __init__(self, number: int, network: str) -> None:
        self.id, self.attrs, self._network = str(number), {"HostConfig": {"NetworkMode": network}}, network

    def remove(self, **_options: object) -> None:
        with self._lock:
            self.now[self._network] = self.now.get(self._network, 0) + 1
            self.most[self._network] = max(self.most.get(self._network, 0), self.now[self._network])
        time.sleep(0.05)
        with self._lock:
            self.now[self._network] -= 1


@pytest.mark.parametrize(("version", "at_once"), [((20, 10, 24), False), (LEAVE_TOGETHER, True), ((29, 9), True)])
def test_of_one_network_they_leave_one_by_one_on_engines_that_would_hang(
    version: tuple[int, ...], at_once: bool
) -> None:
    _Leaving.most.clear()
    with Removals(version=version) as removals:
        for number in range(6):
            removals.container(cast(Any, _Leaving(number, "one" if number < 4 else "other")))
    assert (_Leaving.most["one"] > 1) == at_once
    assert sum(_Leaving.now.values()) == 0
