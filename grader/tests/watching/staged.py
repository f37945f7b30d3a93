"""A watch without an engine: its grades end as a test says, and its files are what a test says."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from sentinel_grader import course
from sentinel_grader.grading import Grade, observed
from sentinel_grader.judging import CHECKS, Judged
from sentinel_grader.learner import Progress
from sentinel_grader.observe.outcome import Recorded
from sentinel_grader.observe.schedule import Event, Moment
from sentinel_grader.result import CheckResult, Grader, Reason, Result, SubmissionResult, Verdict, totals
from sentinel_grader.watching import plan
from sentinel_grader.watching.events import Ended, Happening, Happenings, JudgedAll
from sentinel_grader.watching.grades import Beside, Shown
from sentinel_grader.watching.looks import Look
from sentinel_grader.watching.loop import Watch
from sentinel_grader.watching.screen import Screen

NAMES = sorted(observed(CHECKS))
#: What a grade that nothing goes wrong with comes to.
Whole = tuple[JudgedAll, Ended]


def graded(name: str, *failed: str, pending: Collection[str] = (), beside: Iterable[CheckResult] = ()) -> Grade:
    """A grade of a task, or of a module, in which these checks failed or are pending, and all others passed."""
    verdicts = dict.fromkeys(failed, Verdict.FAILED) | dict.fromkeys(pending, Verdict.NOT_GRADED)
    checks = [check_of(id_, verdicts.get(id_, Verdict.PASSED)) for id_ in course.select(name)]
    points, most, still, verdict = totals(checks)
    result = Result(
        grader=Grader(version="0", checks_hash="0"),
        submission=SubmissionResult(path=".", tree_hash="0"),
        engine={},
        started_at="",
        duration_s=1.0,
        points=points,
        max_points=most,
        points_pending=still,
        verdict=verdict,
        checks=checks,
    )
    return Grade(result, {}, (), "run", beside=tuple(beside))


def check_of(id_: str, verdict: Verdict) -> CheckResult:
    """A check that came to this."""
    module, task = course.task_of(id_)
    info = course.checks()[id_]
    return CheckResult(
        id=id_,
        title=info.title,
        module=module.number,
        task=task.number,
        points=info.points if verdict is Verdict.PASSED else 0,
        max_points=info.points,
        verdict=verdict,
        reason=None if verdict is Verdict.PASSED else Reason(code="unmet", saw=f"{id_} is not as it should be"),
        hints=["one", "two", "three"],
    )


def seen(changed: Collection[str] = (), **files: str) -> Look:
    """A look at files of these contents, in which these observations may see something else than in one without."""
    return Look(files, {name: "other" if name in changed else "as ever" for name in NAMES})


@dataclass
class Staged:
    """A watch, what was begun in it, and what it said. A grade that is `made` tells of its checks as they are decided,
    all made anew but for what stands."""

    folder: Path
    looks: list[Look] = field(default_factory=lambda: [seen()])
    begun: list[str] = field(default_factory=list)
    beside: list[list[str]] = field(default_factory=list)
    called_off: list[set[str]] = field(default_factory=list)
    stopped: int = 0
    stands: Collection[str] = ()
    interrupt_at_look: int = 0

    def __post_init__(self) -> None:
        self.file = io.StringIO()

    def begin(self, ids: Collection[str], beside: Beside, shown: Shown) -> Staged:
        """Begin a grade: it is written down."""
        self.beside.append(list(beside(seen().contents)))
        tasks = {plan_name(id_) for id_ in ids}
        self.begun.append(tasks.pop() if len(tasks) == 1 else "1")
        for name in NAMES:
            moment = Moment.REUSED if name in self.stands else Moment.ENDED
            shown.event(Event(name, moment, Recorded(None), 1.0))
        for id_ in ids:
            shown.judged(Judged(id_, Verdict.PASSED))
        return self

    def call_off(self, observations: Collection[str]) -> None:
        """Written down."""
        self.called_off.append(set(observations))

    def stop(self) -> None:
        """Counted."""
        self.stopped += 1

    def watch(self, *happenings: Happening | Whole, target: str | None = None) -> str:
        """Run a watch in which these things happen, and say what it said."""
        queue = Happenings()
        for each in happenings:
            for one in each if isinstance(each, tuple) else (each,):
                queue.put(one)
        screen = Screen(Console(file=self.file, width=80, highlight=False), self.folder, by_key=True)
        stage = plan.first(target, Progress.read(self.folder))
        self._looks = 0
        Watch(self.folder, stage, self.begin, self._look, screen, queue).run()
        return self.file.getvalue()

    def _look(self) -> Look:
        self._looks += 1
        if self._looks == self.interrupt_at_look:
            raise KeyboardInterrupt
        return self.looks[min(self._looks, len(self.looks)) - 1]


def plan_name(id_: str) -> str:
    """The task of a check."""
    module, task = course.task_of(id_)
    return f"{module.number}.{task.number}"


def right(name: str) -> Whole:
    """A grade in which all passed."""
    return JudgedAll(graded(name)), Ended()


def wrong(name: str, *ids: str) -> Whole:
    """A grade in which these failed."""
    return JudgedAll(graded(name, *ids)), Ended()
