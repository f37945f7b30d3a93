"""Whose the files are that an image has over its base, and who may change them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import docker

from sentinel_grader.observe.alerter_build import Build
from sentinel_grader.observe.dockerfile import DOCKERFILE
from sentinel_grader.observe.dockerfile_lines import last_line
from sentinel_grader.observe.export import Entry, entries
from sentinel_grader.observe.image_bases import COURSE_BASES, Bases, base_of, require_here
from sentinel_grader.observe.outcome import Fault, OursError
from sentinel_grader.observe.recipe import Recipe
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope


@dataclass(frozen=True)
class Modes:
    """What the image has that its base has not, or not with this owner and these modes. `workdir` is the folder that
    its command starts in; `line` is where the Dockerfile last speaks of owners or modes."""

    base: str
    over_base: list[Entry]
    workdir: str
    line: int | None = None


@observation("modes", owner="m1.immutable_app", inputs=[DOCKERFILE])
def modes(scope: Scope, build: Build, bases: Bases, recipe: Recipe) -> Modes:
    """Stream the files of the image, and of its base, and keep those that differ."""
    try:
        image = scope.session.engine.images.get(build.image)
        base = _base_of(image.attrs["RootFS"]["Layers"], _with_root(scope, bases, recipe.root.image))
        known = _base_entries(scope, base)
        over_base = [entry for entry in entries(scope, build.image) if known.get(entry.path) != entry]
    except docker.errors.DockerException as error:
        raise OursError("engine_error", str(error)) from error
    workdir = (image.attrs.get("Config") or {}).get("WorkingDir") or "/"
    line = last_line(scope.files, r"(?:RUN\b.*\bch(?:own|mod)\b|(?:COPY|ADD)\b.*--ch(?:own|mod)=)")
    return Modes(base, over_base, workdir, line)


def _with_root(scope: Scope, bases: Bases, root: str) -> Bases:
    """The bases, and what the image is FROM: a large one is none to be small over, but what its makers put there is no
    learner's doing."""
    if root in ("", "scratch", *(base.name for base in bases.bases)):
        return bases
    return replace(bases, bases=[*bases.bases, base_of(scope, require_here(scope, root))])


def _base_of(layers: list[str], bases: Bases) -> str:
    """The tallest base whose layers the image begins with, whatever the Dockerfile calls it; else the course's own."""
    under = bases.base_under(layers)
    return under.name if under else COURSE_BASES[0]


@dataclass(frozen=True)
class Files:
    """A base's files."""

    entries: list[Entry]


def _base_entries(scope: Scope, base: str) -> dict[str, Entry]:
    """The base's files by their paths."""

    def read() -> Files:
        try:
            return Files(list(entries(scope, base)))
        except Fault as ours:  # a base is no learner's
            raise OursError("base_unreadable", f"{base}: {ours}") from ours

    try:
        layers = scope.session.engine.images.get(base).attrs["RootFS"]["Layers"]
    except docker.errors.ImageNotFound as error:
        raise OursError("no_base", str(error)) from error
    return {entry.path: entry for entry in scope.session.facts.find(layers, Files, read).entries}
