"""What `docker save` writes, read as a stream: nothing in it is ever put on this machine's disk under its own name.

    20.10        manifest.json   <id>/layer.tar                                a Docker archive
    25 and on    manifest.json   index.json   blobs/sha256/<digest>            that, and an OCI layout of the same blobs
    others       index.json → (index →) manifest → config, layers              an OCI layout alone

Layers are plain or gzipped tars. Attestations, which buildx adds as manifests of their own, are passed over.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import docker

from sentinel_grader import scratch
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.scope import Scope

#: Seconds for `docker save`; bytes of an image, and of all files in the layers that we read; entries in them.
DEADLINE, MOST_SAVED, MOST_BYTES, MOST_ENTRIES = 180.0, 6_000_000_000, 3_000_000_000, 60_000
#: Bytes that a tar is read by; what is left of a block is copied with each entry, so a larger one takes longer.
_BLOCK = 1 << 15


class TooMuch(Exception):
    """An image that is beyond all bounds: its learner's doing, whatever is read of it."""


@dataclass(frozen=True)
class Blob:
    """A layer in an archive: the digest of its uncompressed tar, and the archive's member that holds it."""

    diff_id: str
    member: str


@dataclass(frozen=True)
class Saved:
    """One image of an archive: its configuration, as the engine wrote it, and its layers, lowest first."""

    config: dict[str, Any]
    layers: list[Blob]


class Archive:
    """An archive that `docker save` wrote."""

    def __init__(self, path: Path) -> None:
        self._tar = tarfile.open(path)  # noqa: SIM115 - closed by `saved`
        self._left = MOST_BYTES

    def close(self) -> None:
        self._tar.close()

    def images(self) -> list[Saved]:
        """The images in it. Raises OursError for an archive of no known layout."""
        try:
            names = set(self._tar.getnames())
            entries = self._json("manifest.json") if "manifest.json" in names else self._oci("index.json")
            return [self._saved(entry["Config"], entry["Layers"]) for entry in entries]
        except (KeyError, ValueError, TypeError, tarfile.TarError) as error:
            raise OursError("image_unreadable", f"docker save: {error!r}") from error

    def _saved(self, config: str, layers: list[str]) -> Saved:
        read = self._json(config)
        pairs = zip(read["rootfs"]["diff_ids"], layers, strict=True)
        return Saved(read, [Blob(diff_id, member) for diff_id, member in pairs])

    def _oci(self, member: str) -> list[dict[str, Any]]:
        """Like manifest.json, from an OCI index or manifest (https://github.com/opencontainers/image-spec)."""
        read = self._json(member)
        if "config" in read:
            return [{"Config": _blob(read["config"]), "Layers": [_blob(layer) for layer in read["layers"]]}]
        inner = [one for one in read["manifests"] if "vnd.docker.reference.type" not in one.get("annotations", {})]
        return [entry for one in inner for entry in self._oci(_blob(one))]

    def _json(self, member: str) -> Any:
        file = self._tar.extractfile(member)
        assert file is not None
        return json.loads(file.read(20_000_000))

    def entries(self, layer: Blob) -> Iterator[tuple[tarfile.TarInfo, IO[bytes] | None]]:
        """Each entry of a layer, with its content where it is a file; read it before the next is asked for.

        Raises TooMuch for a layer that is beyond all bounds, or that no tar reader makes sense of.
        """
        try:
            with contextlib.ExitStack() as stack:
                raw = self._tar.extractfile(layer.member)
                assert raw is not None
                packed = raw.read(2) == b"\x1f\x8b"
                raw.seek(0)
                plain = stack.enter_context(gzip.GzipFile(fileobj=raw)) if packed else raw
                tar = stack.enter_context(tarfile.open(fileobj=plain, mode="r|", bufsize=_BLOCK))
                for number, entry in enumerate(tar):
                    self._left -= entry.size if entry.isreg() else 0
                    if self._left < 0 or number > MOST_ENTRIES:
                        raise TooMuch(_TOO_LARGE)
                    yield entry, tar.extractfile(entry) if entry.isreg() else None
        except (tarfile.TarError, EOFError, OSError, KeyError, ValueError) as error:
            raise TooMuch(f"A layer of the image cannot be read: {error}") from error


_TOO_LARGE = f"The image's layers hold more than {MOST_BYTES // 10**9} GB, or more than {MOST_ENTRIES} entries in one."


def _blob(descriptor: dict[str, Any]) -> str:
    algorithm, _, digest = str(descriptor["digest"]).partition(":")
    return f"blobs/{algorithm}/{digest}"


@contextlib.contextmanager
def saved(scope: Scope, *images: str) -> Iterator[Archive]:
    """The archive of these images for the block; on disk it is one file. Raises TooMuch for one
    that nobody should have to read, OursError if the engine gives none."""
    for image in images:
        if _size(scope, image) > MOST_SAVED:
            raise TooMuch(_TOO_LARGE)
    with scratch.folder("image") as folder:
        path = folder / "image.tar"
        ran = scope.run(["docker", "save", f"--output={path}", *images], deadline=DEADLINE)
        if ran.status is None:
            raise TooMuch(f"The image is so large that reading it takes more than {DEADLINE:.0f} s.")
        if ran.status != 0:
            raise OursError("image_not_saved", ran.error[-500:])
        archive = Archive(path)
        try:
            yield archive
        finally:
            archive.close()


def _size(scope: Scope, image: str) -> int:
    try:
        return int(scope.session.engine.images.get(image).attrs.get("Size") or 0)
    except docker.errors.DockerException as error:
        raise OursError("image_gone", str(error)) from error
