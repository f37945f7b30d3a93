"""What the engine knows of an image by its name."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sentinel_grader.environment import shell

#: A stand-in says of itself that it is one, and for what: the value of this label is the name it stands in for.
STAND_IN = "io.sentinel.stand-in"


@dataclass(frozen=True)
class LocalImage:
    """An image that is here. `digest` is its id on this engine."""

    name: str
    digest: str
    architecture: str
    is_stand_in: bool


def local_image(name: str) -> LocalImage | None:
    """The image of this name, if the engine has it."""
    return next(iter(local_images([name])), None)


def local_images(names: Iterable[str]) -> list[LocalImage]:
    """Those of the images of these names, each with its tag, that the engine has; asked in one go."""
    _, out, _ = shell.answer(["docker", "image", "inspect", *(wanted := list(names))])
    here = {tag: facts for facts in json.loads(out or "[]") for tag in facts.get("RepoTags") or []}
    return [_image(name, here[name]) for name in wanted if name in here]


def _image(name: str, facts: dict[str, Any]) -> LocalImage:
    labels = (facts.get("Config") or {}).get("Labels") or {}
    return LocalImage(name, facts["Id"], facts.get("Architecture", ""), STAND_IN in labels)
