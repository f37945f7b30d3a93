"""Every process of a container, as the kernel tells of it: read by a container of ours in the same process namespace.

Not `docker top`: with user-namespace remapping it shows root as 100000. Not `docker exec id`: that runs the image's own
`id`, as another process. The watcher has no capability, no network and nothing to write to.
"""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docker
import msgspec
from docker.models.containers import Container

from sentinel_grader.observe.agent import IMAGE
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.scope import Scope

_CODE = Path(__file__).with_name("watcher_inside.py").read_text()
#: Seconds that the watcher gets for its first look.
_STARTING = 15.0


@dataclass(frozen=True)
class Process:
    """A process at one moment. `uids` are its real, effective, saved and file-system one; `capabilities` the effective
    ones, as a bit mask."""

    pid: int
    parent: int
    name: str
    command: str
    uids: list[int]
    capabilities: int
    no_new_privileges: bool
    seccomp: int


@dataclass(frozen=True)
class Watched:
    """All that was seen of a container's processes, over so many looks. `to_the_end`: nobody ended the watcher."""

    looks: int
    processes: list[Process]
    to_the_end: bool


class Watcher:
    """Looks at a container's processes, some twenty times a second, until it is asked what it saw."""

    def __init__(self, scope: Scope, watching: Container) -> None:
        self._scope, self._watching = scope, watching

    def wait_for_first_look(self) -> None:
        for _ in range(int(_STARTING / 0.05)):
            if self._watching.logs(tail=1).endswith(b"\n"):
                return
            self._scope.sleep(0.05)
        raise OursError("watcher_silent", "the container that looks at processes gave no answer")

    def saw(self) -> Watched:
        """End watching."""
        self._watching.reload()
        to_the_end = self._watching.status == "running"
        with contextlib.suppress(docker.errors.APIError):  # it ended by itself meanwhile: the watched one did
            self._watching.kill()
        lines = self._watching.logs(stderr=False).split(b"\n")[:-1]
        looks = [msgspec.json.decode(line, type=list[Process]) for line in lines]
        return Watched(len(looks), [process for look in looks for process in look], to_the_end)


@contextlib.contextmanager
def watcher(scope: Scope, container: Container) -> Iterator[Watcher]:
    """A watcher of `container`, which must be running, for the block. Raises OursError where there can be none."""
    session = scope.session
    # A user that nobody can foresee: one with the same number could end it.
    somebody = random.SystemRandom().randint(20_000, 60_000)
    try:
        watching = session.engine.containers.run(
            IMAGE,
            ["python", "-u", "-c", _CODE],
            name=session.name("watcher"),
            labels=session.labels,
            network_mode="none",
            pid_mode=f"container:{container.id}",
            detach=True,
            user=f"{somebody}:{somebody}",
            read_only=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            mem_limit="128m",
        )
    except docker.errors.DockerException as error:
        raise OursError("no_watcher", str(error)) from error
    try:
        yield Watcher(scope, watching)
    finally:
        with contextlib.suppress(docker.errors.DockerException):
            watching.remove(force=True)


def calibrate(scope: Scope) -> None:
    """Look at a container of ours that is known to be root. Raises OursError if that does not show: then what the
    watcher says of others would prove nothing."""
    session = scope.session
    try:
        root = session.engine.containers.run(
            IMAGE,
            ["sleep", "600"],
            name=session.name("root"),
            labels=session.labels,
            network_mode="none",
            detach=True,
            user="0:0",
            read_only=True,
        )
        try:
            with watcher(scope, root) as watching:
                watching.wait_for_first_look()
                seen = watching.saw()
        finally:
            root.remove(force=True)
    except docker.errors.DockerException as error:
        raise OursError("no_watcher", str(error)) from error
    if [process.uids for process in seen.processes if process.pid == 1] != [[0, 0, 0, 0]]:
        raise OursError("watcher_blind", f"a container known to be root was seen as {json.dumps(str(seen))[:300]}")
