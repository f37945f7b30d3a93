"""What a grade made on the engine carries its name, and is gone at the end, whatever happens.

A killed grade cleans nothing up. So each holds a lock on a file of its own in the state folder; whoever grades next on
the same engine removes the objects of every run whose lock is free. The file goes once nothing is left of the run: the
engine may still have been at work on an image of it. Objects that do not carry our label are never touched.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import docker
from docker import DockerClient

from sentinel_grader.observe import learners_images
from sentinel_grader.observe.engine import connect, key_of
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.paths import state_folder

#: Every container, network and volume of a grade carries it, with the run's id as its value.
LABEL = "io.sentinel.run"
#: Seconds that an engine gets to let go what it still holds.
LETTING_GO = 5.0


def _locks() -> Path:
    folder = state_folder() / "runs"
    folder.mkdir(exist_ok=True)
    return folder


@contextlib.contextmanager
def run_lock(key: str, run: str) -> Iterator[Callable[[], None]]:
    """Hold the run's lock for the block, which calls what it is given once nothing is left of the run. Until then, the
    next run knows by the file that there is something to sweep."""
    path = _locks() / f"{key}.{run}"
    with _locked(path):
        yield lambda: path.unlink(missing_ok=True)


def _locked(path: Path) -> IO[str]:
    """The file, new and locked. Whoever swept it away before it was locked has it made again."""
    while True:
        file = path.open("w")
        fcntl.flock(file, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(path.stat(), os.fstat(file.fileno())):
                return file
        file.close()


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


def clean(engine: DockerClient, run: str) -> bool:
    """Remove a run's objects, and learners' images that nobody uses; whether nothing is left of the run. What an engine
    does not let go at once is tried again: on a busy one, a network still has the container that was just removed.
    Raises OursError where the engine is gone."""
    until = time.monotonic() + LETTING_GO
    try:
        while (left := remove(engine, run)) and time.monotonic() < until:
            time.sleep(0.05)
        learners_images.remove_outdated(engine)
        return not left
    except OSError as error:  # what `requests` raises where nobody answers
        raise OursError("engine_gone", str(error)) from error


def clear() -> None:
    """Remove all that grades left on the engine: what killed ones made there, and learners' images, unless another
    grade is under way, which may be using them."""
    with contextlib.closing(connect()) as engine:
        if sweep(engine, key_of(engine)):
            learners_images.remove_all(engine)


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
