"""Which task is next."""

from __future__ import annotations

from dataclasses import dataclass

from sentinel_grader import course
from sentinel_grader.learner import Progress
from sentinel_grader.result import Verdict


@dataclass(frozen=True)
class Stage:
    """What is graded: a task, or what a target names. `name` is what `grade` would be given."""

    name: str
    title: str
    ids: tuple[str, ...]

    @property
    def words(self) -> str:
        return f"task {self.name}, {self.title}" if "." in self.name and self.title else self.name

    def is_done(self, progress: Progress) -> bool:
        """Whether all of it passed when it was last graded."""
        return all(progress.verdicts.get(id_) is Verdict.PASSED for id_ in self.ids)


def stages() -> list[Stage]:
    """Every task, in the course's order."""
    return [
        Stage(f"{module.number}.{task.number}", task.title, tuple(check.id for check in task.checks))
        for module in course.MODULES
        for task in module.tasks
        if task.checks
    ]


def whole(stage: Stage) -> Stage:
    """The module that a stage belongs to."""
    module, _ = course.task_of(stage.ids[0])
    return Stage(str(module.number), f"module {module.number}", tuple(course.select(str(module.number))))


def first(target: str | None, progress: Progress) -> Stage:
    """What `target` names; without, and for a module, its first task that is not done, else its last one. Raises
    UnknownTarget."""
    ids = course.select(target) if target else list(course.checks())
    within = [stage for stage in stages() if set(stage.ids) <= set(ids)]
    if not within:
        return Stage(target or "", "", tuple(ids))
    return next((stage for stage in within if not stage.is_done(progress)), within[-1])


def after(stage: Stage, progress: Progress) -> Stage | None:
    """The next task that is not done, from this one on and then from the start; None if all are."""
    every = stages()
    here = next((number for number, each in enumerate(every) if set(stage.ids) <= set(each.ids)), 0)
    order = [*every[here:], *every[:here]]
    return next((each for each in order if each.name != stage.name and not each.is_done(progress)), None)
