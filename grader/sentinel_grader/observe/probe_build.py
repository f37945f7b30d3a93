"""Builds that are made to see what comes of them, of the learner's own context with something changed in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import docker

from sentinel_grader.observe.alerter_build import failure, run_build
from sentinel_grader.observe.outcome import Fault, OursError
from sentinel_grader.observe.scope import Scope


@dataclass(frozen=True)
class Tried:
    """How a build ended. `words` say why it failed; `layers` are the digests of the image that came of it, if any."""

    ok: bool
    words: str = ""
    layers: tuple[str, ...] = ()


def try_build(scope: Scope, context: Path, caches: str, *options: str) -> Tried:
    """Build, and take a failure for an answer. Raises OursError for a failure that is ours."""
    ran = run_build(scope, context, caches, *options)
    if ran.status == 0:
        return Tried(True)
    if ran.status is None:
        return Tried(False, "The build did not end in time.")
    failed = failure(ran.error)
    if isinstance(failed, Fault):
        return Tried(False, "\n".join((str(failed), *failed.outcome.detail)))
    raise failed


@contextlib.contextmanager
def probe_image(scope: Scope, context: Path, caches: str, what: str, *options: str) -> Iterator[tuple[str, Tried]]:
    """An image built for the block only: its name, and how its build ended."""
    name = f"sentinel-grade/{what}:{scope.session.run}"
    engine = scope.session.engine
    try:
        tried = try_build(scope, context, caches, "--load", f"--tag={name}", *options)
        if tried.ok:
            layers = engine.images.get(name).attrs["RootFS"]["Layers"]
            tried = Tried(True, layers=tuple(str(layer) for layer in layers))
        yield name, tried
    except docker.errors.DockerException as error:
        raise OursError("engine_error", str(error)) from error
    finally:
        with contextlib.suppress(docker.errors.DockerException):
            engine.images.remove(name)


def with_lines(dockerfile: Path, before: dict[int, str]) -> None:
    """Put lines into a Dockerfile: each before the line of the given number, from 1; past the end, after all."""
    lines = dockerfile.read_text(errors="surrogateescape").split("\n")
    for number in sorted(before, reverse=True):
        lines.insert(min(number - 1, len(lines)), before[number])
    dockerfile.write_text("\n".join(lines), errors="surrogateescape")
