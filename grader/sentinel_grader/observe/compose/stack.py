"""A stack: what a Compose file describes, up on the engine for a while."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
from docker.models.containers import Container
from docker.models.networks import Network

from sentinel_grader import scratch
from sentinel_grader.observe.agent import Agent, agent
from sentinel_grader.observe.compose.handed import handed
from sentinel_grader.observe.compose.runnable import Setting, runnable
from sentinel_grader.observe.compose.taken import Composing
from sentinel_grader.observe.image_bases import require_here
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.scope import Ran, Scope
from sentinel_grader.observe.session import Session
from sentinel_grader.observe.stand import network_options

#: Seconds that Compose waits for all to be healthy, and those after which it is given up; to take one down.
WAITING, GIVEN_UP, TAKING_DOWN = 90, 150.0, 90.0
#: The file that runs, in a folder that holds nothing else but what it names.
MODEL = "compose.yaml"
#: Nothing of whoever grades steers Compose: what the command does not say itself is set to what it is by itself.
_NOTHING = {"COMPOSE_PROFILES": "", "COMPOSE_REMOVE_ORPHANS": "0", "COMPOSE_COMPATIBILITY": "0"}
_PROJECT, _SERVICE = "com.docker.compose.project", "com.docker.compose.service"
#: Compose's last word where the engine itself is not to be had, or has no more disk or networks to give. What is quoted
#: in it (a command, a path) is the learner's, and no part of that.
_OURS = re.compile(
    r"(?:.*: )?(?:Cannot connect to the Docker daemon\b.*|error during connect: .*)|.*: no space left on device"
    r"|.*(?:could not find an available, non-overlapping IPv4 address pool|address pools have been fully subnetted).*"
)
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"")


@dataclass(frozen=True)
class Up:
    """What came of `docker compose up --wait`: whether all were healthy, after so many seconds; else what it said."""

    well: bool
    seconds: float
    said: str = ""


@dataclass(frozen=True)
class Stack:
    """One that may be up; `folder` holds the model that runs."""

    scope: Scope
    composing: Composing
    project: str
    folder: Path

    def up(self, *, wait_for_it: bool = True) -> Up:
        """Bring it up and wait until all is healthy, or one of it ended; or only until all was started. Raises
        OursError where the engine is gone."""
        wait = ["--wait", "--wait-timeout", str(WAITING)] if wait_for_it else []
        ran = self._compose("up", "--detach", "--no-build", "--pull", "never", *wait, deadline=GIVEN_UP)
        said = [line for line in ran.error.splitlines() if line.strip()]
        if is_the_engines(said):
            raise OursError("engine_error", said[-1][:500])
        return Up(ran.status == 0, ran.seconds, "" if ran.status == 0 else self._plain(said[-1] if said else ""))

    def down(self, *, volumes: bool = False) -> None:
        """Take it down, as people do: its volumes stay, unless told otherwise. No agent may be on its networks."""
        more = ["--volumes"] if volumes else []
        ran = self._compose("down", "--timeout", "5", *more, deadline=TAKING_DOWN)
        if ran.status != 0:
            raise OursError("compose_down", ran.error[-500:])

    def containers(self, service: str) -> list[Container]:
        """The containers of a service, whether they run or not, the first one first."""
        labels = [f"{_PROJECT}={self.project}", f"{_SERVICE}={service}"]
        found = self.scope.session.engine.containers.list(all=True, filters={"label": labels}, ignore_removed=True)
        return sorted(found, key=lambda one: str(one.name))

    def all_containers(self) -> list[Container]:
        """Those of every service."""
        label = f"{_PROJECT}={self.project}"
        found = self.scope.session.engine.containers.list(all=True, filters={"label": label}, ignore_removed=True)
        return list(found)

    def service_of(self, container: Container) -> str:
        return str(container.labels.get(_SERVICE, ""))

    def networks(self) -> dict[str, Network]:
        """Those that there are, by their names in the file."""
        label = f"{_PROJECT}={self.project}"
        found = self.scope.session.engine.networks.list(filters={"label": label})
        return {str(one.name).removeprefix(f"{self.project}_"): one for one in found}

    def volumes(self) -> list[str]:
        """The names of those that there are."""
        label = f"{_PROJECT}={self.project}"
        return sorted(one.name for one in self.scope.session.engine.volumes.list(filters={"label": label}))

    def address(self, container: Container, network: Network) -> str:
        """A container's address on a network, as the engine says; "" where it has none. The container is asked anew."""
        with contextlib.suppress(docker.errors.NotFound):
            container.reload()
            return str(container.attrs["NetworkSettings"]["Networks"].get(network.name, {}).get("IPAddress", ""))
        return ""

    @contextlib.contextmanager
    def guest(self, network: Network) -> Iterator[Agent]:
        """An agent on a network for the block, off it after: so that the network can go."""
        with agent(self.scope.session, network) as talking:
            try:
                yield talking
            finally:
                with contextlib.suppress(docker.errors.APIError):
                    network.disconnect(talking.container, force=True)

    def _compose(self, *words: str, deadline: float) -> Ran:
        command = ["docker", "compose", "--ansi", "never", "--project-name", self.project, "--env-file", os.devnull]
        command += ["--project-directory", str(self.folder), "--file", str(self.folder / MODEL), *words]
        return self.scope.run(command, deadline=deadline, environment=_NOTHING)

    def _plain(self, words: str) -> str:
        """Compose's words without the names of this run."""
        return words.replace(f"{self.project}-", "").replace(f"{self.project}_", "").strip()[:400]


def is_the_engines(said: Sequence[str]) -> bool:
    """Whether what Compose said in the end is the engine's trouble, and not the file's."""
    return bool(said) and bool(_OURS.fullmatch(_QUOTED.sub("", said[-1])))


@contextlib.contextmanager
def stack(
    scope: Scope,
    composing: Composing,
    images: Mapping[str, str],
    *,
    environment: Mapping[str, str] | None = None,
    changes: Mapping[str, Mapping[str, Any]] | None = None,
) -> Iterator[Stack]:
    """A stack for the block, not up yet; after it, all of it is on its way out. `images` are those of its services,
    by name; `environment` is added to the learner's services, `changes` to single ones. Raises OursError."""
    session, project = scope.session, scope.session.name("stack")
    try:
        with scratch.folder("stack") as folder:
            setting = Setting(
                project,
                session.labels,
                images,
                environment or {},
                changes or {},
                float(session.engine.info().get("NCPU", 1)),
                network_options(session),
                _probed(scope, composing, images),
            )
            _require_images(scope, composing, images)
            _write(folder, session, composing, runnable(composing, setting))
            made = Stack(scope, composing, project, folder)
            try:
                yield made
            finally:
                _remove(made)
    except docker.errors.DockerException as error:
        raise OursError("engine_error", str(error)) from error


def _require_images(scope: Scope, composing: Composing, images: Mapping[str, str]) -> None:
    """Have those that are not built here, as Compose would. Raises Fault for one that there is not,
    OursError where it cannot be had."""
    for own in composing.own:
        if own.image and own.name not in images and not composing.service(own.name).get("profiles"):
            require_here(scope, own.image)


def _probed(scope: Scope, composing: Composing, images: Mapping[str, str]) -> set[str]:
    """The services whose images have a HEALTHCHECK."""
    found = set[str]()
    for own in composing.own:
        with contextlib.suppress(docker.errors.ImageNotFound):
            image = scope.session.engine.images.get(images.get(own.name, own.image))
            if (image.attrs.get("Config") or {}).get("Healthcheck"):
                found.add(own.name)
    return found


def _write(folder: Path, session: Session, composing: Composing, model: Mapping[str, Any]) -> None:
    """The model where Compose looks for it, and what its secrets and configs hold, beside it."""
    folder.chmod(0o755)
    for name, content in composing.files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(base64.b64decode(content))
        path.chmod(0o644)
    (folder / MODEL).write_text(json.dumps(handed(session, folder, composing.files, model)))


def _remove(made: Stack) -> None:
    """Begin to remove its containers, then its networks. Volumes go with all that carries the run's label."""
    removals = made.scope.session.removals
    with contextlib.suppress(docker.errors.DockerException):
        for container in made.all_containers():
            removals.container(container)
        for network in made.networks().values():
            removals.network(network)
