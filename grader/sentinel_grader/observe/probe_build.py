"""Builds that are made to see what comes of them, of the learner's own context with something changed in it."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import docker

from sentinel_grader.observe.alerter_build import failure, run_build
from sentinel_grader.observe.outcome import Fault, OursError, Place
from sentinel_grader.observe.scope import Scope

_OWN = "io.sentinel.probe"


@dataclass(frozen=True)
class Tried:
    """How a build ended. `words` say why it failed; `layers` are the digests of the image that came of it, if any.
    `steps` are those that it came to, by BuildKit's names for them: CACHED, DONE or ERROR."""

    ok: bool
    words: str = ""
    layers: tuple[str, ...] = ()
    steps: Mapping[str, str] = field(default_factory=dict)
    at: Place | None = None


def try_build(scope: Scope, context: Path, caches: str, *options: str) -> Tried:
    """Build, and take a failure for an answer. Raises OursError for a failure that is ours."""
    ran = run_build(scope, context, caches, *options)
    if ran.status == 0:
        return Tried(True, steps=steps_in(ran.error))
    if ran.status is None:
        return Tried(False, "The build did not end in time.")
    failed = failure(ran.error, context / "Dockerfile")
    if isinstance(failed, Fault):
        words = "\n".join((str(failed), *failed.outcome.detail))
        return Tried(False, words, steps=steps_in(ran.error), at=failed.outcome.at)
    raise failed


_STEP, _END = re.compile(r"#(\d+) (\[.+)"), re.compile(r"#(\d+) (CACHED|DONE|ERROR)\b")


def steps_in(log: str) -> dict[str, str]:
    """How each step of a build ended. What a step itself prints has the seconds in front: it cannot pass for this."""
    names, ends = dict[str, str](), dict[str, str]()
    for line in log.split("\n"):  # not splitlines(): it cuts at characters that a step may print within a line
        if named := _STEP.match(line):
            names[named[1]] = named[2]
        elif (ended := _END.match(line)) and ended[1] in names:
            ends.setdefault(names[ended[1]], ended[2])
    return ends


@contextlib.contextmanager
def probe_image(scope: Scope, context: Path, caches: str, what: str, *options: str) -> Iterator[tuple[str, Tried]]:
    """An image built for the block only: its name, and how its build ended.

    Its label makes it another image than that of any other build, even where the context is of no matter: Engine 20.10
    may lose the name of an image while another name of it is removed.
    """
    name = f"sentinel-grade/{what}:{scope.session.run}"
    own = f"--label={_OWN}={scope.nonce()}"
    engine = scope.session.engine
    try:
        tried = try_build(scope, context, caches, "--load", f"--tag={name}", own, *options)
        if tried.ok:
            layers = engine.images.get(name).attrs["RootFS"]["Layers"]
            tried = replace(tried, layers=tuple(str(layer) for layer in layers))
        yield name, tried
    except docker.errors.DockerException as error:
        raise OursError("engine_error", str(error)) from error
    finally:
        with contextlib.suppress(docker.errors.DockerException):
            engine.images.remove(name)


def with_lines(dockerfile: Path, before: dict[int, str]) -> None:
    """Put lines into a Dockerfile: each before the line of the given number, from 1; past the end, after all."""
    lines = dockerfile.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    for number in sorted(before, reverse=True):
        lines.insert(min(number - 1, len(lines)), before[number])
    dockerfile.write_text("\n".join(lines), encoding="utf-8", errors="surrogateescape")
