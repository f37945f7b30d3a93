"""The image as a thing: its configuration, and every file of every layer over the base, also those hidden later on.

Size, contents, secrets, modes and provenance are all judged by this one reading. The base is known by its content: by
the digests of its layers, or file by file where somebody squashed or copied it.
"""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, Any

from sentinel_grader.observe.alerter_build import Build
from sentinel_grader.observe.image_archive import Archive, Blob, Saved, TooMuch, saved
from sentinel_grader.observe.image_bases import Bases
from sentinel_grader.observe.image_layer import File, Layer
from sentinel_grader.observe.image_python import spared
from sentinel_grader.observe.image_words import Watch
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope

_CHUNK = 1 << 20


@dataclass(frozen=True)
class Image:
    """An image. `history` are the instructions of all its entries, the base's first; `size` what it has over a base.
    `beyond` says why its layers were not read, where they are beyond all bounds: such an image is not judged good."""

    user: str
    command: list[str]
    entrypoint: list[str]
    env: list[str]
    labels: dict[str, str]
    working_dir: str
    stop_signal: str
    history: list[str]
    layers: list[Layer]
    base_size: int = 0
    base_env: list[str] = field(default_factory=list)
    beyond: str = ""

    @property
    def new_layers(self) -> list[Layer]:
        return [layer for layer in self.layers if not layer.base]

    @property
    def size(self) -> int:
        return sum(layer.new_bytes for layer in self.new_layers)

    def files(self) -> Iterator[tuple[Layer, File]]:
        """Every file, with its layer, that is over the base by content."""
        for layer in self.new_layers:
            for file in layer.files:
                if file.kind == "file" and not file.in_base:
                    yield layer, file


@observation("image")
def image(scope: Scope, build: Build, bases: Bases) -> Image:
    """Save the image and read its layers over the base."""
    try:
        with saved(scope, build.image) as archive:
            found = archive.images()
            if len(found) != 1:
                raise OursError("image_unreadable", f"docker save gave {len(found)} images")
            return image_in(archive, found[0], bases)
    except TooMuch as much:
        return Image("", [], [], [], {}, "", "", [], [], beyond=str(much))


def image_in(archive: Archive, found: Saved, bases: Bases) -> Image:
    """The image in an archive."""
    config: dict[str, Any] = found.config.get("config") or {}
    history = [str(entry.get("created_by", "")) for entry in found.config.get("history") or []]
    entries = [n for n, entry in enumerate(found.config.get("history") or []) if not entry.get("empty_layer")]
    entries = entries if len(entries) == len(found.layers) else [-1] * len(found.layers)
    under = bases.under([layer.diff_id for layer in found.layers])
    contents = frozenset(bases.contents)
    layers = [
        Layer(
            blob.diff_id,
            history[entry] if entry >= 0 else "",
            entry,
            number < under,
            [] if number < under else [_file(*each, contents) for each in archive.entries(blob)],
        )
        for number, (blob, entry) in enumerate(zip(found.layers, entries, strict=True))
    ]
    return Image(
        user=str(config.get("User") or ""),
        command=[str(word) for word in config.get("Cmd") or []],
        entrypoint=[str(word) for word in config.get("Entrypoint") or []],
        env=[str(word) for word in config.get("Env") or []],
        labels={str(key): str(value) for key, value in (config.get("Labels") or {}).items()},
        working_dir=str(config.get("WorkingDir") or ""),
        stop_signal=str(config.get("StopSignal") or ""),
        history=history,
        layers=spared(layers, bases),
        base_size=bases.size,
        base_env=[word for base in bases.bases for word in base.env],
    )


def _file(entry: tarfile.TarInfo, content: IO[bytes] | None, contents: frozenset[str]) -> File:
    path, kind = named(entry)
    sha256, secrets = "", list[str]()
    if content is not None and entry.size:
        digest, watch = hashlib.sha256(), Watch()
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            watch.feed(chunk)
        sha256, secrets = digest.hexdigest(), sorted(watch.kinds)
    size = entry.size if kind == "file" else 0
    return File(
        path, kind, size, entry.mode, entry.uid, entry.gid, sha256, _clean(entry.linkname), sha256 in contents, secrets
    )


def named(entry: tarfile.TarInfo) -> tuple[str, str]:
    """The path and kind of a layer's entry; whiteouts as the image-spec has them (layer.md, "Whiteouts")."""
    path = _clean(entry.name).removeprefix("./").strip("/")
    folder, _, name = path.rpartition("/")
    if name == ".wh..wh..opq":
        return folder, "opaque"
    if name.startswith(".wh."):
        return f"{folder}/{name[4:]}".strip("/"), "whiteout"
    kinds = ((entry.isreg, "file"), (entry.isdir, "dir"), (entry.issym, "symlink"), (entry.islnk, "hardlink"))
    return path, next((kind for holds, kind in kinds if holds()), "other")


def _clean(name: str) -> str:
    """Names that are not UTF-8 cannot be recorded as they are."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def blobs_over(found: Saved, known: set[str]) -> list[Blob]:
    """The layers of an image whose content is not known yet."""
    return [blob for blob in found.layers if blob.diff_id not in known]
