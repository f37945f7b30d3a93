"""What a report draws of the images: taken from the recordings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sentinel_grader.observe.image import Image
from sentinel_grader.observe.image_layer import Layer
from sentinel_grader.observe.outcome import Outcome, Recorded
from sentinel_grader.observe.recipe import Recipe
from sentinel_grader.result import ImageResult, LayerResult, PathResult

#: Folders and files that a service can do without while it runs.
_NEEDLESS = ("__pycache__", "pip", "tests", "test", "setuptools", "wheel")
_MOST = 5


def images_of(outcomes: Mapping[str, Outcome]) -> list[ImageResult]:
    """The learner's image, if it was read."""
    image, recipe = outcomes.get("image"), outcomes.get("recipe")
    if not isinstance(image, Recorded) or not isinstance(image.data, Image):
        return []
    named = recipe.data.root.image if isinstance(recipe, Recorded) and isinstance(recipe.data, Recipe) else ""
    layers = [_layer(layer) for layer in image.data.new_layers]
    return [ImageResult(service="alerter", bytes=image.data.base_size + image.data.size, base=named, layers=layers)]


def _layer(layer: Layer) -> LayerResult:
    drop: Counter[str] = Counter()
    for file in layer.files:
        parts = file.path.split("/")
        place = next((number for number, part in enumerate(parts) if part in _NEEDLESS), None)
        if place is not None and file.new_bytes:
            drop["/".join(parts[: place + 1])] += file.new_bytes
    fattest = [PathResult(path=path, bytes=size) for path, size in drop.most_common(_MOST)]
    return LayerResult(instruction=layer.instruction, bytes=layer.new_bytes, drop=fattest)
