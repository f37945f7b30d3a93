"""The container engine as it is: which one answers, or why none does.

The docker client is asked, never a socket of our choice: so rootless engines, `docker context` and `DOCKER_HOST` are
respected without a word about them here.
"""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from sentinel_grader.environment import shell

#: The oldest engine, Compose and buildx that the course is tested with.
OLDEST_ENGINE = (20, 10)
OLDEST_COMPOSE = (
    2,
    24,
)  # `env_file` with `required`: https://docs.docker.com/reference/compose-file/services/#env_file
OLDEST_BUILDX = (0, 10)

DAEMON_PLACES = ("/usr/sbin/dockerd", "/usr/bin/dockerd", "/usr/local/bin/dockerd", "/snap/bin/dockerd")


class Answer(Enum):
    """What came of asking for the engine."""

    RUNNING = "running"
    NO_CLIENT = "there is no docker command"
    ABSENT = "there is no engine"
    STOPPED = "the engine is installed but not running"
    FORBIDDEN = "this user may not use the engine"
    UNREACHABLE = "the engine that DOCKER_HOST or the context names does not answer"
    PODMAN = "docker is Podman here"


@dataclass(frozen=True)
class Engine:
    """What the engine says of itself. `memory` in bytes; `root` is its data folder, on its own machine."""

    version: str
    architecture: str
    system: str
    driver: str
    memory: int
    root: str
    rootless: bool

    @property
    def number(self) -> tuple[int, ...]:
        return version_number(self.version)


@dataclass(frozen=True)
class EngineState:
    answer: Answer
    engine: Engine | None = None
    detail: str = ""


def version_number(text: str) -> tuple[int, ...]:
    """The numbers a version begins with: (2, 26, 1) for "v2.26.1-4", () for what is no version."""
    numbers: list[int] = []
    for part in text.strip().removeprefix("v").split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    return tuple(numbers)


def is_local() -> bool:
    """Whether the client talks to the usual engine of this machine: then, and only then, we may install or start it."""
    if os.environ.get("DOCKER_HOST"):
        return os.environ["DOCKER_HOST"] == "unix:///var/run/docker.sock"
    return current_context() == "default"


def current_context() -> str:
    """The client's context, asked once for these settings."""
    return _context(*(os.environ.get(name, "") for name in ("DOCKER_CONTEXT", "DOCKER_CONFIG", "HOME")))


@cache
def _context(*_settings: str) -> str:
    # With `inspect`, since clients before 23 have no `docker context show`.
    status, out, _ = shell.answer(["docker", "context", "inspect", "--format", "{{.Name}}"])
    return out.strip() if status == 0 and out.strip() else "default"


def find_engine() -> EngineState:
    """Ask the engine who it is."""
    if not shutil.which("docker"):
        return EngineState(Answer.NO_CLIENT)
    status, out, error = shell.answer(["docker", "info", "--format", "{{json .}}"])
    info = _parsed(out)
    if "podman" in (out + error).lower() and "buildahVersion" in out + error:
        return EngineState(Answer.PODMAN)
    if status == 0 and info.get("ServerVersion"):
        return EngineState(Answer.RUNNING, _engine(info))
    problem = " ".join(info.get("ServerErrors") or []) or error.strip() or "it gave no reason"
    return EngineState(why_not(problem), detail=problem)


def why_not(problem: str) -> Answer:
    """What a client that got no answer complains of."""
    if "permission denied" in problem.lower():
        return Answer.FORBIDDEN
    if not is_local():
        return Answer.UNREACHABLE
    return Answer.STOPPED if daemon_path() else Answer.ABSENT


def daemon_path() -> Path | None:
    """The engine's own program, if this machine has it."""
    found = shutil.which("dockerd")
    places = [Path(found)] if found else [Path(place) for place in DAEMON_PLACES]
    return next((place for place in places if place.exists()), None)


def _engine(info: dict[str, Any]) -> Engine:
    return Engine(
        version=str(info["ServerVersion"]),
        architecture=str(info.get("Architecture", "")),
        system=str(info.get("OperatingSystem", "")),
        driver=str(info.get("Driver", "")),
        memory=int(info.get("MemTotal", 0)),
        root=str(info.get("DockerRootDir", "")),
        rootless="name=rootless" in (info.get("SecurityOptions") or []),
    )


def api_version() -> str:
    """The newest version of its API that the engine speaks."""
    return shell.answer(["docker", "version", "--format", "{{.Server.APIVersion}}"])[1].strip()


def _parsed(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def plugin_version(name: str) -> str:
    """The version of the client's plugin `compose` or `buildx`; "" where there is none."""
    arguments = {"compose": ["compose", "version", "--short"], "buildx": ["buildx", "version"]}[name]
    status, out, _ = shell.answer(["docker", *arguments])
    if status != 0:
        return ""
    return out.strip() if name == "compose" else [*out.split(), "", ""][1]


def default_builder() -> str:
    """The builder that uses the engine itself: only it sees the engine's own images, base images among them."""
    return "default" if os.environ.get("DOCKER_HOST") else current_context()


def build_environment() -> dict[str, str]:
    """What every build of ours runs under.

    Attestations would give the same build another digest each time, and so recreate containers that did not change
    (https://docs.docker.com/build/metadata/attestations/); and a builder that the user chose for other work, in a
    container of its own, does not see local base images.
    """
    return {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1", "BUILDX_BUILDER": default_builder(), "DOCKER_BUILDKIT": "1"}
