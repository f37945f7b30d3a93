"""Sentinel's stages, brought up with Compose and taken down again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sentinel_grader.environment import ports, shell
from sentinel_grader.environment.docker import build_environment, is_local
from sentinel_grader.environment.problem import Problem
from sentinel_grader.environment.progress import Progress, Step
from sentinel_grader.paths import ROOT


@dataclass(frozen=True)
class Stage:
    """One working state of Sentinel: a Compose file, and the base images it is built on."""

    number: int
    folder: Path
    bases: tuple[str, ...]

    @property
    def compose(self) -> list[str]:
        return ["docker", "compose", "--project-directory", str(self.folder), "--file", str(self.compose_file)]

    @property
    def compose_file(self) -> Path:
        return self.folder / "docker-compose.yaml"


_BASES = ("python:3.13-slim", "redis:8")
#: A later one's Compose file includes the earlier one's.
STAGES = {
    1: Stage(1, ROOT / "module-01-containers", _BASES),
    2: Stage(2, ROOT / "module-02-k8s", _BASES),
}
LATEST = STAGES[max(STAGES)]


def build(stage: Stage, step: Step) -> None:
    """Build the stage's images; what did not change comes from the build cache."""
    try:
        shell.run([*stage.compose, "build"], deadline=900, on_line=step.note, environment=build_environment())
    except shell.CommandFailed as failure:
        raise Problem("The images could not be built.", str(failure)) from failure


def start(stage: Stage, step: Step) -> bool:
    """Start the stage and wait until all is healthy; returns whether anything had to be started."""
    before = _running(stage)
    if is_local() and not before:
        ports.require_free(ports.chosen())
    command = [*stage.compose, "up", "--detach", "--no-build", "--wait", "--wait-timeout", "90"]
    try:
        shell.run(command, deadline=120, on_line=step.note)
    except shell.CommandFailed as failure:
        raise _not_healthy(stage, failure) from failure
    return _running(stage) != before


def _running(stage: Stage) -> set[str]:
    """What runs of the stage, as "container id, start time": changes with every restart."""
    _, out, _ = shell.answer([*stage.compose, "ps", "--quiet", "--status", "running"])
    if not out.split():
        return set()
    _, facts, _ = shell.answer(["docker", "inspect", "--format", "{{.Id}} {{.State.StartedAt}}", *out.split()])
    return set(facts.splitlines())


def _not_healthy(stage: Stage, failure: shell.CommandFailed) -> Problem:
    if "port is already allocated" in failure.output or "address already in use" in failure.output:
        return Problem(
            f"Port {ports.chosen()} of the engine's machine is taken.",
            f"Choose another:\n  SENTINEL_PORT={ports.chosen() + 80} ./sentinel up",
        )
    ill = [
        entry for entry in containers(stage) if entry.get("State") != "running" or entry.get("Health") == "unhealthy"
    ]
    logs = "".join(_last_log(stage, str(entry["Service"])) for entry in ill)
    words = ", ".join(f"{entry['Service']} is {entry.get('Health') or entry.get('State')}" for entry in ill)
    return Problem(f"Stage {stage.number} did not become healthy: {words or failure}.", logs or str(failure))


def _last_log(stage: Stage, service: str) -> str:
    _, out, error = shell.answer([*stage.compose, "logs", "--no-color", "--no-log-prefix", "--tail", "8", service])
    return f"The last lines of {service}:\n{out or error}" if out or error else ""


def containers(stage: Stage) -> list[dict[str, Any]]:
    """The stage's containers as `compose ps` describes them. Compose before 2.21 gives an array, later ones lines."""
    status, out, _ = shell.answer([*stage.compose, "ps", "--all", "--format", "json"])
    if status != 0:
        return []
    found: list[dict[str, Any]] = []
    for line in out.splitlines():
        value = json.loads(line)
        found += value if isinstance(value, list) else [value]
    return found


def address(stage: Stage, service: str, port: int) -> str:
    """Where this machine reaches a port of a service's first container, as "host:port"; "" where it does not."""
    _, out, _ = shell.answer([*stage.compose, "port", service, str(port)])
    return out.strip()


def down(progress: Progress, *, volumes: bool) -> None:
    """Remove containers and network of whichever stage is there, and its volumes where that is asked for."""
    title = "Taking Sentinel down" + (", with its data" if volumes else ", its data stays")
    with progress.step(title) as step:
        command = [*LATEST.compose, "down", "--remove-orphans", *(["--volumes"] if volumes else [])]
        try:
            shell.run(command, deadline=120, on_line=step.note)
        except shell.CommandFailed as failure:
            raise Problem("Sentinel could not be taken down.", str(failure)) from failure
