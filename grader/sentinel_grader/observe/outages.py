"""The Redis of a running container taken away, in each of the ways in which services lose what they rest on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import docker
from docker.models.containers import Container
from docker.models.networks import Network

from sentinel_grader.observe.alerter_runs import Batch, alerts_of, wait_until_healthy
from sentinel_grader.observe.outcome import Fault
from sentinel_grader.observe.patience import Patience
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.stand import PORT, Stand
from sentinel_grader.observe.strain import late

#: How the engine is told to carry out an image's HEALTHCHECK, in nanoseconds. What it runs is the image's own, and is
#: what is judged; how often it does, a grade would have to wait for. A start period of 0 would mean the image's own,
#: and while one lasts, engines since 25 probe every 5 s: https://docs.docker.com/reference/dockerfile/#healthcheck.
#: The timeout is longer than a busy machine takes to start a probe: one that did not come to ask has noticed nothing.
PROBING: Mapping[str, Any] = {
    "interval": 1_000_000_000,
    "timeout": 6_000_000_000,
    "retries": 2,
    "start_period": 1_000_000,
}
#: Seconds that a change is waited for: two probes that run into their timeout (14), and what a busy engine takes to
#: start and to end them.
WATCHING = 24.0
#: What a service and its engine say where they tell the truth: the status of GET /health, and the container's health.
Said = tuple[int, str]
WELL: Said = (200, "healthy")
NOT_WELL: Said = (503, "unhealthy")


@dataclass(frozen=True)
class Look:
    """How a container was, so many seconds into a wait: what GET /health said (status 0: nothing), the engine's own
    word for its health ("" where it has none to give), and what the image's HEALTHCHECK printed last."""

    at: float
    status: int
    words: str
    health: str
    probe: str = ""

    @property
    def said(self) -> Said:
        return self.status, self.health


@dataclass(frozen=True)
class Outage:
    """`how` Redis was taken away; looks while all was `well`, while Redis was `away`, and once it was `back`; then the
    work that was given to it. Each series ends when all is as it should be, or when its time is over; what would follow
    on the latter is not done."""

    how: str
    well: list[Look]
    away: list[Look] = field(default_factory=list)
    back: list[Look] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)


@dataclass(frozen=True)
class Way:
    """A way to take a Redis of this name from a network, and to bring it back."""

    how: str
    take: Callable[[Network, Container, str], object]
    bring: Callable[[Network, Container, str], object]


#: How often it is tried to pause a container. On a busy machine the kernel may not come to freeze it in runc's time.
_TRIES = 4


def _pause(redis: Container) -> None:
    for left in reversed(range(_TRIES)):
        try:
            redis.pause()
            return
        except docker.errors.APIError:
            if not left:
                raise
        time.sleep(0.5)


WAYS = (
    # Ours keeps nothing on disk: so it comes back empty.
    Way("stopped", lambda _net, redis, _name: redis.stop(timeout=5), lambda _net, redis, _name: redis.start()),
    Way("paused", lambda _net, redis, _name: _pause(redis), lambda _net, redis, _name: redis.unpause()),
    Way(
        "cut off",
        lambda net, redis, _name: net.disconnect(redis),
        lambda net, redis, name: net.connect(redis, aliases=[name]),
    ),
)


def outage(scope: Scope, place: Stand, redis: Container, image: str, way: Way) -> Outage:
    """Start the image, and take the stand's Redis away for a while."""
    with place.container(image, healthcheck=dict(PROBING)) as container:
        wait_until_healthy(scope, place, container)
        seen = Outage(way.how, _watch(scope, place, container, WELL))
        if _came_to(seen.well, WELL):
            take_away(place, redis, way)
            seen = replace(seen, away=_watch(scope, place, container, NOT_WELL))
        if _came_to(seen.away, NOT_WELL):
            bring_back(place, redis, way)
            seen = replace(seen, back=_watch(scope, place, container, WELL))
        if _came_to(seen.back, WELL):
            seen = replace(seen, batches=[alerts_of(scope, place, container, 0)])
        return seen


def take_away(place: Stand, redis: Container, way: Way) -> None:
    """Take the stand's Redis away. It answered before any container of the submission was started: so if the engine
    cannot, for it no longer runs, that is the submission's doing. Raises Fault then."""
    _tried(way.take, place, redis)


def bring_back(place: Stand, redis: Container, way: Way) -> None:
    """Bring it back. Raises Fault as `take_away` does."""
    _tried(way.bring, place, redis)


def _tried(change: Callable[[Network, Container, str], object], place: Stand, redis: Container) -> None:
    try:
        change(place.network, redis, place.redis)
    except docker.errors.APIError as error:
        redis.reload()
        if redis.status in ("running", "paused"):
            raise
        words = "The Redis beside the container no longer runs, and nobody else shares its network"
        raise Fault("redis_spoilt", words, expected="a service that leaves its queue as usable as it was") from error


def _came_to(looks: list[Look], said: Said) -> bool:
    return bool(looks) and looks[-1].said == said


def _watch(scope: Scope, place: Stand, container: Container, until: Said) -> list[Look]:
    """Looks until the container says this, or WATCHING seconds are over, or it never will. Of looks that tell the same
    one after another, the first and the last are kept."""
    looks, patience = list[Look](), Patience(WATCHING, place.agent.slowdown)
    contradicted = Contradicted()
    while patience.lasts():
        looks.append(_look(place, container, patience.spent))
        if len(looks) > 2 and looks[-3].said == looks[-2].said == looks[-1].said:
            del looks[-2]
        if looks[-1].said in (until, (until[0], "")) or container.status != "running":
            break
        if contradicted.by(_probes_of(container), says=looks[-1].status == until[0]):
            late()  # probes that come to nothing may do so since they got no processor
            break
        scope.sleep(0.2)
    return looks


class Contradicted:
    """Whether a service has said a thing through all the probes that the engine keeps, and they say otherwise: then
    nobody need wait for them any longer."""

    def __init__(self) -> None:
        self._since = set[str]()

    def by(self, probes: set[str], *, says: bool) -> bool:
        self._since = (self._since or probes) if says else set()
        return bool(self._since) and self._since.isdisjoint(probes)


def _look(place: Stand, container: Container, at: float) -> Look:
    answer = place.agent.http("GET", place.address(container), PORT, "/health")
    health, probe = health_of(container)
    words = answer.words if container.status == "running" else f"the container is {container.status}"
    return Look(at, answer.status, words, health, probe)


def health_of(container: Container) -> tuple[str, str]:
    """The engine's word for its health, as of the last time that it was asked how the container is, and the end of what
    the HEALTHCHECK printed last."""
    told = container.attrs["State"].get("Health") or {}
    log = told.get("Log") or [{}]
    return str(told.get("Status") or "").removeprefix("none"), str(log[-1].get("Output") or "").strip()[-300:]


def _probes_of(container: Container) -> set[str]:
    """When each of the probes that the engine keeps a log of began; it keeps five:
    https://docs.docker.com/reference/dockerfile/#healthcheck."""
    return {str(probe["Start"]) for probe in _log_of(container)}


#: What an engine notes for a probe that did not come to its end in time.
TIMED_OUT = -1


def exit_codes_of(container: Container) -> list[int]:
    """How each of them ended."""
    return [int(probe["ExitCode"]) for probe in _log_of(container)]


def _log_of(container: Container) -> list[Mapping[str, Any]]:
    return (container.attrs["State"].get("Health") or {}).get("Log") or []
