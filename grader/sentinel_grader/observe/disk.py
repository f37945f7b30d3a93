"""Whoever writes more to the engine's disk than a grade can bear is ended, and what was observed of it has failed.

Few engines have a quota for it: https://docs.docker.com/reference/cli/docker/container/run/#storage-opt. So it is
looked at from outside, now and then, how much each container of the grade has in a layer of its own. What is on its
volumes the engine tells only of all volumes of everybody at once, which takes too long.
"""

from __future__ import annotations

import contextlib
import threading
from typing import Any, Self

import docker

from sentinel_grader.observe.engine import connect
from sentinel_grader.observe.leftovers import LABEL
from sentinel_grader.observe.outcome import OursError, SubmissionFault

#: The label by which a container says which observation it was made for.
OBSERVATION = "io.sentinel.observation"
#: Bytes that a container may have in its own layer; seconds between two looks.
MOST, EVERY = 1 << 30, 2.0


class Disk:
    """As a context manager, it looks at the containers of this run all the while."""

    def __init__(self, run: str, *, most: int = MOST, every: float = EVERY) -> None:
        self._run, self._most, self._every = run, most, every
        self._written, self._over = dict[str, int](), threading.Event()
        self._looking = threading.Thread(target=self._look_on, daemon=True)

    def __enter__(self) -> Self:
        self._looking.start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._over.set()
        self._looking.join()

    def filled_by(self, observation: str) -> SubmissionFault | None:
        """What came of a container that was ended for what it wrote, among those made for this observation."""
        if not (written := self._written.get(observation)):
            return None
        return SubmissionFault(
            "disk_filled",
            f"A container wrote {written / 1e6:,.0f} MB into its own layer, and was ended before the disk was full.",
            expected=f"at most {self._most / 1e6:,.0f} MB; what is to stay belongs into Redis",
        )

    def _look_on(self) -> None:
        """A connection of its own: what the grade itself asks is counted."""
        gone = docker.errors.DockerException, OSError, OursError  # others will tell
        with contextlib.suppress(*gone), contextlib.closing(connect()) as engine:
            while not self._over.wait(self._every):
                with contextlib.suppress(*gone):
                    self._look(engine)

    def _look(self, engine: docker.DockerClient) -> None:
        found: list[dict[str, Any]] = engine.api.containers(size=True, filters={"label": f"{LABEL}={self._run}"})
        for container in found:
            if (written := int(container.get("SizeRw") or 0)) > self._most:
                self._written[container["Labels"].get(OBSERVATION, "")] = written
                with contextlib.suppress(docker.errors.APIError):  # it ended by itself
                    engine.api.kill(container["Id"])
