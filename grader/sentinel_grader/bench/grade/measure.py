"""All that `bench grade` measures. What is compared is measured in turns; figures are medians over the rounds."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sentinel_grader.bench.grade.cases import CASES
from sentinel_grader.bench.grade.critical import Segment, critical_path
from sentinel_grader.bench.grade.runs import Baseline, Failed, Grade, Graded, at_once, baseline, client_start
from sentinel_grader.checks import module_01 as module_01  # declares its observations
from sentinel_grader.observe.alerter_runs import STARTING
from sentinel_grader.observe.registry import REGISTRY
from sentinel_grader.tracing import Span

#: What is graded, and the part of its baseline that it takes at most: the first tasks, or a module, which has more to
#: do at the same time.
FIRST_TASKS, MODULE = ("1.1", "1.2", "1.3"), ("1",)
MOST: Mapping[tuple[str, ...], float] = {FIRST_TASKS: 0.7, MODULE: 0.6}
ROUNDS = 3
AT_ONCE = (1, 2, 4)
_TRIES = 3


@dataclass(frozen=True)
class Case:
    """A submission that fails: the seconds until that was said, and until all was; at most `most`."""

    name: str
    first_failure: float
    seconds: float
    most: float

    @property
    def holds(self) -> bool:
        return self.first_failure <= self.seconds <= self.most


@dataclass(frozen=True)
class Measured:
    """What was found of `targets`. `again` is a grade of a tree that was graded just before; `at_once` gives seconds by
    how many submissions were graded at the same time; `client` is the docker client's own start, in seconds."""

    targets: tuple[str, ...]
    grades: list[Graded]
    baselines: list[Baseline]
    cases: list[Case]
    at_once: dict[int, float]
    again: Graded
    client: float

    @property
    def middle(self) -> Graded:
        """The grade of median length (of two, the longer one)."""
        return sorted(self.grades, key=lambda grade: grade.seconds)[len(self.grades) // 2]

    @property
    def middle_baseline(self) -> Baseline:
        """The baseline of median length."""
        return sorted(self.baselines, key=lambda each: each.seconds)[len(self.baselines) // 2]

    @property
    def seconds(self) -> float:
        return median(grade.seconds for grade in self.grades)

    @property
    def baseline_seconds(self) -> float:
        return median(each.seconds for each in self.baselines)

    @property
    def ratio(self) -> float:
        return self.seconds / self.baseline_seconds

    @property
    def most(self) -> float:
        """The bound of the ratio."""
        return MOST[self.targets]

    @property
    def ratio_without_client(self) -> float:
        """As if the baseline's commands needed no program to start."""
        return self.seconds / (self.baseline_seconds - self.client * self.middle_baseline.commands)

    @property
    def path(self) -> list[Segment]:
        """The critical path of the median grade."""
        grade = self.middle
        return critical_path(grade.trace.spans, needs(grade.trace.spans), grade.began, grade.ended)

    @property
    def made_again(self) -> list[str]:
        """What a grade of an unchanged tree observed once more."""
        return [span.observation for span in self.again.trace.spans if not span.reused]

    @property
    def holds(self) -> bool:
        return self.ratio <= self.most and all(case.holds for case in self.cases) and not self.made_again


def needs(spans: Iterable[Span]) -> Mapping[str, tuple[str, ...]]:
    """What each of these observations builds on."""
    return {known.name: known.needs for known in REGISTRY.closure(span.observation for span in spans)}


def measure(
    say: Callable[[str], None], folder: Path, targets: tuple[str, ...], *, rounds: int = ROUNDS, most_at_once: int = 4
) -> Measured:
    """Measure everything, in the empty `folder`; the script of the last baseline stays there, in `baseline`.

    Args:
        say: is told of every step.
        targets: what is graded; a key of MOST.

    Raises:
        Failed: a grade did not come to what it should, or a command of the baseline failed.
    """
    say("warming up: a grade, to take its log")
    log = _solution(targets, folder / "log").trace
    grades, baselines = list[Graded](), list[Baseline]()
    for number in range(1, rounds + 1):
        say(f"round {number} of {rounds}: the baseline")
        baselines.append(baseline(log, folder / "log", folder / "baseline"))
        say(f"round {number} of {rounds}: the grade")
        grades.append(_solution(targets, folder / f"grade-{number}"))
    seconds = median(grade.seconds for grade in grades)
    cases = [_case(name, targets, folder / name.replace(" ", "-"), seconds, say) for name in CASES]
    crowd = {1: seconds}
    for number in [number for number in AT_ONCE[1:] if number <= most_at_once]:
        say(f"{number} submissions at once")
        crowd[number] = at_once(number, targets, folder / f"at-once-{number}")
    say("a tree that did not change, graded again")
    _solution(targets, folder / "again-before", again=True)
    again = _solution(targets, folder / "again", again=True)
    return Measured(targets, grades, baselines, cases, crowd, again, client_start())


def _solution(targets: Sequence[str], folder: Path, *, again: bool = False) -> Graded:
    """A grade of the solution. One that did not pass, since the machine was too busy, says nothing: it is made anew."""
    for _ in range(_TRIES - 1):
        with contextlib.suppress(Failed):
            return Grade(targets, folder, again=again).end(0)
    return Grade(targets, folder, again=again).end(0)


def _case(name: str, targets: Sequence[str], folder: Path, solution: float, say: Callable[[str], None]) -> Case:
    say(f"a submission that fails: {name}")
    CASES[name](folder / "submission")
    graded = Grade(targets, folder / "trace", folder / "submission").end(1)
    first = graded.first_failure
    return Case(name, graded.seconds if first is None else first, graded.seconds, solution + STARTING)
