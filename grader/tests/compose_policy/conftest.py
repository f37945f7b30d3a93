"""A learner's folder."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from .learner import Learner


@pytest.fixture
def learner(tmp_path: Path) -> Learner:
    return Learner(tmp_path)


@pytest.fixture(scope="session")
def compose() -> None:
    """Only the client's plugin is needed, no engine; a machine without it cannot be graded on, nor tested here."""
    if not shutil.which("docker") or subprocess.run(["docker", "compose", "version"], capture_output=True).returncode:
        pytest.skip("there is no docker compose here")
