"""The learner's own code, killed while it has an entry in hand: nobody is told to finish, and nobody can."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import docker
from docker.models.containers import Container

from sentinel_grader.observe.alerter_runs import (
    ALERTING,
    QUEUE,
    entry_of,
    named_in,
    require_running,
    wait_until_healthy,
)
from sentinel_grader.observe.aside import Aside
from sentinel_grader.observe.dockerfile import DOCKERFILE
from sentinel_grader.observe.orderly import Orderly, orderly_work
from sentinel_grader.observe.own_build import OwnBuild, with_own_code
from sentinel_grader.observe.patience import Patience
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.stand import PORT, Stand, redis_on, stand
from sentinel_grader.observe.stopping import Stopping, stopping
from sentinel_grader.observe.strain import late, unsure

#: Seconds that the work on an entry is made to take: of one that is started again, and has to do all of it in the end;
#: of one that is replaced by another, which is not slowed down. After how many more it is killed.
DELAY, LONG_DELAY, IN_HAND = 1.0, 4.0, 0.25
#: Seconds in which what the dead had in hand must be taken up again: by a clock that goes slower on a busy machine.
TAKING_UP = 15.0
#: How many errors the first one gets.
ENTRIES = 4


@dataclass(frozen=True)
class Done:
    """How many of the errors that were queued so many seconds before had become alerts."""

    seconds: float
    errors: int


@dataclass(frozen=True)
class Deaths:
    """Workers that were killed in the middle of work, and what became of it. `queued` are the errors, by their ids;
    `alerts` those that alerts name in the end, with how often, so many seconds after the last start. `early`: what was
    done before anybody was killed; work was made to take `delay`. `taken`: they had taken entries at all. `after`: so
    many seconds after those were queued all were dead, where that tells that none was done."""

    how: str
    kills: int
    delay: float
    queued: list[str]
    alerts: dict[str, int]
    seconds: float
    taken: bool = True
    early: Done | None = None
    after: float = 0.0


@dataclass(frozen=True)
class WorkerDeaths:
    """All that died, and what the last one does once all of that is over."""

    each: list[Deaths]
    orderly: Orderly


@observation("worker_deaths", owner="m1.starts", long=True)
def worker_deaths(scope: Scope, own_build: OwnBuild) -> WorkerDeaths:
    """Kill a container twice that is started again each time; and two at once, after which another is started."""
    with with_own_code(), stand(scope.session) as place, contextlib.ExitStack() as stack, Aside() as aside:
        places = [replace(place, redis=f"redis-{scope.nonce(4)}") for _ in range(2)]
        for one in places:
            stack.enter_context(redis_on(scope.session, one.network, aside, one.redis))
        for one in places:  # both, before there is anybody who could end one
            one.wait_for_redis()
        again = aside.do(_started_again, scope, places[0], own_build.image)
        replaced, orderly = _replaced(scope, places[1], own_build.image)
        return WorkerDeaths([again.result(), replaced], orderly)


@observation("own_stopping", owner="m1.starts", inputs=[DOCKERFILE])
def own_stopping(scope: Scope, own_build: OwnBuild) -> Stopping:
    """The learner's own code, told to stop while it has a request and an entry in hand."""
    with with_own_code():
        return stopping(scope, own_build)


def _started_again(scope: Scope, place: Stand, image: str) -> Deaths:
    service = f"shop-{scope.nonce(4)}"
    entries = [entry_of(service, "ERROR") for _ in range(ENTRIES)]
    with place.with_agent() as place, _slow(place, image, DELAY) as container:
        wait_until_healthy(scope, place, container)
        began = time.monotonic()
        place.push(QUEUE, *map(json.dumps, entries))
        early = len(_named(place, container, service))  # the answer takes as long as the work on an entry
        early_at = time.monotonic() - began
        _kill(scope, container)
        for left in (1, 0):
            place.start(container)
            wait_until_healthy(scope, place, container)
            if left:
                scope.sleep(IN_HAND)
                _kill(scope, container)
        ids = [entry["id"] for entry in entries]
        alerts, seconds = _until_named(scope, place, container, service, ids)
        return Deaths("started again", 2, DELAY, ids, alerts, seconds, early=Done(early_at, early))


def _replaced(scope: Scope, place: Stand, image: str) -> tuple[Deaths, Orderly]:
    service = f"shop-{scope.nonce(4)}"
    entries = [entry_of(service, "ERROR") for _ in range(3)]
    with _slow(place, image, LONG_DELAY) as one, _slow(place, image, LONG_DELAY) as other:
        for container in (one, other):
            wait_until_healthy(scope, place, container)
        began = time.monotonic()
        place.push(QUEUE, *map(json.dumps, entries[:2]))
        taken = _are_taken(scope, place)
        scope.sleep(IN_HAND)
        with Aside() as aside:
            for killing in [aside.do(_kill, scope, container) for container in (one, other)]:
                killing.result()
        if (after := time.monotonic() - began) > LONG_DELAY:
            late()
            unsure()
    with place.container(image) as another:
        wait_until_healthy(scope, place, another)
        place.push(QUEUE, json.dumps(entries[2]))
        ids = [entry["id"] for entry in entries]
        alerts, seconds = _until_named(scope, place, another, service, ids)
        deaths = Deaths("replaced by another", 2, LONG_DELAY, ids, alerts, seconds, taken, after=after)
        return deaths, orderly_work(scope, place, another) if set(ids) <= set(alerts) else Orderly()


@contextlib.contextmanager
def _slow(place: Stand, image: str, delay: float) -> Iterator[Container]:
    """A container of the image in which work takes long."""
    with place.container(image, environment={**place.environment, "WORK_DELAY_MS": f"{delay * 1000:.0f}"}) as container:
        yield container


def _kill(scope: Scope, container: Container) -> None:
    """SIGKILL, and its end. Raises Fault if it has ended by itself."""
    with contextlib.suppress(docker.errors.APIError):
        container.kill()
        while container.status == "running":
            container.reload()
            scope.sleep(0.02)
        return
    container.reload()
    require_running(container)


def _are_taken(scope: Scope, place: Stand) -> bool:
    """Whether all entries leave the queue."""
    patience = Patience(ALERTING, place.agent.slowdown)
    while patience.lasts():
        if place.ask_redis(("LLEN", QUEUE)) == [0]:
            return True
        scope.sleep(0.03)
    return False


def _named(place: Stand, container: Container, service: str) -> dict[str, int]:
    """The entries of the service that alerts name, with how often."""
    answer = place.agent.http("GET", place.address(container), PORT, "/alerts?limit=1000", timeout=DELAY + 10)
    return named_in(answer.json, service)


def _until_named(
    scope: Scope, place: Stand, container: Container, service: str, ids: list[str]
) -> tuple[dict[str, int], float]:
    """The entries that alerts name in the end, and the seconds until all were there or the time was over."""
    patience, found = Patience(TAKING_UP, place.agent.slowdown), dict[str, int]()
    while patience.lasts():
        found = _named(place, container, service)
        require_running(container)
        if set(ids) <= set(found):
            break
        scope.sleep(0.1)
    return found, patience.spent
