"""The learner's own code while its Redis fails in every way in which such things fail, and once it is back."""

from __future__ import annotations

import contextlib
import json
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from docker.models.containers import Container

from sentinel_grader.observe.alerter_runs import (
    ALERTING,
    QUEUE,
    Batch,
    alerts_of,
    ended,
    entry_of,
    named_in,
    wait_until_healthy,
)
from sentinel_grader.observe.answers import DEGRADED, WELL, Asked, Reply, asked, silent
from sentinel_grader.observe.aside import Aside
from sentinel_grader.observe.outages import WAYS, Way, bring_back, take_away
from sentinel_grader.observe.own_build import OwnBuild, with_own_code
from sentinel_grader.observe.patience import Patience
from sentinel_grader.observe.processes import Watched, calibrate, watcher
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.slow_redis import QUICK, SLOW, slow_redis_on
from sentinel_grader.observe.stand import PORT, REDIS, Stand, redis_on, stand

#: Seconds that the work on an entry is made to take, so that one is in hand when Redis goes away.
DELAY = 0.3
#: Redis answers, only later than anybody waits for it.
SLOWLY = Way("slow", lambda _net, redis, _name: redis.kill(SLOW), lambda _net, redis, _name: redis.kill(QUICK))
#: Of a Redis that comes back empty: what was in hand may have been done just before, and be gone with all else.
EMPTY = "stopped"
DISTURBANCES = (*WAYS, SLOWLY)


@dataclass(frozen=True)
class Disturbance:
    """Redis was taken away in one way. `before` and `after`: its processes. `away` and `back`: what it said until all
    was as it should be, or the time was over; `silent`: answers of GET /health/live other than 200 while Redis stayed
    away. `held`: how many alerts name the entry that it had in hand, where there was one. `ended`: how the container
    ended, if it did. What would follow on what did not come about is not done."""

    how: str
    before: Watched
    away: list[Asked] = field(default_factory=list)
    silent: list[Reply] = field(default_factory=list)
    back: list[Asked] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    held: int | None = None
    after: Watched | None = None
    ended: str = ""


@dataclass(frozen=True)
class Degrading:
    """All the ways."""

    each: list[Disturbance]


@observation("degrading", owner="m1.starts", long=True)
def degrading(scope: Scope, own_build: OwnBuild) -> Degrading:
    """A container of the image for each way of losing its Redis, all at a time."""
    with with_own_code(), stand(scope.session) as place, contextlib.ExitStack() as stack, Aside() as aside:
        places = [replace(place, redis=f"redis-{scope.nonce(4)}") for _ in DISTURBANCES]
        starting = [
            stack.enter_context(_redis_of(scope, one, aside, way))
            for one, way in zip(places, DISTURBANCES, strict=True)
        ]
        redises = [each.result() for each in starting]
        for one in places:  # all of them, before there is anybody who could end one
            one.wait_for_redis()
        seen = [aside.do(_disturbed, scope, one, redis, own_build.image, way)
                for one, redis, way in zip(places, redises, DISTURBANCES, strict=True)]  # fmt: skip
        return Degrading([each.result() for each in seen])


def _redis_of(
    scope: Scope, place: Stand, aside: Aside, way: Way
) -> contextlib.AbstractContextManager[Future[Container]]:
    if way is SLOWLY:
        return slow_redis_on(scope.session, place.network, aside, place.redis, behind=REDIS)
    return redis_on(scope.session, place.network, aside, place.redis)


def _disturbed(scope: Scope, place: Stand, redis: Container, image: str, way: Way) -> Disturbance:
    """Start the image, and take its Redis away for a while. Each has an agent of its own: one that waits for a service
    that hangs asks nobody else."""
    slowly = {**place.environment, "WORK_DELAY_MS": f"{DELAY * 1000:.0f}"}
    with place.with_agent() as place, place.container(image, environment=slowly, healthcheck=_NONE) as container:
        wait_until_healthy(scope, place, container)
        seen = Disturbance(way.how, _processes(scope, container))
        held = _held(scope, place) if way.how != EMPTY else None
        take_away(place, redis, way)
        seen = replace(seen, away=asked(scope, place, container, DEGRADED))
        if _came_to(seen.away, DEGRADED):
            seen = replace(seen, silent=silent(scope, place, container))
            bring_back(place, redis, way)
            seen = replace(seen, back=asked(scope, place, container, WELL))
        if _came_to(seen.back, WELL):
            batch = alerts_of(scope, place, container, 0)
            times = _times(scope, place, container, held) if held else None
            seen = replace(seen, batches=[batch], held=times, after=_processes(scope, container))
        container.reload()
        return seen if container.status == "running" else replace(seen, ended=ended(container))


#: No HEALTHCHECK is carried out: it would be one more process each time.
_NONE = {"test": ["NONE"]}


def _processes(scope: Scope, container: Container) -> Watched:
    """A look at its processes. Raises OursError where this engine lets nobody look."""
    with watcher(scope, container) as watching:
        watching.wait_for_looks(1)
        seen = watching.saw()
    if not seen.looks:
        calibrate(scope)
    return seen


def _held(scope: Scope, place: Stand) -> dict[str, str]:
    """An entry that it has in hand, or has just done."""
    entry = entry_of(f"shop-{scope.nonce(4)}", "ERROR")
    place.push(QUEUE, json.dumps(entry))
    patience = Patience(ALERTING, place.agent.slowdown)
    while place.ask_redis(("LLEN", QUEUE)) != [0] and patience.lasts():
        scope.sleep(0.03)
    return entry


def _times(scope: Scope, place: Stand, container: Container, held: dict[str, str]) -> int:
    """How many alerts name the entry, as soon as any does."""
    patience, address, times = Patience(ALERTING, place.agent.slowdown), place.address(container), 0
    while not times and patience.lasts():
        page = place.agent.http("GET", address, PORT, "/alerts?limit=1000").json
        times = named_in(page, held["service_name"]).get(held["id"], 0)
        scope.sleep(0.1)
    return times


def _came_to(asked: list[Asked], statuses: tuple[int, int, int]) -> bool:
    return bool(asked) and asked[-1].statuses == statuses
