"""What observations are tried in: a scope of a session of its own, and a stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sentinel_grader.observe.scope import Scope
from sentinel_grader.observe.session import session
from sentinel_grader.observe.stand import Stand, stand


@pytest.fixture
def scope(tmp_path: Path) -> Iterator[Scope]:
    with session(tmp_path, {}) as running:
        yield Scope(running, tmp_path)


@pytest.fixture
def place(scope: Scope) -> Iterator[Stand]:
    with stand(scope.session) as found:
        yield found
