"""A submission in the making."""

from __future__ import annotations

from pathlib import Path

import pytest

from .trees import Hostile


@pytest.fixture
def hostile(tmp_path: Path) -> Hostile:
    return Hostile(tmp_path)
