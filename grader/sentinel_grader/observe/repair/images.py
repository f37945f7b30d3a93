"""The images of the bookshop's services, each for itself, with a nonce beside the code of one of them."""

from __future__ import annotations

import shutil
from pathlib import Path

from sentinel_grader import scratch
from sentinel_grader.observe.alerter_build import build_nonce, failure, run_build
from sentinel_grader.observe.aside import Aside
from sentinel_grader.observe.compose.taken import Composing, OwnBuild
from sentinel_grader.observe.keys import content
from sentinel_grader.observe.outcome import Fault
from sentinel_grader.observe.repair.plan import REPAIR
from sentinel_grader.observe.scope import Scope

#: Where the service that says what it was built from looks for it, beside its code.
BUILD_FILE = "prices/BUILD"
#: Services built alike share an image; the course's own four are built one beside another.
Built = tuple[dict[str, str], dict[str, str]]


def plant(scope: Scope) -> str:
    """Put a nonce beside the code that is to be built, and return it."""
    folder = scope.files / REPAIR
    nonce = build_nonce(content(folder, ("**/*", "**/.*")))
    (folder / BUILD_FILE).write_text(nonce)
    return nonce


def images_of(scope: Scope, composing: Composing) -> Built:
    """By the services' names: the images, and why there is none. They carry the run's label, and go with the run.
    Raises OursError."""
    builds = {own.name: own.build for own in composing.own if own.build}
    with Aside() as aside:
        building = {name: aside.do(_built, scope, build) for name, build in builds.items()}
    built, troubles = dict[str, str](), dict[str, str]()
    for name, future in building.items():
        try:
            built[name] = future.result()
        except Fault as fault:
            troubles[name] = " ".join((fault.outcome.saw, *fault.outcome.detail))
    return built, troubles


def _built(scope: Scope, build: OwnBuild) -> str:
    folder = scope.files / REPAIR
    with scratch.folder("service") as made:
        dockerfile, told = made / "Dockerfile", made / "id"
        dockerfile.write_text(build.text, encoding="utf-8", newline="")
        _keep_ignored(folder, build, made)
        options = ["--load", f"--iidfile={told}", f"--file={dockerfile}"]
        options += [f"--build-arg={name}={value}" for name, value in build.arguments.items()]
        options += [f"--target={build.target}"] if build.target else []
        context = folder / build.context
        ran = run_build(scope, context, "repair", *options)
        if ran.status is None:
            raise Fault("build_endless", f"Its build did not end within {ran.seconds:.0f} s.")
        if ran.status != 0:
            raise failure(ran.error, context)
        return told.read_text().strip()


def _keep_ignored(folder: Path, build: OwnBuild, made: Path) -> None:
    """What a Dockerfile has ignored by a file of its own goes beside the text that is built in its place."""
    own = folder / f"{build.dockerfile.removeprefix(f'{REPAIR}/')}.dockerignore"
    if own.is_file():
        shutil.copy(own, made / "Dockerfile.dockerignore")
