"""What a service may take, by the engine's own word; and a container of ours that tries to take more."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import docker
from docker.models.containers import Container

from sentinel_grader.observe.agent import IMAGE
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.stand import PERIOD

#: Memory that a container of ours is let try to take at most: a bound over it is none, and need not be tried.
MOST_TRIED = 1 << 30
#: Seconds that it has for it; how many times its processor's bound counts as more, on a machine that is not idle.
_DEADLINE, _SLACK = 60, 1.5
#: Two processes at work for a second say what they got of the processor; then more memory than there may be.
_HOG = """\
import os, sys, time
def burn(until):
    while time.monotonic() < until: pass
until = time.monotonic() + 1.0
child = os.fork()
burn(until)
if not child: os._exit(0)
os.waitpid(child, 0)
print(sum(os.times()[:4]), flush=True)
taken = [bytearray(b"x") * (8 << 20) for _ in range(int(sys.argv[1]) // (8 << 20) * 3 + 8)]
print("all of it", flush=True)
"""


@dataclass(frozen=True)
class Bound:
    """How much memory (bytes) and how many processors a container may take; 0 where there is no bound. Memory and
    processors count only where the learner's own file sets them."""

    memory: int
    processors: float


@dataclass(frozen=True)
class Hog:
    """A container of ours under such a bound: the seconds of a processor that it got in one, its exit status."""

    processors: float
    exit_code: int


def bound_of(containers: Sequence[Container], declared: Mapping[str, Any]) -> Bound:
    """The engine's word for the first of them, as far as the service `declared` anything."""
    config: Mapping[str, Any] = containers[0].attrs["HostConfig"] if containers else {}
    limits: Mapping[str, Any] = (declared.get("deploy") or {}).get("resources", {}).get("limits") or {}
    of_memory = declared.get("mem_limit") or limits.get("memory")
    of_processors = declared.get("cpus") or declared.get("cpu_quota") or limits.get("cpus")
    quota, period = int(config.get("CpuQuota") or 0), int(config.get("CpuPeriod") or 100_000)
    processors = int(config.get("NanoCpus") or 0) / 1e9 or max(quota, 0) / period
    # What is more than a grade can bear was cut down, so that it could be run at all.
    memory = max(int(config.get("Memory") or 0), int(of_memory or 0))
    processors = max(processors, float(declared.get("cpus") or limits.get("cpus") or 0))
    return Bound(memory if of_memory else 0, processors if of_processors else 0.0)


def hog(scope: Scope, bound: Bound) -> Hog:
    """Try to take more than the bound. Raises OursError where this engine lets it: then bounds are worth nothing
    here, whoever sets them."""
    session = scope.session
    try:
        container = session.engine.containers.run(
            IMAGE,
            ["python", "-c", _HOG, str(bound.memory)],
            name=session.name("hog"),
            labels=session.labels,
            network_mode="none",
            detach=True,
            mem_limit=bound.memory,
            cpu_period=PERIOD,
            cpu_quota=int(bound.processors * PERIOD),
            pids_limit=16,
            user="65534:65534",
            read_only=True,
            cap_drop=["ALL"],
        )
        try:
            status = int(container.wait(timeout=_DEADLINE)["StatusCode"])
            said = container.logs(stderr=False).decode(errors="replace").splitlines()
        finally:
            session.removals.container(container)
    except (docker.errors.DockerException, OSError) as error:
        raise OursError("no_hog", str(error)) from error
    seen = Hog(_number(said), status)
    if status == 0 or len(said) > 1 or seen.processors > bound.processors * _SLACK + 0.2:
        words = f"A container of ours with the same bounds got more than them: {json.dumps(seen.__dict__)}"
        raise OursError("bounds_not_kept", words)
    return seen


def _number(said: list[str]) -> float:
    try:
        return float(said[0])
    except (IndexError, ValueError):
        return 0.0
