"""A Compose file as the policy lets it pass: what is needed of it to bring it up, without a path of this machine."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sentinel_grader.environment.docker import version_number
from sentinel_grader.environment.problem import Problem
from sentinel_grader.observe.outcome import Fault, OursError, Place
from sentinel_grader.observe.session import Session
from sentinel_grader.policy import allowed_bases, prepared_text, understood_by
from sentinel_grader.policy.compose import COMPOSE_FILE, Build, Resolved, resolved
from sentinel_grader.policy.compose.rules.extending import COURSE_FILE
from sentinel_grader.policy.compose.tree import Table

#: How deep lines are kept: services, alerter, environment, REDIS_HOST.
_DEPTH = 4


@dataclass(frozen=True)
class OwnBuild:
    """How an image is built: from the folder `context` beside the Compose file, by this text and no other.
    `dockerfile` is where that text is from."""

    context: str
    dockerfile: str
    text: str
    arguments: dict[str, str]
    target: str = ""


@dataclass(frozen=True)
class Own:
    """One of the learner's services. `image` is "" where it has none but what it builds."""

    name: str
    image: str
    build: OwnBuild | None


@dataclass(frozen=True)
class Composing:
    """`name` is the file's, in the submission. `model` is what Compose makes of it, less how images are built; `files`
    the contents of secrets and configs that lie in files, as base64; `lines` say where something stands in it."""

    name: str
    own: list[Own]
    model: dict[str, Any]
    files: dict[str, str] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        """What comes of it is the same for the same of these, wherever the lines stand. Builds are known by what they
        come to."""
        what = [self.model, self.files, [[own.name, own.image] for own in self.own]]
        return hashlib.sha256(json.dumps([what, self.lines], sort_keys=True).encode()).hexdigest()

    def service(self, name: str) -> dict[str, Any]:
        """What the model has of a service; nothing of one that is not there."""
        found: dict[str, Any] = self.model.get("services", {}).get(name) or {}
        return found

    def place(self, *path: str) -> Place:
        """Where something stands, such as ("services", "alerter", "ports"), or the nearest thing above it."""
        near = (".".join(path[:length]) for length in range(len(path), 0, -1))
        return Place(self.name, next((self.lines[one] for one in near if one in self.lines), None))


def taken(
    session: Session,
    folder: Path,
    course_file: Path,
    *,
    name: str = COMPOSE_FILE,
    include: str | None = COURSE_FILE,
) -> Composing:
    """The Compose file in `folder`; the arguments are those of `check_compose`. Raises Fault for what is refused,
    OursError where this machine cannot tell."""
    try:
        found = resolved(folder, course_file, allowed_bases=allowed_bases(), name=name, include=include)
    except Problem as problem:
        raise OursError("no_compose", f"{problem.what} {problem.remedy}".strip()) from problem
    if not isinstance(found, Resolved):
        first = found[0]
        raise Fault(
            first.code,
            f"Refused before anything ran: {first.saw} {first.remedy}".strip(),
            at=Place(first.path, first.line),
            expected="a Compose file that the course's policy lets pass",
            detail=tuple(str(other) for other in found[1:6]),
        )
    _require_understood(session, found)
    own = [Own(one.name, one.image, _build(one.build)) for one in found.services]
    model, files = _plain(found.model)
    return Composing(name, own, model, files, dict(_lines(found.composed.tree)))


def _require_understood(session: Session, found: Resolved) -> None:
    """Raise OursError where this engine is too old for what a Dockerfile uses."""
    understood = understood_by(version_number(session.surroundings.get("engine", "")))
    features = [feature for one in found.services if one.build for feature in one.build.dockerfile.features]
    if newer := [feature for feature in features if feature.since > understood]:
        words = ", ".join(f"{feature.name} (line {feature.line})" for feature in newer)
        raise OursError("dockerfile_frontend_too_old", f"This engine's BuildKit does not know {words}.")


def _build(build: Build | None) -> OwnBuild | None:
    if not build:
        return None
    dockerfile = build.dockerfile
    return OwnBuild(build.context, dockerfile.name, prepared_text(dockerfile), build.arguments, build.target)


def _plain(model: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """The model without how images are built, and what its secrets and configs hold: no path is left in it then."""
    plain: dict[str, Any] = json.loads(json.dumps(model))
    for service in plain.get("services", {}).values():
        service.pop("build", None)
    files = dict[str, str]()
    for section in ("secrets", "configs"):
        for name, what in plain.get(section, {}).items():
            if path := what.get("file"):
                files[f"{section}/{name}"] = base64.b64encode(Path(path).read_bytes()).decode()
                what["file"] = f"{section}/{name}"
    return plain, files


def _lines(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, int]]:
    for key, below in value if isinstance(value, Table) else ():
        here = (*path, key.text)
        if key.line:
            yield ".".join(here), key.line
        if len(here) < _DEPTH:
            yield from _lines(below, here)
