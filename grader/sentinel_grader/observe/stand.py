"""What a submission's container is put on: a network of its own without a way out, and a Redis of ours on it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

import docker
from docker.models.containers import Container
from docker.models.networks import Network

from sentinel_grader.environment.docker import version_number
from sentinel_grader.observe.agent import IMAGE, Agent, agent
from sentinel_grader.observe.aside import Aside
from sentinel_grader.observe.outcome import Fault, OursError
from sentinel_grader.observe.session import Session
from sentinel_grader.observe.strain import late

REDIS_IMAGE = "redis:8"
#: The names and ports of the course's contract (module 1).
REDIS, REDIS_PORT, PORT = "redis-queue", 6379, 8001
#: Microseconds of which a container may have so many of each processor. An engine with one takes no `nano_cpus` of two.
PERIOD = 100_000
#: What a learner's container may take of the engine: far more than it needs, far less than would hurt anyone.
LIMITS: Mapping[str, Any] = {"mem_limit": "512m", "pids_limit": 256, "cpu_period": PERIOD, "cpu_quota": 2 * PERIOD}
#: What our Redis may take: a submission may write to it as it likes.
_REDIS_LIMITS: Mapping[str, Any] = {**LIMITS, "mem_limit": "256m"}
_REDIS_COMMAND = (
    *("redis-server", "--save", "", "--appendonly", "no"),
    *("--maxmemory", "128mb", "--maxmemory-policy", "noeviction"),
)
#: Seconds that it gets to answer.
_REDIS_STARTS = 15.0
_LOG = {"type": "json-file", "config": {"max-size": "4m", "max-file": "1"}}


@dataclass(frozen=True)
class Stand:
    """A network with a Redis, by its name and port there, and an agent on it. `opening`: what that Redis wants to be
    told first on every connection (AUTH, SELECT)."""

    session: Session
    network: Network
    agent: Agent
    redis: str = REDIS
    redis_port: int = REDIS_PORT
    opening: tuple[tuple[str, ...], ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        """What a submission is told by its environment."""
        return {"REDIS_HOST": self.redis, "THRESHOLD": "1"}

    @contextlib.contextmanager
    def with_agent(self) -> Iterator[Stand]:
        """The same with an agent of its own, for who must not wait for others' requests."""
        with agent(self.session, self.network) as talking:
            yield replace(self, agent=talking)

    @contextlib.contextmanager
    def container(self, image: str, **settings: Any) -> Iterator[Container]:
        """The submission's container on this network for the block; after it, it is on its way out. Raises Fault if
        the engine cannot start it."""
        options = {**LIMITS, "environment": self.environment, **settings}
        log = docker.types.LogConfig(**_LOG)
        container = created(self.session, image, "alerter", network=self.network.name, log_config=log, **options)
        try:
            self.start(container)
            yield container
        finally:
            self.session.removals.container(container)

    def start(self, container: Container) -> None:
        """Start the submission's container, for the first time or again. Raises Fault if the engine cannot: where it
        can start one of ours in the same place."""
        try:
            container.start()
        except docker.errors.APIError as error:
            self._require_starting()
            words = str(error.explanation or error)
            raise Fault("cannot_start", f"The engine cannot start the image's command: {words[:600]}") from error

    def _require_starting(self) -> None:
        """Raise DockerException if the engine starts no container of our own on this network either."""
        control = _create(self.session, IMAGE, "control", "true", network=self.network.name)
        try:
            control.start()
        finally:
            self.session.removals.container(control)

    def push(self, queue: str, *entries: str) -> None:
        """Put entries on a queue. Raises Fault as `ask_redis` does."""
        self.ask_redis(*(("LPUSH", queue, entry) for entry in entries))

    def ask_redis(self, *commands: Sequence[str]) -> list[Any]:
        """What Redis replies. It answered before the submission's container was started, and only that one shares its
        network: so if it no longer does, that is the submission's doing. Raises Fault then."""
        try:
            replies = self.agent.redis(self.redis, *self.opening, *commands, port=self.redis_port)
        except OursError as error:
            if error.outcome.code != "redis_gone":
                raise
            replies = [{"error": str(error)}]
        if refused := [reply["error"] for reply in replies if isinstance(reply, dict)]:
            late()  # it may have been slow to answer
            words = f"The Redis beside the container no longer takes entries: {refused[0]}"
            raise Fault("redis_spoilt", words, expected="a service that leaves its queue as usable as it was")
        return replies[len(self.opening) :]

    def wait_for_redis(self) -> None:
        """Return once its Redis answers. Raises OursError if it does not."""
        wait_for_redis(self.agent, self.redis, self.redis_port, self.opening)

    def address(self, container: Container) -> str:
        """The container's address on this network, as the engine says, which is asked how the container is: no name
        that the submission could take."""
        container.reload()
        found = container.attrs["NetworkSettings"]["Networks"].get(self.network.name, {}).get("IPAddress", "")
        return str(found)


def created(session: Session, image: str, what: str, *command: str, **settings: Any) -> Container:
    """A container of a learner's image, not started. Raises Fault if the engine takes what the image sets for
    impossible."""
    try:
        return _create(session, image, what, *command, **settings)
    except docker.errors.ImageNotFound:
        raise
    except docker.errors.APIError as error:
        _require_engine(session)
        words = str(error.explanation or error)
        raise Fault("cannot_start", f"The engine cannot make a container of the image: {words[:600]}") from error


def _create(session: Session, image: str, what: str, *command: str, **settings: Any) -> Container:
    return session.engine.containers.create(
        image, list(command) or None, name=session.name(what), labels=session.labels, **settings
    )


def _require_engine(session: Session) -> None:
    """Raise DockerException if the engine makes no container of our own image either: engines do not tell by their
    status codes whose mistake it is."""
    _create(session, IMAGE, "control", "true", network_mode="none").remove(force=True, v=True)


def network_options(session: Session) -> dict[str, str]:
    """Internal networks lead nowhere but to the engine's own machine, which has an address on them. Since Engine 28 it
    need not: https://docs.docker.com/engine/network/drivers/bridge/#gateway-modes."""
    if version_number(session.surroundings.get("engine", "")) < (28,):
        return {}
    return {f"com.docker.network.bridge.gateway_mode_{family}": "isolated" for family in ("ipv4", "ipv6")}


@contextlib.contextmanager
def redis_on(
    session: Session, network: Network, aside: Aside, alias: str = REDIS, options: Sequence[str] = ()
) -> Iterator[Future[Container]]:
    """A Redis on `network`, by the name `alias` and with these further `options`, for the block, while it starts."""
    starting = aside.do(
        session.engine.containers.run,
        REDIS_IMAGE,
        [*_REDIS_COMMAND, *options],
        name=session.name("redis"),
        labels=session.labels,
        network=network.name,
        networking_config={network.name: session.engine.api.create_endpoint_config(aliases=[alias])},
        detach=True,
        **_REDIS_LIMITS,
    )
    try:
        yield starting
    finally:
        with contextlib.suppress(docker.errors.DockerException):
            session.removals.container(starting.result())


def wait_for_redis(
    talking: Agent, alias: str = REDIS, port: int = REDIS_PORT, opening: tuple[tuple[str, ...], ...] = ()
) -> None:
    """Return once the Redis of this name answers. Raises OursError if it does not."""
    until = time.monotonic() + _REDIS_STARTS
    while True:
        try:
            replies = talking.redis(alias, *opening, ("PING",), port=port, timeout=2)
            if replies[-1:] == ["PONG"]:
                return
            if time.monotonic() > until:
                raise OursError("redis_not_ready", str(replies))
        except OursError as error:
            if error.outcome.code != "redis_gone" or time.monotonic() > until:
                raise
        time.sleep(0.05)


@contextlib.contextmanager
def stand(session: Session) -> Iterator[Stand]:
    """A stand for the block. Raises OursError where the engine cannot give one."""
    try:
        network = session.engine.networks.create(
            session.name("net"), internal=True, labels=session.labels, options=network_options(session)
        )
    except docker.errors.DockerException as error:
        raise OursError("no_network", str(error)) from error
    try:
        with Aside() as aside, redis_on(session, network, aside) as starting, agent(session, network) as talking:
            starting.result()
            wait_for_redis(talking)
            yield Stand(session, network, talking)
    except docker.errors.DockerException as error:
        raise OursError("engine_error", str(error)) from error
    finally:
        session.removals.network(network)
