"""Where the bytes of an image come from: a builder stage, or elsewhere; and which layers hold installed packages."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from sentinel_grader.observe.image import Image
from sentinel_grader.observe.image_layer import File, Layer
from sentinel_grader.observe.image_python import DISTRIBUTION
from sentinel_grader.observe.provenance import Provenance
from sentinel_grader.observe.recipe import Recipe, Step

_PACKAGE = re.compile(r"([^/]+?)-[^/]+\.dist-info/(?:METADATA|RECORD)$")
_ARCHIVE = re.compile(r"\.(?:pyz|pex|shiv|zip|whl|egg)$")
_ARCHIVE_SIZE = 500_000
#: The service's own name: where it is installed as a package, an edit of the code rightly changes that one.
_OWN = "alerter"


@dataclass(frozen=True)
class Origin:
    """Bytes that were judged, those of them that a builder has too, and where most of the others are."""

    total: int
    built: int
    others: list[tuple[str, int]]
    other_layer: Layer | None

    @property
    def share(self) -> float:
        return self.built / self.total if self.total else 0.0


def origin(image: Image, recipe: Recipe, provenance: Provenance) -> Origin:
    """Sort the image's new bytes by where they come from.

    A file that an instruction other than COPY made counts as a builder's only if an archive there holds it (a wheel),
    or if the instruction could look into a builder: else the same packages, installed once in a decorative stage and
    once more here, would pass for copied.
    """
    files, members, own = set(provenance.files), set(provenance.members), set(provenance.own)
    mounts = any(step.keyword == "RUN" and step.takes for step in recipe.steps)
    built, others, layers, here = 0, Counter[str](), Counter[int](), set[str]()
    for layer, file in image.files():
        copied = layer.created_by.startswith(("COPY", "ADD"))
        if file.sha256 in own or not _counts(file, copied):
            continue
        if file.sha256 in members or file.sha256 in here or (file.sha256 in files and (copied or mounts)):
            built += file.size
            here.add(file.sha256)  # chown and chmod write it once more
        else:
            others["/".join(file.path.split("/")[:-1][:5])] += file.size
            layers[layer.entry] += file.size
    fattest = layers.most_common(1)[0][0] if layers else None
    by = next((layer for layer in image.new_layers if layer.entry == fattest), None)
    return Origin(built + others.total(), built, others.most_common(3), by)


def _counts(file: File, copied: bool) -> bool:
    """Bytecode holds times, so it differs from build to build; empty files say nothing; and somebody's own Python from
    apt is no packages of the service."""
    return bool(file.size) and not file.path.endswith(".pyc") and (copied or not DISTRIBUTION.match(file.path))


def whole_stages(image: Image, recipe: Recipe) -> list[Step]:
    """The steps that copy a whole stage onto a base. The layers alone do not show it: what the base has as well is
    left out of them by newer engines, and is there twice by older ones. Onto nothing (FROM scratch), it is a way to
    join layers."""
    on_base = any(layer.base for layer in image.layers)
    return [step for step in recipe.steps if on_base and step.whole and step.takes]


def package_layers(image: Image) -> list[Layer]:
    """The layers with installed packages, known by their metadata, or packed into one archive; else the fattest."""
    found = [layer for layer in image.new_layers if any(_is_package(file) for file in layer.files)]
    return found or sorted(image.new_layers, key=lambda layer: -layer.new_bytes)[:1]


def _is_package(file: File) -> bool:
    if _ARCHIVE.search(file.path):
        return file.size >= _ARCHIVE_SIZE
    named = _PACKAGE.search(file.path)
    return bool(named) and named[1].lower() != _OWN and not file.in_base if named else False


def package_folders(image: Image) -> set[str]:
    """Folders that packages are installed in."""
    return {file.path.rsplit("/", 2)[0] for _, file in image.files() if _PACKAGE.search(file.path)}


def is_foreign(file: File, folders: set[str]) -> bool:
    """Whether a file belongs to an installed package other than the service's own."""
    inside = [file.path.removeprefix(f"{folder}/") for folder in folders if file.path.startswith(f"{folder}/")]
    return any(not path.startswith(f"{_OWN}/") for path in inside)
