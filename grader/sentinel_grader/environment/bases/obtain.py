"""Obtain bases from the first source that works, keep them in a tar, and take them from one."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from sentinel_grader.environment import shell
from sentinel_grader.environment.bases import standin
from sentinel_grader.environment.bases.catalogue import DEBIAN, recipes
from sentinel_grader.environment.bases.images import LocalImage, local_image, local_images
from sentinel_grader.environment.bases.pulling import NotPulled, pull
from sentinel_grader.environment.problem import Problem
from sentinel_grader.environment.progress import Progress, Step


class UnreadableTar(Problem):
    """A tar that is not there, is cut off, or holds no images."""


@dataclass
class _Registry:
    """Whether asking the registry again is worth its five seconds: within one run, one silence is enough."""

    silent: str = ""


def ensure(names: Iterable[str], progress: Progress, *, pull_again: bool = False) -> list[LocalImage]:
    """Have every base of `names` on the engine; with `pull_again`, replace what stands in by what a registry has.

    Raises Problem if one can be had from nowhere, or, with `pull_again`, if it cannot be pulled.
    """
    registry, wanted = _Registry(), list(names)
    here = {image.name: image for image in local_images(wanted)}
    return [_ensure(name, here.get(name), progress, registry, pull_again) for name in wanted]


def _ensure(
    name: str, here: LocalImage | None, progress: Progress, registry: _Registry, pull_again: bool
) -> LocalImage:
    if here and not pull_again:
        return here
    with progress.step(f"Base image {name}") as step:
        try:
            if registry.silent:
                raise NotPulled(registry.silent)
            pull(name, step)
            step.done_as("pulled")
        except NotPulled as missing:
            registry.silent = missing.reason
            if pull_again:
                raise Problem(f"{name} cannot be pulled: {missing}.", _keep(here)) from missing
            _build(name, step, missing, registry)
    image = local_image(name)
    if image is None:
        raise Problem(f"{name} was made, and yet the engine does not have it.", "Run `./sentinel doctor`.")
    return image


def _keep(here: LocalImage | None) -> str:
    kept = "What is here stays as it is. " if here else ""
    return kept + "Try again where a registry can be reached, or bring a tar: ./sentinel bases --from bases.tar"


def _build(name: str, step: Step, missing: NotPulled, registry: _Registry) -> None:
    step.note(f"{missing}: building a stand-in from Debian packages")
    if not local_image(DEBIAN):
        standin.build_debian(step)
    recipe = recipes().get(name)
    if recipe is None:
        raise Problem(f"{name} cannot be pulled ({missing}), and there is no recipe to build it.", _keep(None))
    standin.build(recipe, step)
    step.done_as(f"built from Debian packages, since {registry.silent}")


def save(target: Path, names: Iterable[str], progress: Progress) -> None:
    """Write the bases to a tar that `bases --from` reads, on this machine or another of the same architecture."""
    wanted = [name for name in [*names, DEBIAN] if local_image(name)]
    with progress.step(f"Saving {', '.join(wanted)} to {target}") as step:
        part = target.with_name(target.name + ".part")
        try:
            shell.run(["docker", "save", "--output", str(part), *wanted], deadline=600)
            part.replace(target)
        except shell.CommandFailed as failure:
            raise Problem(f"The bases could not be saved to {target}.", str(failure)) from failure
        finally:
            part.unlink(missing_ok=True)
        step.done_as(f"{target.stat().st_size / 1e6:.0f} MB")


def keep_in(tar: Path, names: Iterable[str], progress: Progress) -> None:
    """Have the bases, with `tar` as their cache: take what it holds, get the rest, write it if it lacked anything."""
    wanted, held = list(names), set[str]()
    try:
        load(tar, progress)
        held = _images_in(tar)
    except UnreadableTar as unreadable:
        progress.say(f"{unreadable.what} The bases come from elsewhere, and it is written for the next time.")
    ensure(wanted, progress)
    if not held.issuperset(wanted):
        save(tar, wanted, progress)


def load(source: Path, progress: Progress) -> list[LocalImage]:
    """Take the bases from a tar that `bases --save` (or `docker save`) wrote. Raises UnreadableTar; Problem for the
    images of another processor."""
    _must_be_images(source)
    known = [*recipes(), DEBIAN]
    with progress.step(f"Taking base images from {source}") as step:
        try:
            shell.run(["docker", "load", "--input", str(source)], deadline=600, on_line=step.note)
        except shell.CommandFailed as failure:
            raise UnreadableTar(f"The engine could not read {source}.", str(failure)) from failure
        found = [image for name in known if (image := local_image(name))]
        step.done_as(", ".join(image.name for image in found) or "none of the course's bases is in it")
    _must_fit(found)
    return found


def _images_in(tar: Path) -> set[str]:
    """The names in a tar's manifest (`docker save` writes one whatever the engine keeps images in)."""
    try:
        with tarfile.open(tar) as archive:
            manifest = json.load(archive.extractfile("manifest.json") or io.BytesIO(b"[]"))
        return {str(name) for image in manifest for name in image.get("RepoTags") or ()}
    except (KeyError, ValueError, AttributeError, TypeError):
        return set()


def _must_be_images(source: Path) -> None:
    if not source.exists():
        raise UnreadableTar(
            f"There is no file {source}.", "Make one where a registry answers: ./sentinel bases --save bases.tar"
        )
    try:
        with tarfile.open(source) as archive:
            archive.next()
    except (tarfile.TarError, OSError) as broken:
        raise UnreadableTar(
            f"{source} is not a tar file, or it is cut off: {broken}.", "Save or copy it again."
        ) from broken


def _must_fit(images: list[LocalImage]) -> None:
    _, out, _ = shell.answer(["docker", "version", "--format", "{{.Server.Arch}}"])
    for image in images:
        if out.strip() and image.architecture and image.architecture != out.strip():
            raise Problem(
                f"{image.name} in the tar is for {image.architecture}, and this engine runs {out.strip()}.",
                f"Save the bases on a machine with {out.strip()}, or pull them: ./sentinel bases --pull",
            )
