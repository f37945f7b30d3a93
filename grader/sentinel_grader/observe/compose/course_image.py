"""The course's own log-collector: the image that `./sentinel up` builds, built here where it is not there yet."""

from __future__ import annotations

from dataclasses import dataclass

import docker

from sentinel_grader.environment import stages
from sentinel_grader.environment.problem import Problem
from sentinel_grader.environment.progress import Step
from sentinel_grader.environment.stages import STAGES
from sentinel_grader.observe.engine import key_of
from sentinel_grader.observe.keys import content
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.session import Session

SERVICE = "log-collector"
#: What it is called (module-01-containers/docker-compose.yaml).
IMAGE = "sentinel/log-collector:dev"


class _Heard(Step):
    """A step of `up` whose words are the observation's."""

    def __init__(self, scope: Scope) -> None:
        super().__init__("Building the log-collector")
        self._scope = scope

    def note(self, line: str) -> None:
        self._scope.say(line)
        self._scope.check_cancelled()


@dataclass(frozen=True)
class CourseImage:
    """The image, by its id on this engine."""

    image: str

    @property
    def identity(self) -> str:
        return self.image

    def is_there(self, session: Session) -> bool:
        """Whether the engine still has it."""
        return _id(session) == self.image


@observation("course_image", inputs=["module-01-containers/log-collector/**/*"])
def course_image(scope: Scope) -> CourseImage:
    """Build it as `up` does, from this checkout, unless the engine has what was built of the same files."""
    of = ["log-collector", content(scope.files, ("**/*",)), key_of(scope.session.engine)]
    known = scope.session.facts.get(of, CourseImage)
    if known is None or not known.is_there(scope.session):
        scope.session.facts.put(of, known := _built(scope))
    return known


def _built(scope: Scope) -> CourseImage:
    try:
        stages.build(STAGES[1], _Heard(scope))
    except Problem as problem:
        raise OursError("course_image", f"The log-collector could not be built: {problem.remedy[-400:]}") from problem
    return CourseImage(_id(scope.session))


def _id(session: Session) -> str:
    try:
        return str(session.engine.images.get(IMAGE).id)
    except docker.errors.ImageNotFound:
        return ""
    except docker.errors.DockerException as error:
        raise OursError("engine_error", str(error)) from error
