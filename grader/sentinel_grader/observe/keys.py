"""What a recording is filed under: change none of it, and the observation need not be made again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol, runtime_checkable

from sentinel_grader.observe.code import code_version
from sentinel_grader.observe.outcome import Recorded
from sentinel_grader.observe.registry import Observation, Registry
from sentinel_grader.observe.session import Session


@runtime_checkable
class Identified(Protocol):
    """Data that says what it is by itself: an image by its configuration's digest, however it came to be built. What
    builds on it is filed under that, and not under how it was made."""

    @property
    def identity(self) -> str: ...


@runtime_checkable
class Perishable(Protocol):
    """Data that stands for something on the engine, which may be gone when the recording is read again."""

    def is_there(self, session: Session) -> bool: ...


def content(folder: Path, patterns: tuple[str, ...]) -> str:
    """A hash over the files of `folder` that the patterns name: their paths, modes and bytes."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in folder.glob(pattern)}):
        if path.is_symlink():
            digest.update(f"link {path.relative_to(folder)} {path.readlink()}\0".encode())
        elif path.is_file():
            mode = path.stat().st_mode & 0o111
            digest.update(f"file {path.relative_to(folder)} {bool(mode)} {path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def contents(names: Iterable[str], submission: Path, registry: Registry) -> dict[str, str]:
    """For each of these observations, and those that they build on: a hash over all that it may see of a submission, by
    itself or through those."""
    found, closure = dict[str, str](), registry.closure(names)
    seen = {inputs: content(submission, inputs) for inputs in {observation.inputs for observation in closure}}
    for observation in closure:
        parts = [seen[observation.inputs], *(found[need] for need in observation.needs)]
        found[observation.name] = hashlib.sha256(" ".join(parts).encode()).hexdigest()
    return found


def key(
    observation: Observation,
    submission: Path,
    built_on: Mapping[str, tuple[str, Recorded[object]]],
    surroundings: Mapping[str, str],
) -> str:
    """The key of an observation whose needs are all recorded.

    `built_on` gives for each need its own key and what was recorded; `surroundings` are the engine's id and version and
    the digests of base and course images.
    """
    parts = {
        "observation": observation.name,
        "code": code_version(),
        "inputs": content(submission, observation.inputs),
        "needs": {name: _of(key_, recorded) for name, (key_, recorded) in sorted(built_on.items())},
        "surroundings": dict(sorted(surroundings.items())),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _of(key_: str, recorded: Recorded[object]) -> str:
    return recorded.data.identity if isinstance(recorded.data, Identified) else key_
