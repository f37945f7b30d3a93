"""Collects the lessons: every block of every module's README.md, and of the grader's, is one test, named by its line.

    .venv/bin/pytest … grader/tests/course/lessons.py -k "README.md:22"

A lesson runs in one bash, in order, in a copy of the checkout. A block that fails skips the rest, which stands on it;
asking for one block runs those before it first. Afterwards nothing of the lesson may be left: neither processes nor
containers.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .lessons import Block, LessonError, read
from .run import Lesson

COURSE = Path(__file__).resolve().parent
ROOT = COURSE.parents[2]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """`lessons.py` here stands for all lessons: they lie in other folders than the tests."""
    return Lessons.from_parent(parent, path=file_path) if file_path == COURSE / "lessons.py" else None


class Lessons(pytest.File):
    """All lessons of the course."""

    def collect(self) -> Iterator[pytest.Collector]:
        for readme in (*sorted(ROOT.glob("module-*/README.md")), *ROOT.glob("grader/README.md")):
            yield LessonFile.from_parent(self, path=readme)


class LessonFile(pytest.File):
    """One lesson."""

    lesson: Lesson | None = None

    def collect(self) -> Iterator[pytest.Item]:
        name = self.path.relative_to(ROOT).as_posix()
        try:
            blocks = read(self.path.read_text(encoding="utf-8"))
        except LessonError as error:
            raise self.CollectError(f"{name}, {error}") from error
        for number, block in enumerate(blocks):
            yield Step.from_parent(self, name=f"{name}:{block.line}", blocks=blocks, number=number)
        yield NothingLeft.from_parent(self, name=f"{name}:nothing-is-left", blocks=blocks, number=len(blocks))

    def setup(self) -> None:
        self.lesson = Lesson(ROOT, self.path.parent.name)

    def teardown(self) -> None:
        if self.lesson:
            self.lesson.close()


class Step(pytest.Item):
    """One block of a lesson."""

    def __init__(self, name: str, parent: LessonFile, blocks: list[Block], number: int) -> None:
        super().__init__(name, parent, nodeid=name)
        self.blocks, self.number = blocks, number
        before = blocks[: number + 1]
        if any("engine" in block.needs for block in before):
            self.add_marker("engine")
        self.add_marker(pytest.mark.timeout(30 + sum(block.within for block in before)))

    @property
    def lesson(self) -> Lesson:
        assert isinstance(self.parent, LessonFile)
        assert self.parent.lesson
        return self.parent.lesson

    def runtest(self) -> None:
        self.lesson.run(self.blocks, self.number)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        if self.number == len(self.blocks):
            return self.path, None, f"{self.path.parent.name}, at the end of the lesson"
        line = self.blocks[self.number].line
        return self.path, line - 1, f"{self.path.parent.name}, line {line} of the lesson"


class NothingLeft(Step):
    """The end of a lesson: whoever followed it has a machine as before."""

    def runtest(self) -> None:
        self.lesson.run(self.blocks, self.number - 1)
        self.lesson.require_nothing_left()
