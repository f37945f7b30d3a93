"""What may happen while one watches. All of it comes through one queue, one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from queue import SimpleQueue

from sentinel_grader.grading import Grade


@dataclass(frozen=True)
class Saved:
    """Something below the exercises may have changed."""


@dataclass(frozen=True)
class Pressed:
    """A key, or the first letter of a line where keys cannot be had."""

    key: str


@dataclass(frozen=True)
class JudgedAll:
    """All is judged; what the grade under way made on the engine is still being removed."""

    graded: Grade


@dataclass(frozen=True)
class Ended:
    """The grade under way came to its end, and nothing of it is left; or there are the words for what went wrong."""

    trouble: str = ""


@dataclass(frozen=True)
class Broken:
    """The file system tells of nothing any more."""

    why: str


Happening = Saved | Pressed | JudgedAll | Ended | Broken
Happenings = SimpleQueue[Happening]
