"""The three ways an observation ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T", covariant=True)


@dataclass(frozen=True)
class Place:
    """A place in the submission: a file relative to it, a line from 1 where one is known."""

    file: str
    line: int | None = None


@dataclass(frozen=True)
class Recorded(Generic[T]):
    """It went as such things go, and this is what was seen."""

    data: T


@dataclass(frozen=True)
class SubmissionFault:
    """The submission kept it from being made: its build broke, its container did not start.

    `saw` is for the learner; `detail` are further lines worth showing; `log` is the name of a log that is kept whole.
    """

    code: str
    saw: str
    at: Place | None = None
    expected: str = ""
    detail: tuple[str, ...] = ()
    log: str = ""


@dataclass(frozen=True)
class Unavailable:
    """We could not make it: the engine is gone, the disk is full. Never the learner's doing."""

    code: str
    detail: str = ""


@dataclass(frozen=True)
class Blocked:
    """It was not tried, since these observations that it builds on were not recorded."""

    by: tuple[str, ...] = field(default_factory=tuple)


Outcome = Recorded[object] | SubmissionFault | Unavailable | Blocked


class Fault(Exception):
    """Raised by an observation to end in a SubmissionFault."""

    def __init__(
        self,
        code: str,
        saw: str,
        at: Place | None = None,
        expected: str = "",
        detail: tuple[str, ...] = (),
        log: str = "",
    ) -> None:
        super().__init__(saw)
        self.outcome = SubmissionFault(code, saw, at, expected, detail, log)


class OursError(Exception):
    """Raised by an observation to end in Unavailable."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(detail or code)
        self.outcome = Unavailable(code, detail)
