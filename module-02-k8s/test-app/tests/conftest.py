"""What the test-app's tests share. Neither it nor the SDK is installed: their folders go on the path."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SDK = HERE.parents[1] / "sdk"
sys.path[:0] = [str(HERE.parent), str(HERE), str(SDK), str(SDK / "tests")]

from sdk_backend import Backend  # noqa: E402 - the SDK's own, which takes only valid events
from testapp_service import Service  # noqa: E402


@pytest.fixture
def backend() -> Iterator[Backend]:
    """Where the events go."""
    with Backend() as running:
        yield running


@pytest.fixture
def service(backend: Backend) -> Iterator[Service]:
    """The test-app in a process of its own, watched."""
    with Service(SENTINEL_INGESTION_URL=backend.url, SENTINEL_BATCH_SECONDS="0.1") as running:
        yield running
