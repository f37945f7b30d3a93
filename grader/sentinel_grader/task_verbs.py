"""`tasks`, `hint` and `reset`: where a learner stands, a push, and a fresh start."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from sentinel_grader import course, hints, resetting
from sentinel_grader.learner import Progress
from sentinel_grader.paths import ROOT
from sentinel_grader.result import Verdict

_MARKS = {Verdict.PASSED: "[green]✓[/green]", Verdict.FAILED: "[red]✗[/red]"}


def show(console: Console) -> None:
    """Every module, task and check, with the last verdict on each."""
    verdicts = Progress.read().verdicts
    for module in course.MODULES:
        console.print(f"[bold]Module {module.number}: {module.title}[/bold]")
        for task in module.tasks:
            done = sum(check.points for check in task.checks if verdicts.get(check.id) is Verdict.PASSED)
            points = sum(check.points for check in task.checks)
            console.print(f"  {module.number}.{task.number} {task.title}, {done} of {points} points")
            for check in task.checks:
                mark = _MARKS.get(verdicts.get(check.id, Verdict.SKIPPED), "·")
                console.print(f"      {mark} {check.title} [dim]{check.id}[/dim]")


def as_json() -> list[dict[str, Any]]:
    """The same, for programs: one object a check."""
    verdicts = Progress.read().verdicts
    return [
        {
            "id": check.id,
            "task": f"{module.number}.{task.number}",
            "title": check.title,
            "points": check.points,
            "verdict": verdicts.get(check.id),
        }
        for module in course.MODULES
        for task in module.tasks
        for check in task.checks
    ]


def hint(ids: Sequence[str], console: Console, *, everything: bool = False, checkout: Path = ROOT) -> None:
    """The next hint for what has not passed in a checkout; or all of them."""
    if everything:
        for id_ in ids:
            console.print(f"[bold]{escape(course.checks()[id_].title)}[/bold] {id_}")
            for number, words in enumerate(hints.all_hints()[id_], 1):
                console.print(f"  {number}. {escape(words)}")
        return
    progress = Progress.read(checkout)
    found = hints.next_hint(ids, progress)
    progress.write(checkout)
    if found is None:
        console.print("There is no further hint: all were shown (--all shows them again), or all has passed.")
        return
    id_, number, words = found
    console.print(f"[bold]{escape(course.checks()[id_].title)}[/bold] {id_}, hint {number} of {hints.STEPS}")
    console.print(f"  {escape(words)}")


def reset(ids: list[str], console: Console) -> None:
    """Put the starters of the tasks that these checks belong to back."""
    for module, task in dict.fromkeys(course.task_of(id_) for id_ in ids):
        for done in resetting.reset(module, task):
            kept = f"; yours is kept as {done.kept.name}" if done.kept else ""
            console.print(f"{done.file.relative_to(ROOT)} is as it was handed out{kept}.")
