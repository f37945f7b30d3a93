"""What lasts: alerts through a killed Redis and a `down`; the alerter through crashes; nothing after `down -v`."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field, replace

import docker
from docker.models.containers import Container

from sentinel_grader.observe.alerter_runs import entry_of
from sentinel_grader.observe.compose.composed import ALERTER
from sentinel_grader.observe.compose.course_image import SERVICE as COLLECTOR
from sentinel_grader.observe.compose.course_image import CourseImage
from sentinel_grader.observe.compose.crash import Crash, NoCrashError, crash
from sentinel_grader.observe.compose.flow import NETWORK, Line, send, wait_for_alerts
from sentinel_grader.observe.compose.images import Images
from sentinel_grader.observe.compose.stack import Stack, stack
from sentinel_grader.observe.compose.taken import Composing
from sentinel_grader.observe.compose.waiting import REDIS, BroughtUp, bring_up, late, late_by
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope

#: Seconds by which Redis is late here: so much later than in the other run that no pause of a fixed length is right
#: for both. Entries that are sent; crashes, one after the other.
_LATE, _ENTRIES, _CRASHES = (5.0, 6.5), 10, 2


@dataclass(frozen=True)
class Lasting:
    """The ids that alerts named: `before` anything was done, once Redis had been `killed` and started again, and after
    a `down` and an `up`. `volumes` are those that `down -v` left. `crashes` are the alerter's, from first to last, and
    `no_crash` is why there could be none; `sent` were accepted after them, of which `raised` became alerts."""

    brought_up: BroughtUp
    before: list[str] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)
    crashes: list[Crash] = field(default_factory=list)
    no_crash: str = ""
    sent: list[str] = field(default_factory=list)
    raised: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Crashes:
    """The same crashes, where this engine lets us cause any."""

    crashes: list[Crash]
    sent: list[str]
    raised: list[str]


@observation("lasting", long=True)
def lasting(scope: Scope, composed: Composing, service_images: Images, course_image: CourseImage) -> Lasting:
    """Bring the stack up with a Redis that is very late, and put it through what happens to stacks."""
    seconds = late_by(*_LATE)
    images = {**service_images.built, COLLECTOR: course_image.image}
    with stack(scope, composed, images, environment={"THRESHOLD": "1"}, changes=late(seconds)) as made:
        seen = Lasting(bring_up(made, seconds))
        service = f"shop-{scope.nonce(4)}"
        seen = _while_up(made, service, seen)
        if not seen.before:
            return seen
        made.down()
        made.up()
        again = _alerts(made, service, seen.before)
        made.down(volumes=True)
        return replace(seen, again=again, volumes=made.volumes())


@observation("crashed")
def crashed(scope: Scope, lasting: Lasting) -> Crashes:
    """What came of the crashes. Raises OursError where the engine let us cause none."""
    del scope
    if lasting.no_crash:
        raise OursError(
            "no_crash", f"This engine does not let the grader end a process from outside: {lasting.no_crash}"
        )
    return Crashes(lasting.crashes, lasting.sent, lasting.raised)


def _while_up(made: Stack, service: str, seen: Lasting) -> Lasting:
    """Alerts, then crashes of the alerter and work after them, then Redis killed."""
    network, alerters = made.networks().get(NETWORK), made.containers(ALERTER)
    if not network or not alerters:
        return seen
    with made.guest(network) as talking:
        line = Line(made, network, talking)
        before = _sent_and_raised(line, service)[1]
        if not before:
            return seen
        crashes, why = list[Crash](), ""
        try:
            for _ in range(_CRASHES):
                crashes.append(crash(line, alerters[0]))
                if not crashes[-1].healed:
                    _start(alerters[0])
                    break
        except NoCrashError as error:
            why = str(error)
        sent, raised = _sent_and_raised(line, f"{service}-after")
        for redis in made.containers(REDIS):
            with contextlib.suppress(docker.errors.APIError):  # somebody in the stack was faster
                redis.kill()
            _start(redis)
        killed = wait_for_alerts(line, service, before)
        return replace(seen, before=before, killed=killed, crashes=crashes, no_crash=why, sent=sent, raised=raised)


def _start(container: Container) -> None:
    """Start it by hand. What cannot be started stays down, and shows in what comes after."""
    with contextlib.suppress(docker.errors.APIError):
        container.start()


def _sent_and_raised(line: Line, service: str) -> tuple[list[str], list[str]]:
    entry = {
        key: value for key, value in entry_of(service, "ERROR").items() if key in ("service_name", "level", "message")
    }
    accepted, _ = send(line, [entry] * _ENTRIES, 0)
    return accepted, wait_for_alerts(line, service, accepted) if accepted else []


def _alerts(made: Stack, service: str, wanted: list[str]) -> list[str]:
    """What the alerts name, once it is up again."""
    network = made.networks().get(NETWORK)
    if not network:
        return []
    with made.guest(network) as talking:
        return wait_for_alerts(Line(made, network, talking), service, wanted)
