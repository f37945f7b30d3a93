"""The learner's image told to stop while it has a request and an entry in hand; and what another one finds after it."""

from __future__ import annotations

import json
import math
import time
from concurrent.futures import wait
from dataclasses import dataclass

from docker.models.containers import Container

from sentinel_grader.observe.agent import Agent
from sentinel_grader.observe.alerter_build import Build
from sentinel_grader.observe.alerter_runs import ALERTING, QUEUE, Sample, entry_of, named_in, wait_until_healthy
from sentinel_grader.observe.aside import Aside
from sentinel_grader.observe.dockerfile import DOCKERFILE
from sentinel_grader.observe.dockerfile_lines import last_line
from sentinel_grader.observe.engine_clock import seconds_to_end
from sentinel_grader.observe.patience import MOST, Patience
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.stand import PORT, Stand, stand
from sentinel_grader.observe.strain import BUSY, STRAIN, late, unsure

#: Seconds that the work on an entry, and a request, are made to take; for which both are in hand before it is told to
#: stop; and that it gets then before it is killed, as `docker stop` has it, or longer while the machine is busy.
DELAY, IN_HAND, GRACE = 2.5, 0.5, 10
#: Seconds within which it has ended where nothing is in its way: what takes longer is looked at once more, alone.
PROMPT = 5.0
#: The exit code of a container that SIGKILL ended.
KILLED = 137
#: Seconds between two looks at what it takes of the processors.
COUNTING = 1.0
#: Looks at how busy the machine is.
_LOOKS = 3


@dataclass(frozen=True)
class Stopping:
    """A stop in the middle of work. `signal` is the one that the image asks for, "" where it asks for none, which means
    SIGTERM. `taken`: it had the entry. `answer` is what came of the request, after so many seconds; work was made to
    take `delay`. `seconds` went by until it had ended. `raised`: how many alerts name the entry once another container
    has looked at what was left. `line`: where the Dockerfile says what is started."""

    signal: str
    taken: bool
    answer: Sample
    delay: float
    seconds: float
    exit_code: int
    raised: int
    line: int | None = None


@observation("stopping", owner="m1.starts", inputs=[DOCKERFILE])
def stopping(scope: Scope, build: Build) -> Stopping:
    """Start the image with slow work, give it an entry and a request, stop it as the engine does, start another."""
    held = entry_of(f"shop-{scope.nonce(4)}", "ERROR")
    with stand(scope.session) as place, Aside() as aside:
        slowly = {**place.environment, "WORK_DELAY_MS": f"{DELAY * 1000:.0f}"}
        with place.container(build.image, environment=slowly) as container:
            wait_until_healthy(scope, place, container)
            place.push(QUEUE, json.dumps(held))
            taken = _is_taken(scope, place)
            slowness = _slowness(place.agent)
            address, grace = place.address(container), math.ceil(GRACE * slowness)
            asking = aside.do(place.agent.http, "GET", address, PORT, "/alerts", timeout=DELAY + grace + 5)
            scope.sleep(IN_HAND)
            seconds = _stop(container, grace)
            answer = asking.result()
            place.agent.slowdown()  # all of the stop lies between two looks at the machine now
            signal, code = _stop_signal(container), int(container.attrs["State"]["ExitCode"])
            if came_late(seconds, grace, code, answer.status):
                late()
            if may_be_slowed(seconds, code, slowness):
                unsure()
        sample = Sample(answer.seconds, answer.status, answer.words)
        with place.container(build.image) as another:
            wait_until_healthy(scope, place, another)
            raised = _raised(scope, place, another, held)
        line = last_line(scope.files, r"(?:CMD|ENTRYPOINT|STOPSIGNAL)\b")
        return Stopping(signal, taken, sample, DELAY, seconds, code, raised, line)


def came_late(seconds: float, grace: float, code: int, status: int) -> bool:
    """Whether a busy machine could be why it ended so. Whom its own signal kills ends at once on the busiest."""
    by_own_signal = code == KILLED and seconds < grace
    return (seconds > PROMPT or status != 200) and not by_own_signal


def may_be_slowed(seconds: float, code: int, slowness: float) -> bool:
    """Whether the grade itself could be: the engine takes seconds for a stop while it builds and starts a dozen others.
    What had to be killed in the end was not slowed, unless all was."""
    return seconds > PROMPT and (code != KILLED or slowness >= BUSY)


def _is_taken(scope: Scope, place: Stand) -> bool:
    """Whether the entry leaves the queue."""
    patience = Patience(ALERTING, place.agent.slowdown)
    while patience.lasts():
        if place.ask_redis(("LLEN", QUEUE)) == [0]:
            return True
        scope.sleep(0.05)
    return False


def _stop_signal(container: Container) -> str:
    return str(container.attrs["Config"].get("StopSignal") or "")


def _stop(container: Container, grace: int) -> float:
    """Stop it by the signal that its image asks for; the seconds from that until it has ended. Meanwhile it is counted
    what it takes: that cannot be asked afterwards."""
    began, strain = time.monotonic(), STRAIN.get()
    with Aside() as aside:
        stopping = aside.do(container.stop, timeout=grace)
        while not wait([stopping], timeout=COUNTING).done and strain:
            strain.count()
        stopping.result()
    by_our_clock = time.monotonic() - began
    container.reload()
    seconds = seconds_to_end(container)
    return by_our_clock if seconds is None else seconds


def _slowness(talking: Agent) -> float:
    """How many times longer things take now than alone, by the slowest of some looks."""
    return min(max(talking.slowdown() for _ in range(_LOOKS)), MOST)


def _raised(scope: Scope, place: Stand, container: Container, held: dict[str, str]) -> int:
    """How many alerts name the entry, as soon as any does."""
    patience, address = Patience(ALERTING, place.agent.slowdown), place.address(container)
    while patience.lasts():
        page = place.agent.http("GET", address, PORT, "/alerts?limit=1000").json
        if times := named_in(page, held["service_name"]).get(held["id"], 0):
            return times
        scope.sleep(0.1)
    return 0
