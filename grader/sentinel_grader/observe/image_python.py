"""A Python of one's own: an image on a base without one has the distribution's, and pays for it as others do: nothing.

The course's base has Python in it. Whoever takes Debian itself, and its Python from apt, gives every machine as much to
fetch and no more, yet none of it is known by its content, since the two were built apart. So what the package manager
wrote is spared, up to as many bytes as the course's base has for its own Python. Spared bytes are looked into all the
same, for compilers and secrets.
"""

from __future__ import annotations

import re
from dataclasses import replace

from sentinel_grader.observe.image_bases import Bases
from sentinel_grader.observe.image_layer import Layer

#: What the distribution's package manager writes.
DISTRIBUTION = re.compile(r"^(?:usr/(?!local/)|etc/|var/|lib\w*/|s?bin/)")
_WITH_PYTHON = ("python:", "gcr.io/distroless/python")


def spared(layers: list[Layer], bases: Bases) -> list[Layer]:
    """The layers, with what stands for the base's own Python marked so."""
    base = bases.base_under([layer.diff_id for layer in layers])
    if base is None or base.name.startswith(_WITH_PYTHON):
        return layers
    known = sum(file.size for layer in layers for file in layer.files if file.in_base)
    left, marked = bases.python - known, list[Layer]()
    for layer in layers:
        files = []
        for file in layer.files:
            fits = layer.created_by.startswith("RUN") and DISTRIBUTION.match(file.path) and file.new_bytes <= left
            left -= file.new_bytes if fits else 0
            files.append(replace(file, spared=True) if fits else file)
        marked.append(replace(layer, files=files))
    return marked
