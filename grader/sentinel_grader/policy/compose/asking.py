"""`docker compose config`, asked within bounds."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from sentinel_grader.environment.problem import Problem
from sentinel_grader.environment.shell import dies_with_us

#: Seconds; the answer takes a tenth of one.
DEADLINE = 60.0
#: Bytes of a model that are read.
MOST_OUTPUT = 4_000_000


@dataclass(frozen=True)
class Asked:
    """An answer: the exit status (None: ended at its deadline), what was printed, whether that was cut."""

    status: int | None
    out: str
    error: str
    cut: bool = False


def ask(file: Path, project: str) -> Asked:
    """What `docker compose config` says of a file. Raises Problem where there is no docker command."""
    docker = shutil.which("docker")
    if not docker:
        raise Problem("There is no docker command.", "Run `./sentinel doctor`: it says how to get one.")
    command = [docker, "compose", "--project-name", project, "--project-directory", str(file.parent.resolve())]
    # Every profile, since what is judged must be all that could be started; no .env file, whatever lies beside.
    command += ["--file", str(file.resolve()), "--env-file", os.devnull, "--profile", "*", "config", "--format", "json"]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as error:
        process = subprocess.Popen(
            [*dies_with_us(), *command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=error,
            env=_environment(),
            cwd=file.parent,
            start_new_session=True,
        )
        try:
            status = _wait(process, out.fileno())
        finally:
            _kill(process)
        printed = os.pread(out.fileno(), MOST_OUTPUT + 1, 0)
        said = os.pread(error.fileno(), 20_000, 0)
    cut = len(printed) > MOST_OUTPUT
    return Asked(status, printed.decode(errors="replace"), said.decode(errors="replace"), cut)


def _wait(process: subprocess.Popen[bytes], out: int) -> int | None:
    """The exit status; None where it is still at it at its deadline, or prints without end."""
    until = time.monotonic() + DEADLINE
    while time.monotonic() < until and os.fstat(out).st_size <= MOST_OUTPUT:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(0.1)
    return None


def _environment() -> dict[str, str]:
    """Nothing but where the client's plugins lie: no PATH, no HOME, and nothing that a file's variables could find."""
    home = os.environ.get("DOCKER_CONFIG") or str(Path.home() / ".docker")
    return {"DOCKER_CONFIG": home, "COMPOSE_EXPERIMENTAL_GIT_REMOTE": "0", "COMPOSE_EXPERIMENTAL_OCI_REMOTE": "0"}


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
