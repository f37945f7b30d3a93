"""Every process of a container, as the kernel tells of it: read by a container of ours in the same process namespace.

Not `docker top`: with user-namespace remapping it shows root as 100000. Not `docker exec id`: that runs the image's own
`id`, as another process. The watcher has no network, nothing to write to, and root's number without root's power: no
user inside may end it then, and no root read or write in its name.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docker
import msgspec
from docker.models.containers import Container

from sentinel_grader.observe.agent import IMAGE
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.scope import Scope

_CODE = Path(__file__).with_name("watcher_inside.py").read_text(encoding="utf-8")
#: Seconds that are waited for looks, and how often starting a watcher is tried.
_WAITING, _TRIES = 30.0, 2
#: What runc calls itself in there (https://github.com/opencontainers/runc/blob/main/libcontainer/nsenter/nsexec.c).
_ENTERING = re.compile(r"runc:\[\d:\w+\]")


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

    @property
    def is_entering(self) -> bool:
        """Whether it is the engine's own way in, for a HEALTHCHECK or an exec: root, for a moment, and not yet the
        program that it will be. It comes from outside, and so has no parent in there; all else but PID 1 has one."""
        return self.parent == 0 and self.pid != 1 and bool(_ENTERING.fullmatch(self.name))


@dataclass(frozen=True)
class Watched:
    """All that was seen of a container's processes, over so many looks. `to_the_end`: nobody ended the watcher."""

    looks: int
    processes: list[Process]
    to_the_end: bool


class Watcher:
    """Looks at a container's processes, some twenty times a second, until it is asked what it saw.

    It never raises for being kept from looking: a root inside may end or stop whatever shares its processes. Whether
    this engine lets us look at all is what the calibration is for.
    """

    def __init__(self, scope: Scope, watching: Container | None) -> None:
        self._scope, self._watching = scope, watching

    def wait_for_looks(self, number: int) -> None:
        """Return once it looked so often, or can no longer, or takes too long."""
        until = time.monotonic() + _WAITING
        while self._watching and len(self._looks()) < number and time.monotonic() < until:
            self._scope.sleep(0.05)
            self._watching.reload()
            if self._watching.status != "running":
                return

    def saw(self) -> Watched:
        """End watching."""
        if not self._watching:
            return Watched(0, [], to_the_end=False)
        self._watching.reload()
        to_the_end = self._watching.status == "running"
        with contextlib.suppress(docker.errors.APIError):  # it ended by itself meanwhile: the watched one did
            self._watching.kill()
        looks = [msgspec.json.decode(line, type=list[Process]) for line in self._looks()]
        return Watched(len(looks), [process for look in looks for process in look], to_the_end)

    def _looks(self) -> list[bytes]:
        assert self._watching
        return self._watching.logs(stderr=False).split(b"\n")[:-1]  # type: ignore[no-any-return]


@contextlib.contextmanager
def watcher(scope: Scope, container: Container) -> Iterator[Watcher]:
    """A watcher of `container` for the block."""
    watching = next((started for _ in range(_TRIES) if (started := _start(scope, container))), None)
    try:
        yield Watcher(scope, watching)
    finally:
        if watching:
            scope.session.removals.container(watching)


def _start(scope: Scope, container: Container) -> Container | None:
    try:
        return scope.session.engine.containers.run(
            IMAGE,
            ["python", "-u", "-c", _CODE],
            name=scope.session.name("watcher"),
            labels=scope.session.labels,
            network_mode="none",
            pid_mode=f"container:{container.id}",
            detach=True,
            user="0:0",
            read_only=True,
            cap_drop=["ALL"],
            # Of no use to us, but no container has it otherwise: a root inside, who may become any user, can then not
            # open our output and write there what we should have seen (ptrace(2), "access mode checking").
            cap_add=["WAKE_ALARM"],
            security_opt=["no-new-privileges"],
            mem_limit="128m",
        )
    except docker.errors.DockerException:
        return None


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
                watching.wait_for_looks(1)
                seen = watching.saw()
        finally:
            session.removals.container(root)
    except docker.errors.DockerException as error:
        raise OursError("no_watcher", str(error)) from error
    if [process.uids for process in seen.processes if process.pid == 1] != [[0, 0, 0, 0]]:
        raise OursError("watcher_blind", f"a container known to be root was seen as {json.dumps(str(seen))[:300]}")
