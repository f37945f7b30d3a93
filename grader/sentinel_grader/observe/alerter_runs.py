"""The learner's image at work: started beside a Redis, asked how it is, given entries, asked for its alerts."""

from __future__ import annotations

import json
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field

import docker
from docker.models.containers import Container

from sentinel_grader.observe.agent import Answer
from sentinel_grader.observe.alerter_build import Build
from sentinel_grader.observe.outcome import Fault
from sentinel_grader.observe.patience import Patience
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.stand import PORT, Stand, stand
from sentinel_grader.observe.strain import late

#: Seconds that an image gets to answer, and an entry to become an alert.
STARTING, ALERTING = 20.0, 10.0
QUEUE = "logs_queue"
#: Seconds after which it is looked whether a container that does not answer is still there.
LOOKING = 0.5


@dataclass(frozen=True)
class Sample:
    """What came of one request, so many seconds after the container's start."""

    at: float
    status: int
    words: str


@dataclass(frozen=True)
class Batch:
    """Entries pushed at one time: the ids of those at ERROR or worse, and of the others; the alerts seen, by the ids
    that they name; how often each was raised."""

    errors: list[str]
    others: list[str]
    alerts: dict[str, int]
    seconds: float
    words: str = ""


@dataclass(frozen=True)
class Running:
    """A first run: the answers of GET /health until 200, what /version said, and two batches of entries (one, if that
    came to nothing)."""

    health: list[Sample]
    version: object
    build_nonce: str
    batches: list[Batch] = field(default_factory=list)

    @property
    def answered(self) -> Sample:
        return self.health[-1] if self.health else Sample(0, 0, "nothing was asked")


@observation("running", owner="m1.starts")
def running(scope: Scope, build: Build) -> Running:
    """Start the image, wait for its first 200, then push two batches with fresh nonces and read the alerts."""
    with stand(scope.session) as place, place.container(build.image) as container:
        health = wait_until_healthy(scope, place, container)
        address = place.address(container)
        version = version_of(place, address, PORT)
        batches = batches_of(scope, place, container)
        return Running(health, version, build.nonce, batches)


def version_of(place: Stand, address: str, port: int) -> object:
    """What GET /version says."""
    answer = place.agent.http("GET", address, port, "/version")
    if answer.error:
        late()
    return answer.json


def wait_until_healthy(scope: Scope, place: Stand, container: Container) -> list[Sample]:
    """Ask /health until it answers 200. Raises Fault if it does not within STARTING seconds, or the container ends."""
    began, samples = time.monotonic(), list[Sample]()
    patience = Patience(STARTING, place.agent.slowdown)
    while patience.lasts():
        address = place.address(container)
        require_running(container)
        answer = place.agent.http("GET", address, PORT, "/health", timeout=3, until=200, again_for=LOOKING)
        samples.append(Sample(time.monotonic() - began, answer.status, answer.words))
        if answer.status == 200:
            return samples
        scope.check_cancelled()
    raise Fault(
        "no_answer",
        f"GET /health on port {PORT} gave no 200 within {STARTING:.0f} s; last: {samples[-1].words}.",
        expected=f"200 from GET /health on port {PORT}",
        detail=_log(container),
    )


def require_running(container: Container) -> None:
    """Raise Fault if it ended, as of the last time that the engine was asked how it is."""
    if container.status not in ("created", "running"):
        raise Fault(
            "container_ended", ended(container), expected="a container that keeps running", detail=_log(container)
        )


def ended(container: Container) -> str:
    """How it ended, for people."""
    state = container.attrs["State"]
    words = f"The container ended with exit status {state['ExitCode']}"
    return f"{words}, out of memory." if state.get("OOMKilled") else f"{words}."


def _log(container: Container) -> tuple[str, ...]:
    try:
        text = container.logs(tail=12).decode(errors="replace")
    except docker.errors.DockerException:
        return ()
    return tuple(line[:300] for line in text.splitlines() if line.strip())


def batches_of(scope: Scope, place: Stand, container: Container, most: int = 2) -> list[Batch]:
    """Work for it; no more of it where the first comes to nothing, since each waits its time out."""
    batches: list[Batch] = []
    for number in range(most):
        batches.append(alerts_of(scope, place, container, number))
        if not set(batches[-1].errors) <= set(batches[-1].alerts):
            break
    return batches


def alerts_of(scope: Scope, place: Stand, container: Container, number: int) -> Batch:
    """Push entries of every level with random ids, each twice over for those that must alert, and read the alerts."""
    service = f"shop-{uuid.uuid4().hex[:8]}"
    levels = ("ERROR", "INFO", "CRITICAL", "WARNING", "ERROR", "DEBUG")
    entries = [entry_of(service, level) for level in levels]
    errors = [entry["id"] for entry in entries if entry["level"] in ("ERROR", "CRITICAL")]
    scope.session.nonces[f"alerts_{number}"] = service
    place.push(QUEUE, *map(json.dumps, entries))
    began, named, last = time.monotonic(), dict[str, int](), Answer()
    address = place.address(container)
    patience = Patience(ALERTING, place.agent.slowdown)
    while patience.lasts():
        last = place.agent.http("GET", address, PORT, "/alerts?limit=1000")
        named = named_in(last.json, service)
        if set(errors) <= set(named):
            break
        scope.sleep(0.1)
    others = [entry["id"] for entry in entries if entry["id"] not in errors]
    return Batch(errors, others, named, time.monotonic() - began, last.words)


def entry_of(service: str, level: str) -> dict[str, str]:
    """An entry as the log-collector would queue it now, with ids that nobody can foresee."""
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime())
    return {
        "id": str(uuid.uuid4()),
        "service_name": service,
        "level": level,
        "message": f"nonce {uuid.uuid4().hex}",
        "timestamp": now,
        "received_at": now,
        "tenant_id": "default",
    }


def named_in(page: object, service: str) -> dict[str, int]:
    """The entry ids that the alerts of `service` name, with how often. Whatever is no such page has none."""
    return dict(Counter(id_ for ids in alerts_in(page, service) for id_ in ids))


def alerts_in(page: object, service: str) -> list[list[str]]:
    """The entry ids that each alert of `service` names. Whatever is no such page has no alerts."""
    found = page.get("alerts") if isinstance(page, dict) else None
    alerts = [alert for alert in found if isinstance(alert, dict)] if isinstance(found, list) else []
    named = [alert.get("entry_ids") for alert in alerts if alert.get("service_name") == service]
    return [[id_ for id_ in ids if isinstance(id_, str)] if isinstance(ids, list) else [] for ids in named]
