"""The images of the bookshop's services, each for itself, with a nonce beside the code of one of them."""

from __future__ import annotations

import shutil
from pathlib import Path

from sentinel_grader import scratch
from sentinel_grader.observe import planting
from sentinel_grader.observe.alerter_build import build_image, build_nonce
from sentinel_grader.observe.aside import Aside
from sentinel_grader.observe.compose.taken import Composing, OwnBuild
from sentinel_grader.observe.keys import content
from sentinel_grader.observe.outcome import Fault
from sentinel_grader.observe.repair.plan import REPAIR
from sentinel_grader.observe.scope import Scope

#: Where the service that says what it was built from looks for it, beside its code.
BUILD_FILE = "prices/BUILD"


def plant(scope: Scope) -> str:
    """Put a nonce beside the code that is to be built, and return it."""
    folder = scope.files / REPAIR
    nonce = build_nonce(content(folder, ("**/*", "**/.*")))
    planting.plant(folder, BUILD_FILE, nonce.encode())
    return nonce


def images_of(scope: Scope, composing: Composing, nonce: str) -> tuple[dict[str, str], dict[str, str]]:
    """By the services' names: the images, and why there is none. Raises OursError."""
    builds = {own.name: own.build for own in composing.own if own.build}
    with Aside() as aside:
        building = {name: aside.do(_built, scope, f"{nonce[:12]}-{name}", build) for name, build in builds.items()}
    built, troubles = dict[str, str](), dict[str, str]()
    for name, future in building.items():
        try:
            built[name] = future.result()
        except Fault as fault:
            troubles[name] = " ".join((fault.outcome.saw, *fault.outcome.detail))
    return built, troubles


def _built(scope: Scope, tag: str, build: OwnBuild) -> str:
    folder = scope.files / REPAIR
    with scratch.folder("service") as made:
        dockerfile = made / "Dockerfile"
        dockerfile.write_text(build.text, encoding="utf-8", newline="")
        _keep_ignored(folder, build, made)
        options = [f"--file={dockerfile}", *(f"--build-arg={name}={value}" for name, value in build.arguments.items())]
        options += [f"--target={build.target}"] if build.target else []
        image, _ = build_image(scope, folder / build.context, tag, *options)
        return image


def _keep_ignored(folder: Path, build: OwnBuild, made: Path) -> None:
    """What a Dockerfile has ignored by a file of its own goes beside the text that is built in its place."""
    own = folder / f"{build.dockerfile.removeprefix(f'{REPAIR}/')}.dockerignore"
    if own.is_file():
        shutil.copy(own, made / "Dockerfile.dockerignore")
