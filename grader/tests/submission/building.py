"""Dockerfiles through our parser and into the engine that is here."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from sentinel_grader.environment.docker import build_environment, find_engine
from sentinel_grader.policy import Dockerfile, check_dockerfile, understood_by

ALLOWED = ("python", "scratch", "debian")


def ours(text: str) -> Dockerfile | None:
    """The model of a Dockerfile that the policy lets pass."""
    found = check_dockerfile(text, name="Dockerfile", allowed_bases=ALLOWED)
    return found if isinstance(found, Dockerfile) else None


def engine_knows(found: Dockerfile) -> bool:
    """Whether the engine's front end understands all that is used."""
    engine = find_engine().engine
    assert engine, "these tests need a container engine"
    return all(feature.since <= understood_by(engine.number) for feature in found.features)


def build(folder: Path, text: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Build the text in a folder as the grader does."""
    (folder / "Dockerfile").write_bytes(text.encode())
    command = ["docker", "buildx", "build", "--progress=plain", "--pull=false", *options, str(folder)]
    environment = {**os.environ, **build_environment()}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, check=False)
