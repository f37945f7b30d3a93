"""A Redis whose answers come late: a container of ours in front of one that is well.

The engine can stop a container, pause it and cut it off. It cannot make one slow, least of all on another machine: so
what is slow is a program of ours between the two, which the engine's signals turn slow and quick again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import docker
from docker.models.containers import Container
from docker.models.networks import Network

from sentinel_grader.observe.agent import IMAGE
from sentinel_grader.observe.aside import Aside
from sentinel_grader.observe.session import Session
from sentinel_grader.observe.stand import LIMITS, REDIS_PORT

_CODE = Path(__file__).with_name("slow_inside.py").read_text(encoding="utf-8")
#: Seconds that an answer is late: longer than the service is told to wait for one (REDIS_TIMEOUT), so that each comes
#: when nobody waits for it any more.
LATE = 4.0
SLOW, QUICK = "SIGUSR1", "SIGUSR2"


@contextlib.contextmanager
def slow_redis_on(
    session: Session, network: Network, aside: Aside, alias: str, behind: str
) -> Iterator[Future[Container]]:
    """One by the name `alias` for the block, while it starts, before the Redis with the name `behind`. It is quick
    until it gets the signal SLOW."""
    starting = aside.do(
        session.engine.containers.run,
        IMAGE,
        ["python", "-u", "-c", _CODE, behind, str(REDIS_PORT), str(LATE)],
        name=session.name("slow-redis"),
        labels=session.labels,
        network=network.name,
        networking_config={network.name: session.engine.api.create_endpoint_config(aliases=[alias])},
        detach=True,
        user="65534:65534",
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges"],
        **{**LIMITS, "mem_limit": "128m"},
    )
    try:
        yield starting
    finally:
        with contextlib.suppress(docker.errors.DockerException):
            session.removals.container(starting.result())
