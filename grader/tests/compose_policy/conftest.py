"""A learner's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from .learner import Learner


@pytest.fixture
def learner(tmp_path: Path) -> Learner:
    return Learner(tmp_path)
