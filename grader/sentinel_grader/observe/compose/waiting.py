"""What the engine says of containers that were brought up: in which order, how well, how often anew."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from docker.models.containers import Container

from sentinel_grader.observe import strain
from sentinel_grader.observe.agent import Agent
from sentinel_grader.observe.compose.composed import ALERTER
from sentinel_grader.observe.compose.stack import Stack, Up
from sentinel_grader.observe.engine_clock import started_at
from sentinel_grader.observe.outages import health_of
from sentinel_grader.observe.patience import BUSY, Patience

REDIS = "redis-queue"
#: Seconds that a stack gets to recover, on a machine that was too busy.
RECOVERING = 20.0
#: Looks at how busy it is, and seconds between them.
_LOOKS, _BETWEEN = 4, 0.25
#: Redis comes up so many seconds later than it is started, where it has no data yet. `$$` is Compose's for `$`.
_LATE = '[ -n "$$(ls /data)" ] || sleep {seconds}; exec docker-entrypoint.sh "$$@"'


@dataclass(frozen=True)
class Started:
    """A container, by the engine's own word. `after` are the seconds from redis-queue's start to its own; `restarts`
    how often it was started again; `probe` what its health check printed last."""

    service: str
    status: str
    health: str
    after: float
    restarts: int
    exit_code: int
    out_of_memory: bool
    probe: str = ""


@dataclass(frozen=True)
class BroughtUp:
    """One `up`, with a Redis that answered only `late` seconds after its start. `log` are the alerter's last lines,
    where not all was well."""

    up: Up
    late: float
    started: list[Started]
    log: list[str] = field(default_factory=list)

    def of(self, service: str) -> list[Started]:
        return [one for one in self.started if one.service == service]


def late_by(low: float, high: float) -> float:
    """So many seconds between the two, which nobody can foresee."""
    return round(low + (high - low) * secrets.randbelow(1000) / 1000, 2)


def late(seconds: float) -> dict[str, dict[str, Any]]:
    """The change of the stack's that has Redis come up late."""
    return {REDIS: {"entrypoint": ["sh", "-c", _LATE.format(seconds=seconds), "--"]}}


def bring_up(stack: Stack, seconds: float) -> BroughtUp:
    """Bring it up, and ask the engine how all of it came to be."""
    up = stack.up()
    if not up.well:
        up = _given_time(stack, up)
    log = [] if up.well else [line for one in stack.containers(ALERTER) for line in last_lines(one)]
    return BroughtUp(up, seconds, all_started(stack), log)


def _given_time(stack: Stack, up: Up) -> Up:
    """What comes of it where the engine's machine is too busy to look after health: Compose gives up as soon as the
    engine says unhealthy, which a few late probes come to as well."""
    network = next(iter(stack.networks().values()), None)
    if not network or not all(one.status == "running" for one in all_started(stack)):
        return up
    with stack.guest(network) as talking:
        if not _is_slowed_down(stack, talking):
            strain.late()  # probes that come to nothing may do so since they got no processor
            return up
        patience = Patience(RECOVERING, talking.slowdown)
        while patience.lasts():
            if all(one.status == "running" and one.health in ("", "healthy") for one in all_started(stack)):
                return Up(True, up.seconds)
            stack.scope.sleep(0.5)
    return up


def _is_slowed_down(stack: Stack, talking: Agent) -> bool:
    """Whether work takes much longer now than alone. Looked at for a while, so that it shows what others do, too."""
    slowdowns = list[float]()
    for _ in range(_LOOKS):
        slowdowns.append(talking.slowdown())
        stack.scope.sleep(_BETWEEN)
    return max(slowdowns) >= BUSY


def all_started(stack: Stack) -> list[Started]:
    """Every container of a stack."""
    containers = stack.all_containers()
    began = next((started_at(one) for one in containers if stack.service_of(one) == REDIS), 0.0)
    return sorted((_of(stack.service_of(one), one, began) for one in containers), key=lambda one: one.service)


def _of(service: str, container: Container, began: float) -> Started:
    state = container.attrs["State"]
    health, probe = health_of(container)
    return Started(
        service,
        str(state["Status"]),
        health,
        round(started_at(container) - began, 3),
        int(container.attrs.get("RestartCount") or 0),
        int(state["ExitCode"]),
        bool(state.get("OOMKilled")),
        probe,
    )


def last_lines(container: Container, most: int = 8) -> list[str]:
    """The last lines of what it said."""
    text = container.logs(tail=most).decode(errors="replace")
    return [line[:300] for line in text.splitlines() if line.strip()]
