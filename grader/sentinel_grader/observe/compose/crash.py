"""A crash, as the engine knows it: the first process of a container killed from outside of it.

`docker kill` counts as somebody's wish, and a restart policy respects it:
https://docs.docker.com/engine/containers/start-containers-automatically/#restart-policy-details. So a container of ours
that sees all processes of the engine's machine ends just that one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import docker
from docker.models.containers import Container

from sentinel_grader.observe.agent import IMAGE
from sentinel_grader.observe.compose.flow import Line
from sentinel_grader.observe.patience import Patience
from sentinel_grader.observe.session import Session
from sentinel_grader.observe.stand import PORT

#: Seconds that are waited for a container that crashed to be back and well.
HEALING = 20.0
#: Ends the process if it belongs to the container: a number may have been given to another meanwhile. One that ended by
#: itself before that has crashed as well.
_KILL = """\
import os, signal, sys
pid, container = sys.argv[1:]
try:
    if container not in open(f"/proc/{pid}/cgroup").read():
        sys.exit("it is not of that container")
    os.kill(int(pid), signal.SIGKILL)
except (FileNotFoundError, ProcessLookupError):
    pass
"""


class NoCrashError(Exception):
    """This engine does not let us crash anything: the reason, in its words."""


@dataclass(frozen=True)
class Crash:
    """One crash: whether the container was back and answered 200 to GET /health, after so many seconds; what the
    engine said of it last, with the times that it was started again by then."""

    healed: bool
    seconds: float
    status: str
    restarts: int
    answer: str = ""


def crash(line: Line, container: Container) -> Crash:
    """Crash a container that runs, and see whether it heals. Raises NoCrashError."""
    container.reload()
    restarts = _restarts(container)
    _kill(line.stack.scope.session, container)
    patience, began, words = Patience(HEALING, line.agent.slowdown), time.monotonic(), ""
    while patience.lasts():
        container.reload()
        if _restarts(container) > restarts and container.status == "running":
            answer = line.agent.http("GET", line.stack.address(container, line.network), PORT, "/health", timeout=2)
            words = answer.words
            if answer.status == 200:
                return Crash(True, time.monotonic() - began, container.status, _restarts(container), words)
        if container.status == "exited" and patience.spent > HEALING / 4:  # the engine waits 0.1 s, then twice as long
            break
        line.stack.scope.sleep(0.2)
    return Crash(False, time.monotonic() - began, container.status, _restarts(container), words)


def _restarts(container: Container) -> int:
    return int(container.attrs.get("RestartCount") or 0)


def _kill(session: Session, container: Container) -> None:
    try:
        session.engine.containers.run(
            IMAGE,
            ["python", "-c", _KILL, str(container.attrs["State"]["Pid"]), str(container.id)],
            name=session.name("crash"),
            labels=session.labels,
            network_mode="none",
            pid_mode="host",
            remove=True,
            user="0:0",
            read_only=True,
            cap_drop=["ALL"],
            cap_add=["KILL"],
            mem_limit="64m",
        )
    except docker.errors.DockerException as error:
        killed = container.attrs["State"]["Pid"]
        container.reload()
        if container.attrs["State"]["Pid"] == killed != 0:  # else it is gone, as it should be
            raise NoCrashError(str(error)[:400]) from error
