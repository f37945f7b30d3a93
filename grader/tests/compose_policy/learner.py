"""A learner's folder for Compose: the course's own file above it, an alerter to build, and what a test puts there."""

from __future__ import annotations

import shutil
from pathlib import Path

from sentinel_grader.paths import ROOT
from sentinel_grader.policy.compose import Composed, Resolved, check_compose, resolved
from sentinel_grader.submission import Refusal

COURSE = ROOT / "module-01-containers" / "docker-compose.yaml"
BASES = ("python", "debian", "scratch")
NAME = "module-01-containers/exercises/docker-compose.yaml"
INCLUDE = "include: [../docker-compose.yaml]\n"
#: A service, to which a test adds lines from the fifth on.
ALERTER = INCLUDE + "services:\n  alerter:\n    build: ./alerter\n"
DOCKERFILE = "ARG BASE=python:3.13-slim\nFROM $BASE AS build\nFROM $BASE\nUSER 10001\n"


class Learner:
    """The folder; `write` a file and `check` it, raw, or `resolve` it, as Compose understands it."""

    def __init__(self, top: Path) -> None:
        self.folder = top / "exercises"
        (self.folder / "alerter").mkdir(parents=True)
        shutil.copy(COURSE, top / COURSE.name)
        self.put("alerter/Dockerfile", DOCKERFILE)

    def put(self, name: str, content: str | bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content)

    def check(self, content: str | bytes) -> Composed | list[Refusal]:
        self.put("docker-compose.yaml", content)
        return check_compose(self.folder, COURSE, allowed_bases=BASES)

    def resolve(self, content: str | bytes) -> Resolved | list[Refusal]:
        self.put("docker-compose.yaml", content)
        return resolved(self.folder, COURSE, allowed_bases=BASES)

    def refused(self, content: str | bytes) -> list[Refusal]:
        found = self.check(content)
        assert isinstance(found, list), f"let pass: {content!r}"
        return found
