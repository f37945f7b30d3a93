"""What this machine has, one line a thing: fine, or what is wrong and what to do. It changes nothing."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psutil

from sentinel_grader.environment import docker, ports, shell
from sentinel_grader.environment.bases.catalogue import recipes
from sentinel_grader.environment.bases.images import local_image
from sentinel_grader.environment.docker import Answer, EngineState
from sentinel_grader.environment.engine import instruction
from sentinel_grader.environment.problem import Problem
from sentinel_grader.environment.stages import STAGES, containers
from sentinel_grader.paths import ROOT

#: What stage 1 with its images and build cache needs, in bytes: measured 1.1 GB, with room to work in.
DISK = 3_000_000_000
MEMORY = 2_000_000_000
#: Answers any client that it should log in first, and so shows that a registry is in reach, without pulling.
REGISTRY = "https://registry-1.docker.io/v2/"


class State(StrEnum):
    """FINE needs nothing; NOTE is worth knowing, and nothing need be done; WRONG stands in the way."""

    FINE = "fine"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """One line of the report. `remedy` is what to do; "" where there is nothing to do."""

    subject: str
    state: State
    seen: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Look at everything, each thing in its own try: one that cannot be looked at does not hide the others."""
    engine = docker.find_engine()
    looks: dict[str, Callable[[], Finding]] = {
        "engine": lambda: _engine(engine),
        "BuildKit": lambda: _plugin("BuildKit", "buildx", docker.OLDEST_BUILDX),
        "Compose": lambda: _plugin("Compose", "compose", docker.OLDEST_COMPOSE),
        "disk": lambda: _disk(engine),
        "memory": lambda: _memory(engine),
        "ports": _ports,
        "registry": _registry,
        "bases": lambda: _bases(engine),
        "cluster": _cluster,
    }
    return [_safely(subject, look) for subject, look in looks.items()]


def _safely(subject: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except Problem as problem:
        return Finding(subject, State.WRONG, problem.what, problem.remedy)
    except (OSError, ValueError, psutil.Error) as error:
        return Finding(subject, State.NOTE, f"could not be looked at: {error}")


def _engine(state: EngineState) -> Finding:
    engine = state.engine
    if engine is None:
        seen = state.answer.value + (f" ({state.detail.splitlines()[0]})" if state.detail else "")
        return Finding("engine", State.WRONG, seen, instruction(state).remedy)
    where = "" if docker.is_local() else ", on another machine or in a context of yours"
    seen = (
        f"{engine.version}, API {docker.api_version()}, {engine.driver}{', rootless' if engine.rootless else ''}{where}"
    )
    if engine.number < docker.OLDEST_ENGINE:
        return Finding("engine", State.WRONG, f"{seen}: too old", "https://docs.docker.com/engine/install/")
    return Finding("engine", State.FINE, seen)


def _plugin(subject: str, name: str, oldest: tuple[int, ...]) -> Finding:
    version = docker.plugin_version(name)
    if not version:
        return Finding(subject, State.WRONG, f"the docker client has no {name} plugin", "./sentinel up gets it")
    if docker.version_number(version) < oldest:
        wanted = ".".join(map(str, oldest))
        return Finding(
            subject, State.WRONG, f"{name} {version} is older than {wanted}", "./sentinel up gets a newer one"
        )
    return Finding(subject, State.FINE, f"{name} {version}")


def _disk(state: EngineState) -> Finding:
    """Where the engine keeps its images, if that folder is here; else where the checkout is."""
    root = Path(state.engine.root) if state.engine else ROOT
    place = root if root.exists() else ROOT
    free = shutil.disk_usage(place).free
    seen = f"{free / 1e9:.0f} GB free at {place}"
    if free < DISK:
        return Finding(
            "disk", State.WRONG, seen, f"{DISK / 1e9:.0f} GB are needed: `docker system df` shows what takes room"
        )
    return Finding("disk", State.FINE, seen)


def _memory(state: EngineState) -> Finding:
    total = state.engine.memory if state.engine and state.engine.memory else psutil.virtual_memory().total
    seen = f"{total / 1e9:.1f} GB" + (" for the engine" if state.engine else "")
    if total < MEMORY:
        return Finding("memory", State.WRONG, seen, f"{MEMORY / 1e9:.0f} GB are needed: give the engine's machine more")
    return Finding("memory", State.FINE, seen)


def _ports() -> Finding:
    port = ports.chosen()
    if any(str(port) in str(entry.get("Publishers")) for entry in containers(STAGES[1])):
        return Finding("ports", State.FINE, f"{port} is Sentinel's own: stage 1 is up")
    if ports.is_free(port):
        return Finding("ports", State.FINE, f"{port} is free")
    return Finding(
        "ports",
        State.WRONG,
        f"{port} is taken by {ports.holder(port)}",
        "Stop it, or: SENTINEL_PORT=8080 ./sentinel up",
    )


def _registry() -> Finding:
    request = urllib.request.Request(REGISTRY, method="GET")
    try:
        with urllib.request.urlopen(request, timeout=3):
            pass
    except urllib.error.HTTPError as answer:
        if answer.code == 429:
            return Finding(
                "registry", State.NOTE, "Docker Hub answers 429: this address has pulled its share", "docker login"
            )
        if answer.code != 401:
            return Finding("registry", State.NOTE, f"something else answers for Docker Hub: {answer.code}", _WITHOUT)
    except (urllib.error.URLError, TimeoutError) as error:
        return Finding(
            "registry", State.NOTE, f"Docker Hub cannot be reached: {getattr(error, 'reason', error)}", _WITHOUT
        )
    return Finding("registry", State.FINE, "Docker Hub answers")


_WITHOUT = "Nothing need be done: bases then come from bases.tar or from Debian packages."


def _bases(state: EngineState) -> Finding:
    if state.answer is not Answer.RUNNING:
        return Finding("bases", State.NOTE, "none to be seen without an engine")
    images = {name: local_image(name) for name in recipes()}
    words = [f"{name}{' (stand-in)' if image.is_stand_in else ''}" for name, image in images.items() if image]
    lacking = [name for name, image in images.items() if image is None]
    if lacking:
        return Finding("bases", State.NOTE, f"not here yet: {', '.join(lacking)}", "./sentinel bases, or ./sentinel up")
    return Finding("bases", State.FINE, ", ".join(words))


def _cluster() -> Finding:
    if not shutil.which("kubectl"):
        return Finding("cluster", State.NOTE, "no kubectl", "Nothing need be done before module 2.")
    status, out, _ = shell.answer(["kubectl", "config", "current-context"])
    seen = f"kubectl, context {out.strip()}" if status == 0 else "kubectl, and no context"
    return Finding("cluster", State.NOTE, seen, "Sentinel leaves it alone: module 1 needs no cluster.")
