"""A stack that is up, and an agent on each of its networks, who finds containers by the names of their services."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from docker.models.containers import Container
from docker.models.networks import Network

from sentinel_grader.observe.agent import Agent, Answer
from sentinel_grader.observe.compose.stack import Stack
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.patience import Patience
from sentinel_grader.observe.repair.seen import Said
from sentinel_grader.observe.scope import Scope

#: Where every service of the bookshop listens in its container (exercises/repair/common/web.py).
PORT = 8080
#: Seconds that a service gets to answer for the first time, and that one answer may take: who looks for a name that
#: nobody has is kept waiting by some engines, which ask others for it.
STARTING, ANSWERING = 20.0, 25.0
#: Asked for to see whether anybody listens: every service says at once that there is no such thing.
ANYTHING = "/"


@dataclass(frozen=True)
class Visit:
    """The stack, its networks by their names in the file, and who asks on each of them."""

    scope: Scope
    stack: Stack
    networks: dict[str, Network]
    agents: dict[str, Agent]

    @property
    def agent(self) -> Agent | None:
        """Any of them: for how busy the engine's machine is."""
        return next(iter(self.agents.values()), None)

    def patience(self, seconds: float) -> Patience:
        """So many seconds, or more on a busy machine."""
        return Patience(seconds, self.agent.slowdown if self.agent else lambda: 1.0)

    def container(self, service: str) -> Container | None:
        """The first container of a service, as it is now."""
        return next(iter(self.stack.containers(service)), None)

    def addresses(self, container: Container) -> dict[str, str]:
        """Its addresses, by the networks on which it has any."""
        found = {name: self.stack.address(container, network) for name, network in self.networks.items()}
        return {name: address for name, address in found.items() if address}

    def ask(self, service: str, path: str, *, body: bytes = b"", port: int = PORT) -> Answer | None:
        """One request to a service, a POST where there is a body; None where it is on no network."""
        container = self.container(service)
        for name, address in (self.addresses(container) if container else {}).items():
            method = "POST" if body else "GET"
            return self.agents[name].http(
                method, address, port, path, body=body, json_body=bool(body), timeout=ANSWERING
            )
        return None

    def wait_for(self, *services: str) -> None:
        """Return once each of them has answered anything, or has ended, if only once, or the time of all is over."""
        patience, silent = self.patience(STARTING), list(services)
        while silent and patience.lasts():
            silent = [service for service in silent if self._is_silent(service)]
            self.scope.sleep(0.05)

    def _is_silent(self, service: str) -> bool:
        container = self.container(service)
        if not container or container.status != "running" or container.attrs.get("RestartCount"):
            return False
        return not said(self.ask(service, ANYTHING)).status

    def redis(self, service: str, *commands: tuple[str, ...]) -> list[object]:
        """What the Redis of a service replies; nothing where none answers."""
        container = self.container(service)
        for name, address in (self.addresses(container) if container else {}).items():
            try:
                return self.agents[name].redis(address, *commands)
            except OursError as error:
                if error.outcome.code != "redis_gone":
                    raise
        return []


def said(answer: Answer | None) -> Said:
    """An answer, as it is recorded."""
    return Said(answer.status, answer.words) if answer else Said(0, "it is on no network")


@contextlib.contextmanager
def visit(scope: Scope, stack: Stack) -> Iterator[Visit]:
    """A visit to a stack that is up, for the block."""
    networks = stack.networks()
    with contextlib.ExitStack() as guests:
        agents = {name: guests.enter_context(stack.guest(network)) for name, network in networks.items()}
        yield Visit(scope, stack, networks, agents)
