"""Learners' images on the engine: they outlive a grade, so that what was seen of them can be used again. They are
bounded by number and age."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable

import docker
from docker import DockerClient

#: Where they lie.
REPOSITORY = "sentinel-grade/alerter"
#: How many of their tags are kept, the latest; and for how many seconds all of them, since a grade may be at work.
MOST_TAGS, IN_USE = 20, 900.0


def tag_now(what: str) -> str:
    """A tag for a learner's image that is used now; `what` tells one from another. It has the time in it, since the
    engine does not tell: an image that came from the cache is as old as its first build."""
    return f"{what}-{int(time.time())}"


def remove_outdated(engine: DockerClient) -> None:
    """Remove those that nobody uses any more."""
    _remove(engine, outdated(_names(engine)))


def count(engine: DockerClient) -> int:
    """How many there are."""
    return len(_names(engine))


def remove_all(engine: DockerClient) -> None:
    _remove(engine, [name for names in _names(engine) for name in names])


def _names(engine: DockerClient) -> list[list[str]]:
    """The names of each image."""
    return [list(image["RepoTags"] or []) for image in engine.api.images(name=REPOSITORY)]


def _remove(engine: DockerClient, names: Iterable[str]) -> None:
    for name in names:
        with contextlib.suppress(docker.errors.APIError):
            engine.images.remove(name)


def outdated(images: Iterable[Iterable[str]]) -> list[str]:
    """Of each image's names all but the one of its last use; and those of the images whose last use is long ago, and
    that are too many."""
    uses = [sorted((name for name in names if _used_at(name)), key=_used_at) for names in images]
    latest = sorted((names[-1] for names in uses if names), key=_used_at, reverse=True)
    old = [name for name in latest[MOST_TAGS:] if time.time() - _used_at(name) > IN_USE]
    return [name for names in uses for name in names[:-1]] + old


def _used_at(name: str) -> int:
    """When an image was used under this name (seconds since the epoch); 0 for a name that is not ours."""
    when = name.rpartition("-")[2]
    return int(when) if when.isdigit() else 0
