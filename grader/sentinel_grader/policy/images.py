"""Names of images, and which of them a Dockerfile may rest on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sentinel_grader.policy.model import Image
from sentinel_grader.policy.refused import Refused
from sentinel_grader.submission.refusal import shown

#: https://github.com/distribution/reference, regexp.go
_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_HOST = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]+)?"
_IMAGE = re.compile(
    rf"(?P<repository>(?:{_HOST}/)?{_PART}(?:/{_PART})*)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_HUB = ("docker.io/", "index.docker.io/")


def image_named(name: str) -> Image | None:
    """Take an image's name apart, or None if it is none."""
    match = _IMAGE.fullmatch(name) if len(name) <= 255 else None
    if not match:
        return None
    repository = match["repository"]
    for prefix in _HUB:
        repository = repository.removeprefix(prefix)
    return Image(repository.removeprefix("library/"), match["tag"] or "", match["digest"] or "")


def allowed_image(name: str, allowed: Sequence[str], line: int) -> Image:
    """The image of this name, if its repository is on the list. Raises Refused."""
    image = image_named(name)
    if not image:
        saw = f"`{shown(name, 80)}` is not the name of an image."
        raise Refused("bad_image_name", line, saw, "Write a name such as python:3.13-slim.")
    if image.repository not in allowed:
        saw = f"`{shown(name, 80)}` is not one of the images that this course builds on."
        raise Refused("base_not_allowed", line, saw, f"Use one of these: {', '.join(allowed)}.")
    return image
