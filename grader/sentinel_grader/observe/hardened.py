"""The learner's image under the limits that a careful operator sets: read-only, no capability, no new privilege."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import docker
from docker.models.containers import Container

from sentinel_grader.observe.alerter_build import Build
from sentinel_grader.observe.alerter_runs import Batch, alerts_of, wait_until_healthy
from sentinel_grader.observe.outcome import Fault
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.stand import Stand, stand

LIMITS = {
    "read_only": True,
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
    "tmpfs": {"/tmp": "size=64m,mode=1777"},
}
#: What the kernel's EROFS, EACCES and EPERM read like in most languages' error messages.
_REFUSED = re.compile(r"read-only file ?system|permission denied|operation not permitted|EROFS|EACCES|EPERM", re.I)


@dataclass(frozen=True)
class Hardened:
    """A run under LIMITS. `trouble` is what kept it from answering at all, "" if nothing did; `refused` are lines of
    its log that tell of something it was not let do; `volumes` are the places besides /tmp that it could write to all
    the same, since the image declares them as volumes."""

    trouble: str
    batches: list[Batch] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)


@observation("hardened", owner="m1.read_only")
def hardened(scope: Scope, build: Build) -> Hardened:
    """Start the image under LIMITS and give it a batch of entries. That it does not work so is what is recorded."""
    with stand(scope.session) as place:
        try:
            with place.container(build.image, **LIMITS) as container:
                return _at_work(scope, place, container)
        except Fault as fault:  # the engine could not start it at all
            return Hardened(fault.outcome.saw)


def _at_work(scope: Scope, place: Stand, container: Container) -> Hardened:
    container.reload()
    volumes = sorted(str(mount["Destination"]) for mount in container.attrs["Mounts"] if mount["Type"] == "volume")
    try:
        wait_until_healthy(scope, place, container)
        batches, trouble = [alerts_of(scope, place, container, 0)], ""
    except Fault as fault:
        batches, trouble = [], fault.outcome.saw
    return Hardened(trouble, batches, _refused(container), volumes)


def _refused(container: Container, most: int = 5) -> list[str]:
    try:
        log = container.logs(tail=400).decode(errors="replace")
    except docker.errors.DockerException:
        return []
    lines = [line.strip()[:300] for line in log.splitlines() if _REFUSED.search(line)]
    return list(dict.fromkeys(lines))[:most]
