"""Submissions that fail, each in its own way: whoever handed them in should be told soon."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from sentinel_grader import pristine
from sentinel_grader.observe.dockerfile import DOCKERFILE


def _changed(folder: Path, old: str, new: str) -> None:
    pristine.lay(folder, solved=True)
    path = folder / DOCKERFILE
    text = path.read_text()
    if text.count(old) != 1:
        raise ValueError(f"the solution's Dockerfile holds {text.count(old)} times {old!r}")
    path.write_text(text.replace(old, new))


def starter(folder: Path) -> None:
    """What a learner begins with: no Dockerfile to speak of."""
    pristine.lay(folder, solved=False)


def broken_build(folder: Path) -> None:
    """The solution with a file's name misspelled."""
    _changed(folder, "COPY requirements.txt /build/", "COPY requirement.txt /build/")


def hanging_start(folder: Path) -> None:
    """The solution with a command that starts, and never answers."""
    _changed(folder, 'CMD ["python", "-m", "alerter"]', 'CMD ["sleep", "3600"]')


#: How each is laid into a new folder.
CASES: Mapping[str, Callable[[Path], None]] = {
    "starter": starter,
    "broken build": broken_build,
    "hanging start": hanging_start,
}
