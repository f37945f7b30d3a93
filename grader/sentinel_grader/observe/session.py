"""One grade on one engine, and what belongs to it alone."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from docker import DockerClient

from sentinel_grader.environment.docker import version_number
from sentinel_grader.observe.disk import OBSERVATION, Disk
from sentinel_grader.observe.engine import connect, key_of
from sentinel_grader.observe.facts import Facts
from sentinel_grader.observe.leftovers import LABEL, clean, run_lock, sweep
from sentinel_grader.observe.log import AT_WORK, Log
from sentinel_grader.observe.removals import Removals


@dataclass(frozen=True)
class Session:
    """A grade under way. `nonces` are what this run planted, by what they are for: kept with the result. `disk` is
    there while somebody looks at what its containers write."""

    run: str
    engine: DockerClient
    submission: Path
    surroundings: dict[str, str]
    nonces: dict[str, str] = field(default_factory=dict)
    log: Log = field(default_factory=Log)
    facts: Facts = field(default_factory=Facts.default)
    removals: Removals = field(default_factory=Removals)
    disk: Disk | None = None

    @property
    def labels(self) -> dict[str, str]:
        """What everything that is made on the engine now must carry."""
        return {LABEL: self.run, OBSERVATION: AT_WORK.get()}

    def name(self, what: str) -> str:
        """A name that no other run uses. Container names need two characters at least."""
        return f"sentinel-{self.run}-{what}-{uuid.uuid4().hex[:6]}"


@contextlib.contextmanager
def session(
    submission: Path, surroundings: dict[str, str], *, keep: bool = False, log: Log | None = None
) -> Iterator[Session]:
    """A session for the block. What it made on the engine is removed after it; with `keep`, by the next run. Raises
    OursError where the engine is gone by then; the next run on it cleans up."""
    engine, run, log = connect(), uuid.uuid4().hex[:10], log or Log()
    engine.api.hooks["response"].append(log.called)
    with contextlib.closing(engine), run_lock(key := key_of(engine), run) as forget:
        sweep(engine, key)
        try:
            version = version_number(surroundings.get("engine", ""))
            with Removals(keep=keep, version=version) as removals, Disk(run) as disk:
                yield Session(run, engine, submission, surroundings, log=log, removals=removals, disk=disk)
        except BaseException:
            if not keep:
                clean(engine, run)  # not forgotten: the engine may still be at work on an image
            raise
        if not keep and clean(engine, run):
            forget()
