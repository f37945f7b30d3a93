"""The learner's image in an ordinary run, doing its work: who is at work in it, what it says, what it leaves there."""

from __future__ import annotations

from dataclasses import dataclass

from docker.models.containers import Container

from sentinel_grader.observe.alerter_build import Build
from sentinel_grader.observe.alerter_runs import Batch, batches_of, wait_until_healthy
from sentinel_grader.observe.aside import Aside
from sentinel_grader.observe.log_lines import LogLines, log_lines
from sentinel_grader.observe.outcome import Fault
from sentinel_grader.observe.processes import Watched, calibrate, watcher
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.stand import stand

#: Looks at its processes that a run lasts for at least; changed paths that are recorded.
LOOKS, MOST_CHANGES = 12, 2000
_CHANGES = {0: "changed", 1: "added", 2: "deleted"}


@dataclass(frozen=True)
class Change:
    """A path that is otherwise in the container than in its image, by the engine's own comparison (`docker diff`)."""

    path: str
    how: str


@dataclass(frozen=True)
class Working:
    """A run in which entries were handled and requests answered from the first look at its processes to the last.
    `log` is what it said of the errors that became alerts."""

    watched: Watched
    batches: list[Batch]
    changes: list[Change]
    log: LogLines


@observation("working", owner="m1.starts")
def working(scope: Scope, build: Build) -> Working:
    """Start the image, look at its processes from then on, give it two batches of entries, and compare its disk."""
    with Aside() as aside:
        calibrated = aside.do(calibrate, scope)
        with stand(scope.session) as place, place.container(build.image) as container:
            with watcher(scope, container) as watching:
                wait_until_healthy(scope, place, container)
                watching.wait_for_looks(1)
                batches = batches_of(scope, place, container)
                watching.wait_for_looks(LOOKS)
                seen = watching.saw()
            container.reload()
            if container.status != "running":
                raise Fault("container_ended", "The container ended while it was at work.")
            changed = changes(container)
            alerted = [id_ for batch in batches for id_ in batch.errors if id_ in batch.alerts]
            log = log_lines(scope, place.agent, container, alerted, [change.path for change in changed])
            recorded = Working(seen, batches, changed, log)
        calibrated.result()
        return recorded


def changes(container: Container) -> list[Change]:
    """What `docker diff` says."""
    found = container.diff() or []
    return [Change(change["Path"], _CHANGES.get(change["Kind"], "changed")) for change in found[:MOST_CHANGES]]
