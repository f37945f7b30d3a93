"""What the image's HEALTHCHECK is worth: its word while Redis goes and comes, and where the service itself is dead."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace

from docker.models.containers import Container

from sentinel_grader.observe.alerter_build import Build
from sentinel_grader.observe.aside import Aside
from sentinel_grader.observe.dockerfile import DOCKERFILE
from sentinel_grader.observe.dockerfile_lines import last_line
from sentinel_grader.observe.outages import (
    PROBING,
    TIMED_OUT,
    WATCHING,
    WAYS,
    Outage,
    exit_codes_of,
    health_of,
    outage,
)
from sentinel_grader.observe.outcome import Fault
from sentinel_grader.observe.patience import Patience
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.stand import Stand, redis_on, stand, wait_for_redis

#: What is started in the service's place: the first of these that the image has.
_DEAD = (["sleep", "600"], *([name, "-c", "import time; time.sleep(600)"] for name in ("python3", "python")))


@dataclass(frozen=True)
class Moment:
    """The engine's word for a container's health so many seconds after its start, and what its HEALTHCHECK printed."""

    at: float
    health: str
    probe: str = ""


@dataclass(frozen=True)
class Health:
    """`dead`: moments of a container of the same image in which `command` runs and nothing else, beside a Redis that is
    well, until the engine says that it is healthy or unhealthy. `line`: where the Dockerfile says HEALTHCHECK."""

    outages: list[Outage]
    command: list[str]
    dead: list[Moment] = field(default_factory=list)
    line: int | None = None


@observation("health", owner="m1.starts", inputs=[DOCKERFILE], long=True)
def health(scope: Scope, build: Build) -> Health:
    """Four containers of the image at a time: one for each way of losing its Redis, and one without the service."""
    with stand(scope.session) as place, contextlib.ExitStack() as stack, Aside() as aside:
        places = [replace(place, redis=f"redis-{scope.nonce(4)}") for _ in WAYS]
        starting = [stack.enter_context(redis_on(scope.session, one.network, aside, one.redis)) for one in places]
        redises = [each.result() for each in starting]
        for one in places:  # all of them, before there is anybody who could end one
            wait_for_redis(one.agent, one.redis)
        seen = [aside.do(outage, scope, one, redis, build.image, way)
                for one, redis, way in zip(places, redises, WAYS, strict=True)]  # fmt: skip
        command, dead = _dead(scope, place, build.image)
        line = last_line(scope.files, r"HEALTHCHECK\b")
        return Health([each.result() for each in seen], command, dead, line)


def _dead(scope: Scope, place: Stand, image: str) -> tuple[list[str], list[Moment]]:
    """The command that was started in the service's place, and the moments; none where the image has none of them."""
    for command in _DEAD:
        try:
            with place.container(image, entrypoint=command, healthcheck=dict(PROBING)) as container:
                return command, _moments(scope, place, container)
        except Fault:
            continue
    return [], []


def _moments(scope: Scope, place: Stand, container: Container) -> list[Moment]:
    """Until the engine has its word from a probe that came to an end: what a busy machine did not let come to ask has
    noticed nothing. Of moments that tell the same one after another, the first and the last are kept."""
    moments, patience = list[Moment](), Patience(WATCHING, place.agent.slowdown)
    while patience.lasts():
        container.reload()
        moments.append(Moment(patience.spent, *health_of(container)))
        if len(moments) > 2 and moments[-3].health == moments[-2].health == moments[-1].health:
            del moments[-2]
        if is_founded(moments[-1].health, exit_codes_of(container)) or container.status != "running":
            break
        scope.sleep(0.2)
    return moments


def is_founded(health: str, exit_codes: list[int]) -> bool:
    """Whether an engine's word rests on a probe that came to its end: not if all of them ran out of time."""
    return health != "starting" and (health != "unhealthy" or not set(exit_codes) <= {TIMED_OUT})
