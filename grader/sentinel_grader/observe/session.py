"""One grade on one engine, and what belongs to it alone."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from docker import DockerClient

from sentinel_grader.observe.engine import connect, key_of
from sentinel_grader.observe.facts import Facts
from sentinel_grader.observe.leftovers import LABEL, clean, run_lock, sweep
from sentinel_grader.observe.log import Log
from sentinel_grader.observe.removals import Removals


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


@contextlib.contextmanager
def session(
    submission: Path, surroundings: dict[str, str], *, keep: bool = False, log: Log | None = None
) -> Iterator[Session]:
    """A session for the block. What it made on the engine is removed after it; with `keep`, by the next run. Raises
    OursError where the engine is gone by then; the next run on it cleans up."""
    engine, run, log = connect(), uuid.uuid4().hex[:10], log or Log()
    engine.api.hooks["response"].append(log.called)
    with contextlib.closing(engine), run_lock(key := key_of(engine), run, keep):
        sweep(engine, key)
        try:
            with Removals(keep=keep) as removals:
                yield Session(run, engine, submission, surroundings, log=log, removals=removals)
        finally:
            if not keep:
                clean(engine, run)
