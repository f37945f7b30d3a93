"""A layer of an image, file by file."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class File:
    """An entry of a layer. `path` has no leading slash.

    `kind`: file, dir, symlink, hardlink, other, whiteout (the path is removed) or opaque (all below it is).
    `in_base`: a file whose content is in an allowed base. `spared`: one that stands for what the base has, and does not
    count. `secrets`: what looks like one in it.
    """

    path: str
    kind: str
    size: int = 0
    mode: int = 0
    uid: int = 0
    gid: int = 0
    sha256: str = ""
    link: str = ""
    in_base: bool = False
    secrets: list[str] = field(default_factory=list)
    spared: bool = False

    @property
    def new_bytes(self) -> int:
        return 0 if self.in_base or self.spared else self.size


@dataclass(frozen=True)
class Layer:
    """A layer. `entry` is its position in the image's history; those of the base (`base`) are not looked into."""

    diff_id: str
    created_by: str
    entry: int
    base: bool
    files: list[File] = field(default_factory=list)

    @property
    def new_bytes(self) -> int:
        return sum(file.new_bytes for file in self.files)

    @property
    def instruction(self) -> str:
        """What made it, on one line, without what BuildKit puts around it."""
        words = self.created_by.removesuffix("# buildkit").replace("/bin/sh -c ", "", 1)
        return " ".join(words.split()) or "(an unknown instruction)"
