"""The container engine: used as it is, started, or installed. What we started, `stop_ours` stops."""

from __future__ import annotations

import contextlib
import getpass
import os
import platform
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psutil

from sentinel_grader.environment import distribution, plugins, shell
from sentinel_grader.environment.consent import Consent
from sentinel_grader.environment.docker import (
    OLDEST_ENGINE,
    Answer,
    Engine,
    EngineState,
    daemon_path,
    find_engine,
    is_local,
)
from sentinel_grader.environment.journal import Journal
from sentinel_grader.environment.problem import NoEngine, Problem
from sentinel_grader.environment.progress import Progress, Step
from sentinel_grader.paths import state_folder

#: Seconds that an engine gets to answer after it was started.
STARTING = 60.0
_SYSTEMD = Path("/run/systemd/system")  # https://www.freedesktop.org/software/systemd/man/latest/sd_booted.html


def ensure(progress: Progress, consent: Consent) -> Engine:
    """Return the engine that answers; start or install it if that is ours to do. Raises Problem or NoEngine."""
    state = find_engine()
    if state.answer in (Answer.ABSENT, Answer.NO_CLIENT):
        _install(progress, consent)
        state = find_engine()
    if state.answer is Answer.STOPPED:
        with progress.step("Starting the engine") as step:
            _start(step)
        state = find_engine()
    if state.engine is None:
        raise instruction(state)
    if state.engine.number < OLDEST_ENGINE:
        oldest = ".".join(map(str, OLDEST_ENGINE))
        raise Problem(f"The engine is {state.engine.version}, and the course needs {oldest} or newer.", _instruction())
    plugins.ensure(progress, consent)
    return state.engine


def instruction(state: EngineState) -> Problem:
    """Why there is no engine to use, and what this person can do about it."""
    user = getpass.getuser()
    match state.answer:
        case Answer.FORBIDDEN:
            return Problem(
                f"The engine runs, but {user} may not use it: {state.detail}",
                f"Join the docker group, then log out and in again:\n  sudo usermod -aG docker {user}",
            )
        case Answer.UNREACHABLE:
            named = (
                f"DOCKER_HOST={os.environ['DOCKER_HOST']}"
                if os.environ.get("DOCKER_HOST")
                else "`docker context inspect`"
            )
            return Problem(
                f"The engine that {named} names does not answer: {state.detail}",
                "Start it, or choose another: `unset DOCKER_HOST`, `docker context use default`.",
            )
        case Answer.PODMAN:
            return Problem("`docker` is Podman here, which the course does not support.", _instruction())
        case Answer.STOPPED:
            return Problem(
                f"The engine is installed but does not answer: {state.detail}", "sudo systemctl start docker"
            )
        case _:
            return NoEngine(f"There is no container engine: {state.answer.value}.", _instruction())


def _instruction() -> str:
    """How a person gets an engine on this machine, in one command where there is one."""
    if platform.system() == "Darwin":
        return (
            "Install and start Docker Desktop, OrbStack or Rancher Desktop. Or Colima:\n"
            "  brew install colima docker docker-compose docker-buildx && colima start"
        )
    if "microsoft" in platform.release().lower():
        return "Start Docker Desktop with its WSL2 integration for this distribution, or install an engine in it."
    release = distribution.release()
    if release is None:
        return "Install Docker Engine: https://docs.docker.com/engine/install/"
    if distribution.can_install():
        return "./sentinel up installs one"
    if release.plugins_from:  # two of its parts are no packages here (plugins.py)
        return "Let Sentinel install one:\n  sudo ./sentinel up"
    return f"  sudo apt-get install {' '.join(distribution.engine_packages(release))}"


# --- install -------------------------------------------------------------------------------------------------------


def _install(progress: Progress, consent: Consent) -> None:
    release = distribution.release()
    if release is None or not distribution.can_install() or (shutil.which("docker") and not is_local()):
        raise NoEngine("There is no container engine on this machine.", _instruction())
    packages = distribution.missing(distribution.engine_packages(release))
    announcement = f"No container engine here. Sentinel will install {', '.join(packages)}"
    if not consent(f"{announcement} from {release.name}'s own packages, and start the engine."):
        raise NoEngine("There is no container engine, and none was to be installed.", _instruction())
    with progress.step(f"Installing {', '.join(packages)}") as step:
        journal = Journal.read()
        journal.packages = sorted({*journal.packages, *packages})
        journal.write()
        distribution.install(packages, step)
        _adopt_started(step)


def _adopt_started(step: Step) -> None:
    """A package's own script may have started the engine at once: then it is ours to stop as well."""
    if _answers_within(3.0, step):
        _remember()


# --- start and stop ------------------------------------------------------------------------------------------------


def _start(step: Step) -> None:
    if os.geteuid() != 0:
        raise Problem("The engine is installed but not running.", "Start it:\n  sudo systemctl start docker")
    if _SYSTEMD.exists():
        _start_unit(step)
    else:
        _start_daemon(step)
    _remember()


def _start_unit(step: Step) -> None:
    try:
        shell.run(["systemctl", "start", "docker"], deadline=STARTING, on_line=step.note)
    except shell.CommandFailed as failure:
        raise Problem("systemd could not start docker.", f"journalctl --unit docker --lines 20\n{failure}") from failure
    if not _answers_within(STARTING, step):
        raise Problem("docker was started, and does not answer.", "journalctl --unit docker --lines 20")


def _start_daemon(step: Step) -> None:
    """Start dockerd as systemd would, in a session of its own: it outlives us, and does not hold our lock."""
    daemon, log = daemon_path(), state_folder() / "engine.log"
    assert daemon is not None
    with log.open("wb") as sink:
        started = subprocess.Popen(
            [str(daemon)],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "PATH": f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"},
        )
    if not _answers_within(STARTING, step, started):
        last = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
        raise Problem("The engine was started, and does not answer.", f"Its last words, from {log}:\n{last}")


def _answers_within(seconds: float, step: Step, process: subprocess.Popen[bytes] | None = None) -> bool:
    """Whether the engine answers before `seconds` are over, or before `process` has given up."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if find_engine().answer is Answer.RUNNING:
            return True
        if process is not None and process.poll() is not None:
            return False
        step.note("waiting for the engine to answer")
        time.sleep(0.25)
    return False


def _remember() -> None:
    journal = Journal.read()
    process = _daemon()
    journal.engine_unit = _SYSTEMD.exists()
    journal.engine_pid = process.pid if process else None
    journal.engine_started_at = repr(process.create_time()) if process else None
    journal.write()


def _daemon() -> psutil.Process | None:
    """The running dockerd, by the process id that it writes down."""
    with contextlib.suppress(OSError, ValueError, psutil.Error):
        process = psutil.Process(int(Path("/var/run/docker.pid").read_text()))
        if process.name() == "dockerd":
            return process
    return None


def stop_ours(progress: Progress) -> None:
    """Stop the engine if it is the one that we started."""
    journal = Journal.read()
    process = _daemon()
    if process is None or process.pid != journal.engine_pid or repr(process.create_time()) != journal.engine_started_at:
        return
    with progress.step("Stopping the engine that Sentinel started"):
        if journal.engine_unit:
            shell.run(["systemctl", "stop", "docker.service", "docker.socket"], deadline=60)
        else:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
    journal.engine_pid, journal.engine_started_at, journal.engine_unit = None, None, False
    journal.write()
