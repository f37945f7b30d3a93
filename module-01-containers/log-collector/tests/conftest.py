"""What the collector's tests share. The service is installed nowhere: its folder goes on the path, as in its image."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from collector_in_process import InProcess  # noqa: E402 - found by the line above
from collector_service import Service  # noqa: E402


@pytest.fixture
def collector() -> Iterator[InProcess]:
    """The application in this process, with a memory queue; nothing of HTTP's wire format is involved."""
    with InProcess() as running:
        yield running


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    """The real thing in a process of its own, with a memory queue: for what only a wire can carry."""
    with Service(QUEUE_BACKEND="memory", BODY_TIMEOUT="0.5") as running:
        yield running
