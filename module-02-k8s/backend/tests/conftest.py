"""What the backend's tests share. Services are installed nowhere: their folders go on the path, as in their images.

The stage before has what starts a real Redis; it is used from where it is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
COLLECTOR = HERE.parents[2] / "module-01-containers" / "log-collector"
for folder in (COLLECTOR / "tests", COLLECTOR, HERE, HERE.parent):
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))

from backend_in_process import InProcess  # noqa: E402 - found by the lines above
from redis_container import RedisContainer, redis_container  # noqa: E402


@pytest.fixture
def backend() -> Iterator[InProcess]:
    """The application in this process, with a store in memory; nothing of HTTP's wire format is involved."""
    with InProcess() as running:
        yield running


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisContainer]:
    """A real Redis, for all tests that do not harm it."""
    with redis_container() as running:
        yield running
