"""The stack at work: brought up, a stream of logs sent through it, looked at from outside while it works."""

from __future__ import annotations

from dataclasses import dataclass, field

from sentinel_grader.observe.alerter_runs import entry_of
from sentinel_grader.observe.aside import Aside
from sentinel_grader.observe.compose.bounds import MOST_TRIED, Bound, Hog, bound_of, hog
from sentinel_grader.observe.compose.composed import ALERTER
from sentinel_grader.observe.compose.course_image import SERVICE as COLLECTOR
from sentinel_grader.observe.compose.course_image import CourseImage
from sentinel_grader.observe.compose.flow import (
    NETWORK,
    Flow,
    Line,
    held,
    queued,
    send,
    settings_of,
    wait_for_alerts,
)
from sentinel_grader.observe.compose.images import Images
from sentinel_grader.observe.compose.reach import Published, Reached, published, reached
from sentinel_grader.observe.compose.stack import Stack, stack
from sentinel_grader.observe.compose.taken import Composing
from sentinel_grader.observe.compose.waiting import BroughtUp, Started, all_started, bring_up, late, late_by
from sentinel_grader.observe.processes import Watched, watcher
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope

#: Entries of the stream; those of them that are sent one by one, the others in batches of fifty.
ENTRIES, SINGLES = 200, 50
#: Seconds by which Redis is late; looks at the alerter's processes that are waited for.
_LATE, _LOOKS = (1.5, 2.5), 12


NOBODY = Watched(0, [], to_the_end=False)


@dataclass(frozen=True)
class Flowing:
    """A stack that was brought up and worked. `watched` are the processes of the first alerter meanwhile, and `bound`
    is its; `published` and `reached` are of all the learner's services. `after`: the containers in the end."""

    brought_up: BroughtUp
    flow: Flow
    published: list[Published]
    reached: list[Reached]
    bound: Bound
    watched: Watched
    after: list[Started] = field(default_factory=list)


@observation("flowing", long=True)
def flowing(scope: Scope, composed: Composing, service_images: Images, course_image: CourseImage) -> Flowing:
    """Bring the stack up, send a numbered stream through it, and look at it from outside."""
    seconds = late_by(*_LATE)
    images = {**service_images.built, COLLECTOR: course_image.image}
    with (
        stack(scope, composed, images, environment={"THRESHOLD": "1"}, changes=late(seconds)) as made,
        Aside() as aside,
    ):
        brought_up = bring_up(made, seconds)
        looking = aside.do(reached, made)
        flow, watched = _at_work(made)
        bound = bound_of(made.containers(ALERTER), composed.service(ALERTER))
        doors = looking.result() or reached(made)  # one without a health check may not have listened yet
        return Flowing(brought_up, flow, published(made), doors, bound, watched, all_started(made))


def _at_work(stack: Stack) -> tuple[Flow, Watched]:
    """The stream, and the alerter's processes while it goes through."""
    network, alerters = stack.networks().get(NETWORK), stack.containers(ALERTER)
    if not network:
        return Flow(ENTRIES), NOBODY
    with stack.guest(network) as talking:
        line = Line(stack, network, talking)
        if not alerters:
            return _stream(line), NOBODY
        with watcher(stack.scope, alerters[0]) as watching:
            flow = _stream(line)
            watching.wait_for_looks(_LOOKS)
            return flow, watching.saw()


def _stream(line: Line) -> Flow:
    """Send the stream while the alerter is held, look at the queue, let the alerter go, and wait for its alerts."""
    service = f"shop-{line.stack.scope.nonce(4)}"
    line.stack.scope.session.nonces["flow"] = service
    entries = [{**entry_of(service, "ERROR"), "message": f"{number} {service}"} for number in range(ENTRIES)]
    entries = [{key: entry[key] for key in ("service_name", "level", "message")} for entry in entries]
    alerters = line.containers(ALERTER)
    with held(alerters):
        accepted, refused = send(line, entries, SINGLES)
        reached_queue = queued(line)
    alerts = wait_for_alerts(line, service, accepted) if accepted and alerters else []
    networks = sorted(alerters[0].attrs["NetworkSettings"]["Networks"]) if alerters else []
    return Flow(
        ENTRIES,
        accepted,
        reached_queue,
        queued(line),
        alerts,
        refused,
        settings_of(alerters),
        [name.removeprefix(f"{line.stack.project}_") for name in networks],
        len(alerters),
    )


@observation("hogged")
def hogged(scope: Scope, flowing: Flowing) -> Hog:
    """A container of ours under the alerter's bounds, if it has any that can be tried."""
    bound = flowing.bound
    if not (0 < bound.memory <= MOST_TRIED and bound.processors > 0):
        return Hog(0.0, 0)
    return hog(scope, bound)
