"""Where an image's bytes are, and which of them nobody would miss: the words of the size checks."""

from __future__ import annotations

import re
from collections import Counter

from sentinel_grader.observe.image import Image
from sentinel_grader.observe.image_layer import Layer
from sentinel_grader.observe.recipe import Recipe

MEGABYTE = 1_000_000
#: Less than this is not worth a word.
_WORTH = 300_000
_LEVERS = (
    (r"(?:^|/)\.cache/|pip[-_]?cache/|^var/cache/", "caches: install with --no-cache-dir, or in a builder stage"),
    (r"^var/lib/apt/lists/", "lists of apt: they belong into a builder stage"),
    (r"\.pyc$", "bytecode (.pyc): install with --no-compile, under PYTHONDONTWRITEBYTECODE=1"),
    (r"/(?:pip|setuptools|wheel|_distutils_hack|pkg_resources)(?:-[^/]*\.dist-info)?/", "pip itself in a virtual "
     "environment: make it with --without-pip, or copy the packages alone"),
    (r"\.whl$", "wheels beside what was installed from them: mount them, or copy what they install to"),
    (r"(?:^|/)(?:uvloop|watchfiles|httptools|websockets)/", "extras of uvicorn[standard], which nobody calls"),
    (r"/(?:tests?|testing)/", "tests of packages"),
    (r"(?:^|/)bin/uvx?$", "uv: it belongs into a builder stage"),
    (r"(?:^|/)(?:gcc|cc1|include)(?:/|$)|\.a$", "a compiler's files: they belong into a builder stage"),
)  # fmt: skip


def megabytes(count: int) -> str:
    return f"{count / MEGABYTE:.1f} MB"


def words(image: Image, recipe: Recipe, most: int = 3) -> str:
    """The fattest layers with their instructions, the fattest folders in each, and what can go."""
    places = recipe.places(image.history)
    lines = [f"{megabytes(image.size)} over the base. The fattest layers:"]
    for layer in sorted(image.new_layers, key=lambda each: -each.new_bytes)[:most]:
        if layer.new_bytes >= _WORTH:
            place = places.get(layer.entry)
            where = f"line {place.line}: " if place else ""
            lines.append(f"  {megabytes(layer.new_bytes):>8}  {where}{layer.instruction[:100]}")
            lines += [f"            {megabytes(size):>8}  /{path}" for path, size in folders(layer, most)]
    drop = levers(image)
    return "\n".join([*lines, *(["What can go:"] if drop else []), *drop])


def folders(layer: Layer, most: int) -> list[tuple[str, int]]:
    """The fattest folders of a layer: each file counts for its folder of the fourth level, or what it has."""
    sizes = Counter[str]()
    for file in layer.files:
        if file.kind == "file":
            parts = file.path.split("/")
            deep = 6 if "site-packages" in parts or "dist-packages" in parts else 3
            sizes["/".join(parts[:deep])] += file.new_bytes
    return [(path, size) for path, size in sizes.most_common(most) if size >= _WORTH // 3]


def levers(image: Image) -> list[str]:
    """What can go, and how many bytes that is. Each file counts for the first that fits."""
    sizes, seen, twice = Counter[str](), set[str](), 0
    for _, file in image.files():
        lever = next((lever for pattern, lever in _LEVERS if re.search(pattern, f"/{file.path}".lstrip("/"))), "")
        if lever:
            sizes[lever] += file.size
        elif file.sha256 and file.sha256 in seen:
            twice += file.size
        seen.add(file.sha256)
    sizes["files that are there twice: an instruction wrote them once more (chown, chmod, mv, a second COPY)"] = twice
    hidden = hidden_bytes(image)
    sizes["files that a later layer removes: they stay in the layer below, so do not let them get in"] = hidden
    return [f"  {megabytes(size):>8}  {lever}" for lever, size in sizes.most_common() if size >= _WORTH]


def hidden_bytes(image: Image) -> int:
    """Bytes of files that a later layer removes."""
    gone, total = set[str](), 0
    for layer in reversed(image.new_layers):
        for file in layer.files:
            if file.kind == "file" and _is_gone(file.path, gone):
                total += file.new_bytes
        gone |= {file.path for file in layer.files if file.kind in ("whiteout", "opaque")}
    return total


def _is_gone(path: str, gone: set[str]) -> bool:
    parts = path.split("/")
    return bool(gone) and any("/".join(parts[:end]) in gone for end in range(1, len(parts) + 1))
