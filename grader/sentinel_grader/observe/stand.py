"""What a submission's container is put on: a network of its own without a way out, and a Redis of ours on it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import docker
from docker.models.containers import Container
from docker.models.networks import Network

from sentinel_grader.observe.agent import Agent, agent
from sentinel_grader.observe.outcome import Fault, OursError
from sentinel_grader.observe.session import Session

REDIS_IMAGE = "redis:8"
#: The names and ports of the course's contract (module 1).
REDIS, REDIS_PORT, PORT = "redis-queue", 6379, 8001
#: What a learner's container may take of the engine: far more than it needs, far less than would hurt anyone.
LIMITS: Mapping[str, Any] = {"mem_limit": "512m", "pids_limit": 256, "nano_cpus": 2_000_000_000}
_LOG = {"type": "json-file", "config": {"max-size": "4m", "max-file": "1"}}


@dataclass(frozen=True)
class Stand:
    """A network with a Redis and an agent on it."""

    session: Session
    network: Network
    redis: Container
    agent: Agent

    @contextlib.contextmanager
    def container(self, image: str, **settings: Any) -> Iterator[Container]:
        """The submission's container on this network for the block. Raises Fault if the engine cannot start it."""
        options = {**LIMITS, "environment": {"REDIS_HOST": REDIS, "THRESHOLD": "1"}, **settings}
        log = docker.types.LogConfig(**_LOG)
        container = self.session.engine.containers.create(
            image,
            name=self.session.name("alerter"),
            labels=self.session.labels,
            network=self.network.name,
            log_config=log,
            **options,
        )
        try:
            yield _started(container)
        finally:
            with contextlib.suppress(docker.errors.DockerException):
                container.remove(force=True, v=True)

    def address(self, container: Container) -> str:
        """The container's address on this network, as the engine says: no name that the submission could take."""
        container.reload()
        found = container.attrs["NetworkSettings"]["Networks"].get(self.network.name, {}).get("IPAddress", "")
        return str(found)


def _started(container: Container) -> Container:
    try:
        container.start()
    except docker.errors.APIError as error:
        words = str(error.explanation or error)
        raise Fault("cannot_start", f"The engine cannot start the image's command: {words[:600]}") from error
    return container


@contextlib.contextmanager
def stand(session: Session) -> Iterator[Stand]:
    """A stand for the block. Raises OursError where the engine cannot give one."""
    try:
        network = session.engine.networks.create(session.name("net"), internal=True, labels=session.labels)
    except docker.errors.DockerException as error:
        raise OursError("no_network", str(error)) from error
    try:
        redis = session.engine.containers.run(
            REDIS_IMAGE,
            ["redis-server", "--save", "", "--appendonly", "yes"],
            name=session.name("redis"),
            labels=session.labels,
            network=network.name,
            detach=True,
        )
        network.disconnect(redis)
        network.connect(redis, aliases=[REDIS])
        try:
            with agent(session, network) as talking:
                yield Stand(session, network, redis, talking)
        finally:
            with contextlib.suppress(docker.errors.DockerException):
                redis.remove(force=True, v=True)
    except docker.errors.DockerException as error:
        raise OursError("engine_error", str(error)) from error
    finally:
        with contextlib.suppress(docker.errors.DockerException):
            network.remove()
