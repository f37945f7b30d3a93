"""One grade on one engine: what it makes there carries its name, and is gone at the end, whatever happens.

A killed grade cleans nothing up. So each holds a lock on a file of its own in the state folder; whoever grades next on
the same engine removes the objects of every run whose lock is free. The file goes once nothing is left of the run: the
engine may still have been at work on an image of it. Objects that do not carry our label are never touched.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import subprocess
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import docker
from docker import DockerClient

from sentinel_grader.observe.facts import Facts
from sentinel_grader.observe.log import Log
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.removals import Removals
from sentinel_grader.paths import state_folder

#: Every container, network and volume of a grade carries it, with the run's id as its value.
LABEL = "io.sentinel.run"
#: Where learners' images lie: they outlive a run, so that what was seen of them can be used again.
REPOSITORY = "sentinel-grade/alerter"
#: How many of their tags are kept, the latest; and for how many seconds all of them, since a grade may be at work.
MOST_TAGS, IN_USE = 20, 900.0


@dataclass(frozen=True)
class Session:
    """A grade under way. `nonces` are what this run planted, by what they are for: kept with the result."""

    run: str
    engine: DockerClient
    submission: Path
    surroundings: dict[str, str]
    nonces: dict[str, str] = field(default_factory=dict)
    log: Log = field(default_factory=Log)
    facts: Facts = field(default_factory=Facts.default)
    removals: Removals = field(default_factory=Removals)

    @property
    def labels(self) -> dict[str, str]:
        return {LABEL: self.run}

    def name(self, what: str) -> str:
        """A name that no other run uses. Container names need two characters at least."""
        return f"sentinel-{self.run}-{what}-{uuid.uuid4().hex[:6]}"


def connect() -> DockerClient:
    """The engine that the docker client would use: DOCKER_HOST, else the current context's."""
    try:
        host = os.environ.get("DOCKER_HOST") or _context_host()
        client = docker.DockerClient(base_url=host, version="auto", timeout=120)
    except (docker.errors.DockerException, OSError) as error:
        raise OursError("engine_gone", str(error)) from error
    return client


def _context_host() -> str:
    asked = subprocess.run(["docker", "context", "inspect"], capture_output=True, text=True, timeout=20, check=False)
    with contextlib.suppress(ValueError, KeyError, IndexError):
        return str(json.loads(asked.stdout)[0]["Endpoints"]["docker"]["Host"])
    return "unix:///var/run/docker.sock"


@contextlib.contextmanager
def session(
    submission: Path, surroundings: dict[str, str], *, keep: bool = False, log: Log | None = None
) -> Iterator[Session]:
    """A session for the block. What it made on the engine is removed after it; with `keep`, by the next run. Raises
    OursError where the engine is gone by then; the next run on it cleans up."""
    engine, run, log = connect(), uuid.uuid4().hex[:10], log or Log()
    engine.api.hooks["response"].append(log.called)
    with contextlib.closing(engine), _run_lock(key := _key_of(engine), run, keep):
        sweep(engine, key)
        try:
            with Removals(keep=keep) as removals:
                yield Session(run, engine, submission, surroundings, log=log, removals=removals)
        finally:
            if not keep:
                clean(engine, run)


# --- cleaning up ------------------------------------------------------------------------------------------------------


def _locks() -> Path:
    folder = state_folder() / "runs"
    folder.mkdir(exist_ok=True)
    return folder


@contextlib.contextmanager
def _run_lock(key: str, run: str, keep: bool) -> Iterator[None]:
    """Hold the run's lock for the block. Its file stays where the block was interrupted, or the run's objects are kept:
    by it the next run knows that there is something to sweep."""
    path = _locks() / f"{key}.{run}"
    with _locked(path):
        yield
        if not keep:
            path.unlink(missing_ok=True)


def _locked(path: Path) -> IO[str]:
    """The file, new and locked. Whoever swept it away before it was locked has it made again."""
    while True:
        file = path.open("w")
        fcntl.flock(file, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(path.stat(), os.fstat(file.fileno())):
                return file
        file.close()


def _key_of(engine: DockerClient) -> str:
    """The engine by its own id: another one may stand behind the same socket tomorrow."""
    try:
        return hashlib.sha256(str(engine.info()["ID"]).encode()).hexdigest()[:12]
    except (docker.errors.DockerException, OSError, KeyError) as error:
        raise OursError("engine_gone", str(error)) from error


def sweep(engine: DockerClient, key: str) -> bool:
    """Remove what runs of this machine left that were killed: their locks are free. Whether none is under way."""
    alone = True
    for path in _locks().glob(f"{key}.*"):
        with contextlib.suppress(OSError), path.open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                alone = False
                continue
            if not remove(engine, path.name.partition(".")[2]):
                path.unlink(missing_ok=True)
    return alone


def clear() -> None:
    """Remove all that grades left on the engine: what killed ones made there, and learners' images, unless another
    grade is under way, which may be using them."""
    with contextlib.closing(connect()) as engine:
        alone = sweep(engine, _key_of(engine))
        for image in engine.api.images(name=REPOSITORY) if alone else ():
            for tag in image["RepoTags"] or []:
                with contextlib.suppress(docker.errors.APIError):
                    engine.images.remove(tag)


def remove(engine: DockerClient, run: str) -> int:
    """Remove a run's containers, networks, volumes and images, in this order; how many of them there were. What is
    gone already is fine."""
    ours = {"label": f"{LABEL}={run}"}
    gone = contextlib.suppress(docker.errors.APIError)
    containers = engine.containers.list(all=True, filters=ours, ignore_removed=True)
    for container in containers:
        with gone:
            container.remove(force=True, v=True)
    networks = engine.networks.list(filters=ours)
    for network in networks:
        with gone:
            network.remove()
    volumes = engine.volumes.list(filters=ours)
    for volume in volumes:
        with gone:
            volume.remove(force=True)
    # By the plain listing: the SDK's own asks for each image once more, and another grade may just have removed it.
    images = engine.api.images(filters=ours)
    for image in images:
        with gone:
            engine.images.remove(image["Id"], force=True)
    return len(containers) + len(networks) + len(volumes) + len(images)


def clean(engine: DockerClient, run: str) -> None:
    """Remove a run's objects, and images that nobody uses. Raises OursError where the engine is gone."""
    try:
        remove(engine, run)
        _remove_outdated_images(engine)
    except OSError as error:  # what `requests` raises where nobody answers
        raise OursError("engine_gone", str(error)) from error


def _remove_outdated_images(engine: DockerClient) -> None:
    for tag in outdated([image["RepoTags"] or [] for image in engine.api.images(name=REPOSITORY)]):
        with contextlib.suppress(docker.errors.APIError):
            engine.images.remove(tag)


def tag_now(what: str) -> str:
    """A tag for a learner's image that is used now; `what` tells one from another. It has the time in it, since the
    engine does not tell: an image that came from the cache is as old as its first build."""
    return f"{what}-{int(time.time())}"


def outdated(images: Iterable[Iterable[str]]) -> list[str]:
    """Of each image's names all but the one of its last use; and those of the images whose last use is long ago, and
    that are too many."""
    uses = [sorted((name for name in names if _used_at(name)), key=_used_at) for names in images]
    latest = sorted((names[-1] for names in uses if names), key=_used_at, reverse=True)
    old = [name for name in latest[MOST_TAGS:] if time.time() - _used_at(name) > IN_USE]
    return [name for names in uses for name in names[:-1]] + old


def _used_at(name: str) -> int:
    """When an image was used under this name (seconds since the epoch); 0 for a name that is not ours."""
    when = name.rpartition("-")[2]
    return int(when) if when.isdigit() else 0
