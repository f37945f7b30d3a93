"""The images of a stack's services: each built from what the policy let pass, with a nonce beside the code."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

import docker

from sentinel_grader import scratch
from sentinel_grader.observe.alerter_build import BUILD_FILE, Build, build_image, build_nonce
from sentinel_grader.observe.compose.taken import Composing, OwnBuild
from sentinel_grader.observe.dockerfile import ALERTER, DOCKERFILE
from sentinel_grader.observe.keys import content
from sentinel_grader.observe.learners_images import REPOSITORY, tag_now
from sentinel_grader.observe.outcome import Fault, Place, SubmissionFault
from sentinel_grader.observe.planting import plant
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.session import Session


@dataclass(frozen=True)
class Images:
    """The image of each of the learner's services that builds one, by the service's name."""

    built: dict[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> str:
        return " ".join(f"{name}={image}" for name, image in sorted(self.built.items()))

    def is_there(self, session: Session) -> bool:
        """Whether the engine still has all of them. They are used, if so."""
        try:
            for image in self.built.values():
                session.engine.api.tag(image, REPOSITORY, tag_now(image.removeprefix("sha256:")[:12]))
        except docker.errors.DockerException:
            return False
        return True


def images_of(scope: Scope, composing: Composing, folder: Path, build: Build | None = None) -> Images:
    """Build what the services are built from, below `folder`, in the scope's own files. `build` is the exercise's
    image, which is taken where a service is built in that very way. Raises Fault, OursError."""
    built, known = dict[str, str](), list[tuple[OwnBuild, str]]()
    for own in composing.own:
        if not own.build:
            continue
        image = next((image for same, image in known if same == own.build), None)
        if not image:
            image = build.image if build and _is_the_exercise(own.build) else _built(scope, own.build, folder, own.name)
            known.append((own.build, image))
        built[own.name] = image
    return Images(built)


def _is_the_exercise(build: OwnBuild) -> bool:
    """Whether it is built from `exercises/alerter`, by the Dockerfile there and nothing else. Arguments count: what a
    build does with those that it does not know is the engine's to say."""
    at = (build.context, build.dockerfile, build.target, build.arguments)
    return at == (ALERTER.rpartition("/")[2], DOCKERFILE, "", {})


def _built(scope: Scope, build: OwnBuild, folder: Path, service: str) -> str:
    with scratch.folder("service") as made:
        context = made / "context"
        shutil.copytree(folder / build.context, context, symlinks=True)
        nonce = build_nonce(content(context, ("**/*", "**/.*")))
        if (context / BUILD_FILE).parent.is_dir():
            plant(context, BUILD_FILE, nonce.encode())
        dockerfile = made / "Dockerfile"
        dockerfile.write_text(build.text, encoding="utf-8", newline="")
        _keep_ignored(folder / build.context, build, made)
        options = [f"--file={dockerfile}", *(f"--build-arg={name}={value}" for name, value in build.arguments.items())]
        options += [f"--target={build.target}"] if build.target else []
        try:
            image, _ = build_image(scope, context, nonce[:12], *options)
        except Fault as fault:
            raise _told_of(service, build, fault.outcome) from fault
        return image


def _keep_ignored(context: Path, build: OwnBuild, made: Path) -> None:
    """What a Dockerfile of another name has ignored by a file of its own name goes beside the one that is built."""
    name = build.dockerfile.rpartition("/")[2]
    if (own := context / f"{name}.dockerignore").is_file():
        shutil.copy(own, made / "Dockerfile.dockerignore")


def _told_of(service: str, build: OwnBuild, told: SubmissionFault) -> Fault:
    """The failure with its own file's name; without a line where that file is the Compose file."""
    at = Place(build.dockerfile, told.at.line if told.at and build.dockerfile.endswith("Dockerfile") else None)
    return Fault(told.code, f"{service}: {told.saw}", at, told.expected, told.detail, told.log)
