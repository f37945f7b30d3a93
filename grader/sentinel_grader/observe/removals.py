"""What an observation made on the engine and no longer needs: removed while the next ones are at work.

An observation is over once it saw what it wanted; half a second to end a container is nobody's to wait for. With `keep`
all of it stays where it is, for people to look at, until the next grade on the same engine sweeps it away.
"""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import Future, wait
from types import TracebackType
from typing import Self

import docker
from docker.models.containers import Container
from docker.models.networks import Network

from sentinel_grader.observe.aside import Aside

#: Engines before this one may hang for good when two containers leave one network at the same moment:
#: https://github.com/moby/moby/issues/46661.
LEAVE_TOGETHER = (20, 10, 27)


class Removals:
    """As a context manager, it waits at its end until all is gone that it was given. On an engine of a `version` that
    cannot bear more, one container leaves a network at a time."""

    def __init__(self, *, keep: bool = False, version: tuple[int, ...] = LEAVE_TOGETHER) -> None:
        self._keep, self._aside = keep, Aside()
        self._leaving = list[Future[None]]()
        self._one_by_one, self._turns = version < LEAVE_TOGETHER, dict[str, threading.Lock]()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._aside.shutdown(wait=True)

    def container(self, container: Container) -> None:
        """Begin to remove a container with its volumes. One that is gone already is fine."""
        if not self._keep:
            self._leaving.append(self._aside.do(self._remove, container))

    def network(self, network: Network) -> None:
        """Begin to remove a network, once all containers that were given before are gone."""
        if not self._keep:
            self._aside.do(_remove_network, network, list(self._leaving))

    def wait(self) -> None:
        """Return once all containers are gone that were given so far."""
        wait(self._leaving)

    def _remove(self, container: Container) -> None:
        network = str(container.attrs["HostConfig"]["NetworkMode"])
        mine = self._turns.setdefault(network if self._one_by_one else str(container.id), threading.Lock())
        with mine, contextlib.suppress(docker.errors.DockerException):
            container.remove(force=True, v=True)


def _remove_network(network: Network, leaving: list[Future[None]]) -> None:
    wait(leaving)
    with contextlib.suppress(docker.errors.DockerException):
        network.remove()
