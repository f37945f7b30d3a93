"""What a service says to three questions: whether it is well, whether it lives, and what it is there for."""

from __future__ import annotations

from dataclasses import dataclass

from docker.models.containers import Container

from sentinel_grader.observe.agent import Answer
from sentinel_grader.observe.patience import Patience
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.stand import PORT, Stand

#: Seconds that a change of its answers is waited for; and for which it is asked whether it lives on, so that who gives
#: up after some tries has done so.
WATCHING, LASTING = 15.0, 2.0


@dataclass(frozen=True)
class Reply:
    """What came of a request: its status (0: nothing), and words for people."""

    status: int
    words: str


@dataclass(frozen=True)
class Asked:
    """What it said to three questions, so many seconds into a wait."""

    at: float
    health: Reply
    live: Reply
    alerts: Reply

    @property
    def statuses(self) -> tuple[int, int, int]:
        return self.health.status, self.live.status, self.alerts.status


#: Those of a service that does what it can: all; while Redis is away, to say so; once it is back, all again.
WELL, DEGRADED = (200, 200, 200), (503, 200, 503)


def asked(scope: Scope, place: Stand, container: Container, until: tuple[int, int, int]) -> list[Asked]:
    """Its answers, until they have these statuses, or WATCHING seconds are over, or it has ended. Of those that tell
    the same one after another, the first and the last are kept."""
    found, patience = list[Asked](), Patience(WATCHING, place.agent.slowdown)
    while patience.lasts():
        address = place.address(container)
        replies = [
            _reply(place.agent.http("GET", address, PORT, path)) for path in ("/health", "/health/live", "/alerts")
        ]
        found.append(Asked(patience.spent, *replies))
        if len(found) > 2 and found[-3].statuses == found[-2].statuses == found[-1].statuses:
            del found[-2]
        if found[-1].statuses == until or container.status != "running":
            break
        scope.sleep(0.1)
    return found


def silent(scope: Scope, place: Stand, container: Container, most: int = 5) -> list[Reply]:
    """What it says other than 200 when it is asked again and again whether it lives."""
    patience, found = Patience(LASTING, place.agent.slowdown, to_pass=True), list[Reply]()
    address = place.address(container)
    while patience.lasts() and len(found) < most:
        answer = place.agent.http("GET", address, PORT, "/health/live")
        found += [_reply(answer)] if answer.status != 200 else []
        scope.sleep(0.05)
    return found


def _reply(answer: Answer) -> Reply:
    return Reply(answer.status, answer.words)
