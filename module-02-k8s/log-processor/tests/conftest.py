"""What the processor's tests share. Nothing is installed: the service's folder goes on the path, as in its image.

A real Redis comes from the collector's tests; the backend is one of their own, in a process that can be killed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
COLLECTORS = HERE.parents[2] / "module-01-containers" / "log-collector" / "tests"
sys.path[:0] = [str(HERE.parent), str(HERE)]
sys.path.append(str(COLLECTORS))

from processor_backend import BackendProcess  # noqa: E402 - found by the lines above
from redis_container import RedisContainer, redis_container  # noqa: E402


@pytest.fixture(scope="session")
def running_redis() -> Iterator[RedisContainer]:
    with redis_container() as running:
        yield running


@pytest.fixture
def redis(running_redis: RedisContainer) -> RedisContainer:
    """A real Redis with an append-only file, empty."""
    running_redis.cli("flushall")
    return running_redis


@pytest.fixture
def backend(tmp_path: Path) -> Iterator[BackendProcess]:
    """A backend that keeps the ids it is sent, and fails as it is told to."""
    with BackendProcess(tmp_path / "ids") as running:
        yield running
