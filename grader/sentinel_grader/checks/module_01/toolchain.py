"""What only builds need, by where it lies. Paths have no leading slash."""

from __future__ import annotations

import re

from sentinel_grader.observe.image import Image
from sentinel_grader.observe.image_layer import File, Layer

_KINDS = (
    (
        "a compiler or build tool",
        r"(?:^|/)bin/(?:[\w.]+-linux-gnu-)?(?:gcc|g\+\+|cc|c\+\+|cpp|clang|clang\+\+|gfortran|rustc|cargo|go|tcc|"
        r"ld|ld\.bfd|ld\.gold|make|gmake|cmake|ninja)(?:-\d[\d.]*)?$",
    ),
    ("a compiler's own parts", r"(?:^|/)(?:lib|libexec)/gcc/.+/(?:cc1|cc1plus|collect2|lto1|lto-wrapper)$"),
    ("a compiler's own parts", r"(?:^|/)\.(?:cargo|rustup)/"),
    # A wheel's own headers lie below include/site: they came with a package, not with a compiler.
    ("a header", r"^usr/(?:local/)?include/(?!site/).+\.(?:h|hh|hpp|hxx|inc)$"),
    ("a library to link against", r"^usr/(?:local/)?lib/.+\.a$"),
    ("a package list of apt or apk", r"^var/lib/apt/lists/.+|^var/cache/apk/.+|^etc/apk/cache/.+"),
    ("a package cache of apt", r"^var/cache/apt/.+\.(?:bin|deb)$"),
    ("a package cache of pip, uv or Poetry", r"(?:^|/)\.cache/(?:pip|uv|pypoetry)/.+"),
    ("a package cache of pip", r"(?:^|/)(?:http-v2|http|selfcheck)/[0-9a-f]/[0-9a-f]/.+|(?:^|/)pip[-_]?cache/.+"),
)
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)


def kind_of(path: str) -> str:
    """What of a toolchain lies at this path; "" for nothing of the kind."""
    return next((kind for kind, pattern in _PATTERNS if pattern.search(path)), "")


def tools_in(image: Image) -> list[tuple[Layer, File, str]]:
    """Every file of a toolchain in any layer over the base, the largest first."""
    found = [(layer, file, kind) for layer, file in image.files() if file.size and (kind := kind_of(file.path))]
    return sorted(found, key=lambda each: -each[1].size)
