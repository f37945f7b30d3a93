"""What the SDK's tests share. It is not installed for them: its folder goes on the path."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE)]

from sdk_backend import Backend  # noqa: E402 - found by the line above


@pytest.fixture
def backend() -> Iterator[Backend]:
    """A backend on a port of its own, which takes everything until it is told otherwise."""
    with Backend() as running:
        yield running
