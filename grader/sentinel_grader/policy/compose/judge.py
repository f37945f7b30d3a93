"""What a rule knows besides the value it judges, and how it says no: to a list, so that all is told at once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sentinel_grader.policy.compose.model import Build
from sentinel_grader.policy.compose.tree import Table, Value, line_of
from sentinel_grader.submission.refusal import Refusal, shown


@dataclass(frozen=True)
class Course:
    """The course's own file: what it declares, which a learner's may use and not change. `path` is what a learner's
    includes it by; "" where theirs stands alone, and all names are free."""

    content: bytes
    path: str
    services: frozenset[str]
    networks: frozenset[str]
    volumes: frozenset[str]
    images: frozenset[str]


@dataclass
class Judge:
    """`name` is the path of the file in the submission, for messages; `folder` is where it lies, all of it a clean
    copy; `project` is the name that Compose gave the model, "" while the raw file is judged, which is `raw`.

    On the way, `services` of the learner's own and the `builds` and `files` that they need are noted.
    """

    name: str
    folder: Path
    course: Course
    allowed_bases: Sequence[str]
    raw: Table = field(default_factory=lambda: Table(()))
    project: str = ""
    services: frozenset[str] = frozenset()
    refusals: list[Refusal] = field(default_factory=list)
    builds: dict[str, Build] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    path: tuple[str, ...] = ()

    @contextlib.contextmanager
    def within(self, part: str) -> Iterator[None]:
        """Judge what stands below `part`."""
        outer = self.path
        self.path = (*outer, part)
        try:
            yield
        finally:
            self.path = outer

    def is_taken(self, name: str, names: Collection[str]) -> bool:
        """Whether one of these names would be found by this one: the engine's DNS knows no case, and no last dot."""
        return _found_by(name) in map(_found_by, names)

    @property
    def where(self) -> str:
        """The place as Compose writes it: services.alerter.ports."""
        return shown(".".join(self.path), 120)

    def refuse(self, code: str, value: Value | None, saw: str, remedy: str) -> None:
        """Refuse what is judged now: `saw` goes on from the name of its place. The line is that of `value`, or else of
        the nearest thing in the raw file that has this place."""
        line = (value.line if value else None) or line_of(self.raw, self.path)
        self.refusals.append(Refusal(code, shown(self.name), f"{self.where} {saw}", line, remedy))

    def line_of(self, *path: str) -> int | None:
        """The line in the raw file of what has this place."""
        return line_of(self.raw, path)


def _found_by(name: str) -> str:
    return name.lower().rstrip(".")


Form = Callable[[Value, Judge], None]
