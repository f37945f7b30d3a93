"""Archives of `docker save` in each layout that engines write: the same image is the same in all of them."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from sentinel_grader.observe.image import Image, image_in
from sentinel_grader.observe.image_archive import Archive, TooMuch
from sentinel_grader.observe.image_bases import Base, Bases

Files = dict[str, bytes]
BASE = {"bin/sh": b"shell"}
LAYERS: list[Files] = [BASE, {"app/a.py": b"code", "app/copy": b"shell"}, {"app/.wh.a.py": b"", "../../evil": b"x"}]


def _tar(files: Files) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


TARS = [_tar(files) for files in LAYERS]
CONFIG = json.dumps(
    {
        "config": {"User": "7", "Cmd": ["x"]},
        "rootfs": {"diff_ids": [f"sha256:{_digest(tar)}" for tar in TARS]},
        "history": [
            {"created_by": "base"}, {"created_by": "COPY a"}, {"created_by": "ENV b", "empty_layer": True},
            {"created_by": "RUN rm"},
        ],
    }
).encode()  # fmt: skip


def docker_archive() -> Files:
    """Engine 20.10."""
    members = {f"{number}/layer.tar": tar for number, tar in enumerate(TARS)}
    manifest = [{"Config": "c.json", "RepoTags": None, "Layers": list(members)}]
    return {"c.json": CONFIG, **members, "manifest.json": json.dumps(manifest).encode()}


def oci_layout() -> Files:
    """An index of an image and its attestation, gzipped layers, no manifest.json."""
    blobs: Files = {}

    def blob(content: bytes) -> dict[str, object]:
        blobs[f"blobs/sha256/{_digest(content)}"] = content
        return {"digest": f"sha256:{_digest(content)}"}

    manifest = {"config": blob(CONFIG), "layers": [blob(gzip.compress(tar)) for tar in TARS]}
    attested = {"annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
    index = {"manifests": [blob(json.dumps(manifest).encode()), blob(b"{}") | attested]}
    top = {"manifests": [blob(json.dumps(index).encode())]}
    return {**blobs, "index.json": json.dumps(top).encode()}


def both() -> Files:
    """Engine 25 and on."""
    layers = [f"blobs/sha256/{_digest(gzip.compress(tar))}" for tar in TARS]
    manifest = [{"Config": f"blobs/sha256/{_digest(CONFIG)}", "Layers": layers}]
    return {**oci_layout(), "manifest.json": json.dumps(manifest).encode()}


def _read(folder: Path, members: Files) -> Image:
    path = folder / "image.tar"
    path.write_bytes(_tar(members))
    archive = Archive(path)
    layer = f"sha256:{_digest(TARS[0])}"
    try:
        found = archive.images()
        assert len(found) == 1
        return image_in(archive, found[0], Bases([Base("b", [layer], [])], [_digest(b"shell")], 5))
    finally:
        archive.close()


@pytest.mark.parametrize("layout", [docker_archive, oci_layout, both])
def test_an_image_is_the_same_in_every_layout(tmp_path: Path, layout: Callable[[], Files]) -> None:
    image = _read(tmp_path, layout())
    assert image == _read(tmp_path, docker_archive())
    assert [layer.base for layer in image.layers] == [True, False, False]
    assert image.size == len(b"code") + len(b"x"), "a file of the base's counts nowhere, a hidden one does"
    assert [(file.path, file.kind) for file in image.layers[2].files] == [
        ("app/a.py", "whiteout"),
        ("../../evil", "file"),
    ]
    assert image.layers[2].created_by == "RUN rm"
    assert list(tmp_path.iterdir()) == [tmp_path / "image.tar"]


def test_a_layer_that_is_none_is_too_much(tmp_path: Path) -> None:
    with pytest.raises(TooMuch, match="cannot be read"):
        _read(tmp_path, {**docker_archive(), "1/layer.tar": b"\x1f\x8bno tar at all"})
