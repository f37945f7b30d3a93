"""What all tests of the grader share."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import HealthCheck, settings

from .side_by_side import LONGEST

# A busy machine makes no test fail: how long an example takes is not what any of them is about.
settings.register_profile("sentinel", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sentinel")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that install something without an engine follow each other, and begin first: together they take longest.

    With `./sentinel test --all`, whoever waits for one grade of many may have to wait for all; else a hang is told
    sooner."""
    marked = {item: {mark.name for mark in item.iter_markers()} & {"engine", "install"} for item in items}
    installing = {item for item in items if marked[item] == {"install"}}
    for item in installing:
        item.add_marker(pytest.mark.xdist_group("install"))
    items.sort(key=lambda item: item not in installing)
    if "not slow" not in config.getoption("-m"):
        for item in items:
            if {"trials", "runs"} & set(getattr(item, "fixturenames", ())):
                item.add_marker(pytest.mark.timeout(LONGEST), append=False)


@pytest.fixture(scope="session")
def compose() -> None:
    """Only the client's plugin is needed, no engine; a machine without it cannot be graded on, nor tested here."""
    if not shutil.which("docker") or subprocess.run(["docker", "compose", "version"], capture_output=True).returncode:
        pytest.skip("there is no docker compose here")
