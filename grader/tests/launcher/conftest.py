"""One small checkout is installed for all tests of a run; each gets a copy of it to spoil."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sentinel_grader.paths import ROOT

from .checkouts import Checkout, bare, load


@pytest.fixture(scope="session")
def launcher() -> Any:
    """The launcher of this checkout as a module, to call its functions."""
    return load(ROOT / "sentinel")


@pytest.fixture
def new(tmp_path: Path) -> Checkout:
    """A small checkout in which nothing is installed."""
    return bare(tmp_path / "checkout")


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = bare(tmp_path_factory.mktemp("installed") / "checkout")
    assert made.start("up").answer["missing"] == []
    return made


@pytest.fixture
def ready(installed: Checkout, tmp_path: Path) -> Checkout:
    """A small checkout that is installed."""
    return installed.copy(tmp_path / "checkout")
