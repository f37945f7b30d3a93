"""A state folder of the test's own, and a quiet progress that keeps what it said."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from sentinel_grader.environment.progress import Progress


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The grader's state folder for this test, empty."""
    folder = tmp_path / "state"
    monkeypatch.setenv("SENTINEL_STATE", str(folder))
    return folder


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def progress(said: io.StringIO) -> Progress:
    return Progress(Console(file=said, width=200, soft_wrap=True))
