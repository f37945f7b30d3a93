"""What the engine knows of an image by its name."""

from __future__ import annotations

import json
from dataclasses import dataclass

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
    status, out, _ = shell.answer(["docker", "image", "inspect", name])
    if status != 0:
        return None
    facts = json.loads(out)[0]
    labels = (facts.get("Config") or {}).get("Labels") or {}
    return LocalImage(name, facts["Id"], facts.get("Architecture", ""), STAND_IN in labels)
