"""The bases that an image's size is counted over: what they hold, so that they are known again by their content."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import IO

import docker

from sentinel_grader.observe.image_archive import Archive, Blob, saved
from sentinel_grader.observe.outcome import Fault, OursError
from sentinel_grader.observe.recipe import Recipe
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope

#: Nobody pays for what is in these, however it came into an image.
COURSE_BASES = ("python:3.13-slim", "debian:trixie-slim")
#: Nor for these, where the Dockerfile names one. Not the full `python` image: 1 GB, compilers and all, is no base to
#: be small over.
_SMALL = re.compile(r"(?:python|debian):.*\b(?:slim|alpine)|alpine\b|ubuntu\b|gcr\.io/distroless/")
_PULLING = 300.0
#: How a registry says that it has none of this name; older engines, and those with containerd's store.
_NO_SUCH = re.compile(r"manifest unknown|: not found$")


@dataclass(frozen=True)
class Base:
    """A base as the engine has it: its layers' digests, the environment that it sets."""

    name: str
    layers: list[str]
    env: list[str]


@dataclass(frozen=True)
class Bases:
    """`contents` are the sha256 of every file in them that is not empty; `size` is what those files come to; `python`
    the bytes of those that the course's base has over its lowest layer, which is Debian's: its Python, mostly."""

    bases: list[Base]
    contents: list[str]
    size: int
    python: int = 0

    def base_under(self, layers: list[str]) -> Base | None:
        """The tallest base whose layers an image begins with."""
        under = [base for base in self.bases if layers[: len(base.layers)] == base.layers]
        return max(under, key=lambda base: len(base.layers), default=None)

    def under(self, layers: list[str]) -> int:
        """How many of an image's layers, from the lowest, are those of a base."""
        base = self.base_under(layers)
        return len(base.layers) if base else 0


@dataclass(frozen=True)
class LayerContents:
    """The sha256 of a layer's files that are not empty, and what those files come to in bytes."""

    contents: list[str]
    size: int


@observation("bases")
def bases(scope: Scope, recipe: Recipe) -> Bases:
    """Have the bases that are here by their content: save those that were not yet looked into, and hash their files."""
    named = [stage.image for stage in recipe.stages if stage.used and _SMALL.match(stage.image)]
    here = [name for name in COURSE_BASES if name not in named and is_here(scope, name)]
    here += [require_here(scope, name) for name in dict.fromkeys(named)]
    if not here:
        raise OursError("no_base", f"none of {', '.join(COURSE_BASES)} is on the engine")
    found = [base_of(scope, name) for name in here]
    layers = _looked_into(scope, found)
    contents = set[str]().union(*(layer.contents for layer in layers.values()))
    over_debian = next((base.layers[1:] for base in found if base.name == COURSE_BASES[0]), [])
    size = sum(layer.size for layer in layers.values())
    return Bases(found, sorted(contents), size, sum(layers[layer].size for layer in over_debian))


def base_of(scope: Scope, name: str) -> Base:
    """A base as it is on the engine."""
    attributes = scope.session.engine.images.get(name).attrs
    return Base(name, list(attributes["RootFS"]["Layers"]), list((attributes.get("Config") or {}).get("Env") or []))


def _looked_into(scope: Scope, found: list[Base]) -> dict[str, LayerContents]:
    """What is in the bases' layers, by their digests."""
    facts = scope.session.facts
    digests = list(dict.fromkeys(digest for base in found for digest in base.layers))
    known = {digest: fact for digest in digests if (fact := facts.get([digest], LayerContents))}
    if new := [base.name for base in found if not known.keys() >= set(base.layers)]:
        with saved(scope, *new) as archive:
            for layer in [layer for image in archive.images() for layer in image.layers]:
                if layer.diff_id not in known:
                    known[layer.diff_id] = _read(archive, layer)
                    facts.put([layer.diff_id], known[layer.diff_id])
    return known


def _read(archive: Archive, layer: Blob) -> LayerContents:
    size, contents = 0, set[str]()
    for entry, content in archive.entries(layer):
        if content is not None and entry.size:
            contents.add(sha256_of(content))
            size += entry.size
    return LayerContents(sorted(contents), size)


def sha256_of(content: IO[bytes]) -> str:
    return hashlib.file_digest(content, "sha256").hexdigest()  # type: ignore[arg-type]


def require_here(scope: Scope, name: str) -> str:
    """Have the engine have an image that a learner names. BuildKit pulls what it builds from without giving it to the
    engine's own store. Raises Fault if there is no such image, OursError if it cannot be had."""
    if not is_here(scope, name):
        pulled = scope.run(["docker", "pull", "--quiet", name], deadline=_PULLING)
        if pulled.status != 0:
            raise not_had(name, (pulled.error.strip().splitlines() or [f"no end after {_PULLING:.0f} s"])[-1])
    return name


def not_had(name: str, why: str) -> Exception:
    """The Fault where a registry answered that it has no such image; else, OursError."""
    if _NO_SUCH.search(why):
        return Fault("no_such_image", f"There is no image {name}: {why[:300]}", expected="an image that there is")
    return OursError("base_unavailable", f"docker pull {name}: {why[:300]}")


def is_here(scope: Scope, name: str) -> bool:
    """Whether the engine has it."""
    try:
        scope.session.engine.images.get(name)
    except docker.errors.ImageNotFound:
        return False
    except docker.errors.DockerException as error:
        raise OursError("engine_error", str(error)) from error
    return True
