"""Provenance: which files of the image are, byte for byte, files of a builder stage or members of archives in one.

One build of ours looks into all builders: it mounts them into a container of the course's own base, where our own
program reads them. So no builder is exported, and nothing of the learner's is asked.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

from sentinel_grader import scratch
from sentinel_grader.observe.agent import IMAGE as OUR_IMAGE
from sentinel_grader.observe.alerter_build import CONTEXT, Build, prepared_context
from sentinel_grader.observe.image import Image
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.probe_build import try_build, with_lines
from sentinel_grader.observe.recipe import Recipe
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope

_PROGRAM = Path(__file__).with_name("provenance_inside.py").read_text(encoding="utf-8")
#: Sizes that are looked for: the largest. An argument of a program has room for 128 kB.
_MOST_SIZES = 12_000
_MOST_FOUND = 50_000_000


@dataclass(frozen=True)
class Provenance:
    """The sha256 of those of the image's files that are also files of a builder (`files`), members of an archive in
    one (`members`), or the learner's own files beside the Dockerfile (`own`)."""

    files: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    own: list[str] = field(default_factory=list)


@observation("provenance", inputs=CONTEXT)
def provenance(scope: Scope, build: Build, recipe: Recipe, image: Image) -> Provenance:
    """Look for the image's files in the builders and in the context."""
    context, _ = prepared_context(scope)
    wanted = {file.sha256: file.size for _, file in image.files() if file.size}
    own = {_sha256(path) for path in context.rglob("*") if path.is_file() and not path.is_symlink()}
    found = _looked(scope, context, build, recipe, wanted) if recipe.builders and wanted else {}
    files, members = (sorted(set(found.get(kind, ())) & wanted.keys()) for kind in ("files", "members"))
    return Provenance(files, members, sorted(own & wanted.keys()))


def _looked(scope: Scope, context: Path, build: Build, recipe: Recipe, wanted: dict[str, int]) -> dict[str, list[str]]:
    """What our program found in the builders."""
    nonce = scope.nonce()
    sizes = sorted(set(wanted.values()), reverse=True)[:_MOST_SIZES]
    _extend(context / "Dockerfile", recipe, sizes, nonce)
    with scratch.folder("found") as folder:
        out = folder / "found.tar"
        options = (f"--target=sentinel-found-{nonce}", f"--output=type=tar,dest={out}")
        tried = try_build(scope, context, build.nonce[:12], *options)
        if not tried.ok:
            raise OursError("probe_build_failed", tried.words[:500])
        with tarfile.open(out) as tar:
            file = tar.extractfile("found.json.gz")
            assert file is not None
            with gzip.GzipFile(fileobj=file) as plain:
                found: dict[str, list[str]] = json.loads(plain.read(_MOST_FOUND))
    return found


def _extend(dockerfile: Path, recipe: Recipe, sizes: list[int], nonce: str) -> None:
    """Name the builders that have no name, and add two stages of ours before the final one: there no line goes on.

    Their names hold the nonce, so that no stage of the learner's can be called the same.
    """
    lines = dockerfile.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    names = []
    for stage in recipe.builders:
        names.append(stage.name or f"sentinel-stage-{nonce}-{stage.index}")
        if not stage.name:
            end = max(stage.end, stage.line)
            lines[stage.line - 1 : end] = [f"FROM {stage.base} AS {names[-1]}", *[""] * (end - stage.line)]
    dockerfile.write_text("\n".join(lines), encoding="utf-8", errors="surrogateescape")
    mounts = " ".join(f"--mount=type=bind,from={name},target=/sentinel/{n}" for n, name in enumerate(names))
    program = json.dumps(["python3", "-I", "-c", _PROGRAM, json.dumps(sizes, separators=(",", ":"))])
    ours = [
        f"FROM {OUR_IMAGE} AS sentinel-look-{nonce}",
        f"RUN {mounts} {program}",
        f"FROM scratch AS sentinel-found-{nonce}",
        f"COPY --from=sentinel-look-{nonce} /found.json.gz /",
    ]
    with_lines(dockerfile, {recipe.stages[-1].line: "\n".join(ours)})


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
