"""The learner's own code, told by its environment where it is and what it shall do: twice, and each time otherwise."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from docker.models.containers import Container

from sentinel_grader.observe.alerter_runs import (
    ALERTING,
    QUEUE,
    STARTING,
    Sample,
    alerts_in,
    entry_of,
    require_running,
    version_of,
)
from sentinel_grader.observe.aside import Aside
from sentinel_grader.observe.own_build import OwnBuild, with_own_code
from sentinel_grader.observe.patience import Patience
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.stand import PORT, Stand, redis_on, stand

#: Seconds in which a service that answers must find its Redis, which has been there all the while.
FINDING = 6.0


@dataclass(frozen=True)
class Case:
    """Errors of one service that were queued together, the first of them so many seconds older than the last; and the
    alerts about it, each by the entries that it names."""

    errors: list[str]
    span: float
    alerts: list[list[str]] = field(default_factory=list)

    def due(self, threshold: int, window: int) -> list[list[str]]:
        """The alerts that there must be with these settings."""
        return [self.errors] if len(self.errors) == threshold and self.span <= window else []


@dataclass(frozen=True)
class Configured:
    """A container with these settings in its environment, and nothing else that tells it anything. `health`: what came
    of GET /health on its own port in the end; `usual`: what came of it on the usual one, where its own is silent.
    `waiting`: how many entries are left of the one that was put on the usual queue, which it was not told to read."""

    settings: dict[str, str]
    health: Sample
    usual: str = ""
    version: object = None
    cases: list[Case] = field(default_factory=list)
    waiting: int = 0

    def number(self, name: str) -> int:
        """A setting that is a number."""
        word = self.settings.get(name, "")
        return int(word) if word.isascii() and word.isdecimal() else 0


@dataclass(frozen=True)
class Configurations:
    """All of them, and what was planted in the image that they ran."""

    build_nonce: str
    each: list[Configured]


@observation("configurations", owner="m1.starts")
def configurations(scope: Scope, own_build: OwnBuild) -> Configurations:
    """Two containers of the image at a time, each with a Redis of its own: one is told its parts, one its URL."""
    with with_own_code(), stand(scope.session) as place, contextlib.ExitStack() as stack, Aside() as aside:
        told = [_parts(scope, place), _url(scope, place)]
        for one, _ in told:
            options = ["--port", str(one.redis_port), "--requirepass", one.opening[0][1]]
            stack.enter_context(redis_on(scope.session, one.network, aside, one.redis, options))
        for one, _ in told:  # all of them, before there is anybody who could end one
            one.wait_for_redis()
        seen = [aside.do(_configured, scope, one, own_build.image, settings) for one, settings in told]
        return Configurations(own_build.nonce, [each.result() for each in seen])


def _parts(scope: Scope, place: Stand) -> tuple[Stand, dict[str, str]]:
    """A Redis that is told by its host, port and password; a low threshold, and a window of a minute or two."""
    place, settings = _any(scope, place, (), thresholds=(2, 3), windows=(60, 120))
    parts = {"REDIS_HOST": place.redis, "REDIS_PORT": str(place.redis_port), "REDIS_PASSWORD": place.opening[0][1]}
    return place, parts | settings


def _url(scope: Scope, place: Stand) -> tuple[Stand, dict[str, str]]:
    """A Redis that is told by its URL; a higher threshold, and a window of ten minutes or more."""
    database = str(_between(scope, 1, 15))
    place, settings = _any(scope, place, (("SELECT", database),), thresholds=(4, 6), windows=(600, 900))
    url = f"redis://:{place.opening[0][1]}@{place.redis}:{place.redis_port}/{database}"
    return place, {"REDIS_URL": url} | settings


def _any(
    scope: Scope,
    place: Stand,
    opening: tuple[tuple[str, ...], ...],
    *,
    thresholds: tuple[int, int],
    windows: tuple[int, int],
) -> tuple[Stand, dict[str, str]]:
    """Names and numbers that nobody can foresee, for a Redis and for what is told besides."""
    redis, port = f"queue-{scope.nonce(4)}", _between(scope, 20_000, 29_999)
    settings = {
        "PORT": str(_between(scope, 30_000, 39_999)),
        "QUEUE_NAME": f"entries_{scope.nonce(4)}",
        "THRESHOLD": str(_between(scope, *thresholds)),
        "WINDOW_SECONDS": str(_between(scope, *windows)),
    }
    password = (("AUTH", scope.nonce()),)
    return replace(place, redis=redis, redis_port=port, opening=password + opening), settings


def _between(scope: Scope, least: int, most: int) -> int:
    return least + int(scope.nonce(), 16) % (most - least + 1)


def _configured(scope: Scope, place: Stand, image: str, settings: dict[str, str]) -> Configured:
    with place.container(image, environment=settings) as container:
        seen = _answered(scope, place, container, settings)
        if seen.health.status != 200:
            return seen
        version = version_of(place, place.address(container), seen.number("PORT"))
        place.push(QUEUE, json.dumps(entry_of(f"shop-{scope.nonce(4)}", "ERROR")))
        cases = _cases(scope, place, container, seen)
        (waiting,) = place.ask_redis(("LLEN", QUEUE))
        return replace(seen, version=version, cases=cases, waiting=int(waiting))


def _answered(scope: Scope, place: Stand, container: Container, settings: dict[str, str]) -> Configured:
    """What its health is on the port that it was told: once it is well, or once it has had its time to find its Redis.
    Raises Fault if the container ends."""
    seen = Configured(settings, Sample(0, 0, "nothing was asked"))
    patience, finding = Patience(STARTING, place.agent.slowdown), Patience(FINDING, place.agent.slowdown)
    while patience.lasts() and (not seen.health.status or finding.lasts()):
        address = place.address(container)
        require_running(container)
        answer = place.agent.http("GET", address, seen.number("PORT"), "/health")
        if answer.status and not seen.health.status:
            finding = Patience(FINDING, place.agent.slowdown)
        seen = replace(seen, health=Sample(patience.spent, answer.status, answer.words))
        if answer.status == 200:
            return seen
        usual = place.agent.http("GET", address, PORT, "/health") if not answer.status else None
        if usual and usual.status:
            return replace(seen, usual=usual.words)
        scope.sleep(0.1)
    return seen


def _cases(scope: Scope, place: Stand, container: Container, seen: Configured) -> list[Case]:
    """Too few errors; as many as make an alert, over some minutes; as many at once. Then the alerts, once those are
    there that must be."""
    threshold, window = seen.number("THRESHOLD"), seen.number("WINDOW_SECONDS")
    sizes = {f"shop-{scope.nonce(4)}": size for size in ((threshold - 1, 0.0), (threshold, 300.0), (threshold, 0.0))}
    queued = {service: _errors(service, *size) for service, size in sizes.items()}
    place.push(seen.settings["QUEUE_NAME"], *(json.dumps(entry) for errors in queued.values() for entry in errors))
    cases = {service: Case([entry["id"] for entry in queued[service]], sizes[service][1]) for service in sizes}
    patience, address = Patience(ALERTING, place.agent.slowdown), place.address(container)
    while patience.lasts():
        page = place.agent.http("GET", address, seen.number("PORT"), "/alerts?limit=1000").json
        cases = {service: replace(case, alerts=alerts_in(page, service)) for service, case in cases.items()}
        if all(len(case.alerts) >= len(case.due(threshold, window)) for case in cases.values()):
            break
        scope.sleep(0.1)
    return list(cases.values())


def _errors(service: str, number: int, span: float) -> list[dict[str, str]]:
    """So many errors, the first `span` seconds older than the last. All are an hour old: the engine's clock may be
    another one than ours, and nothing has happened later than now."""
    last, step = datetime.now(UTC) - timedelta(hours=1), span / max(number - 1, 1)
    times = [last - timedelta(seconds=step * later) for later in reversed(range(number))]
    return [entry_of(service, "ERROR") | {"timestamp": at.isoformat()} for at in times]
