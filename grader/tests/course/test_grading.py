"""The course grades itself: the starter passes nothing, each fixture what it should, the solution everything."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from sentinel_grader import course
from sentinel_grader.environment.docker import find_engine
from sentinel_grader.grading import grade
from sentinel_grader.judging import CHECKS
from sentinel_grader.observe.decision_card import NOTEBOOK
from sentinel_grader.observe.store import Store
from sentinel_grader.paths import ROOT
from sentinel_grader.result import Result, Verdict

from ..cases import is_whole
from .exercises import AFTER_TASK, REPAIR, REPAIRED, SOLUTION, STARTER, assemble, compose_file, lay_repair

TASKS = course.MODULES[0].tasks
SOLVED_NOTEBOOK = SOLUTION.parent / "notebook.ipynb"
#: The numbers of the tasks that are graded, a learner's folder with the alerter, and where a mended stack of task 7
#: lies, if it is one.
Graded = Callable[[Sequence[int], Path, Path | None], Result]
ALL = [task.number for task in TASKS]
#: The one that is graded in every run, and there no further than to the task after its own: each takes minutes.
QUICK = {3}
pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """Grades a learner's folder."""

    def result(numbers: Sequence[int], recipe: Path, repaired: Path | None) -> Result:
        engine = find_engine().engine
        assert engine, "these tests need a container engine"
        checkout = tmp_path_factory.mktemp("checkout")
        assemble(checkout / STARTER.relative_to(ROOT), recipe, mended=recipe == SOLUTION)
        shutil.copyfile(compose_file(recipe), checkout / STARTER.relative_to(ROOT).with_name("docker-compose.yaml"))
        lay_repair(checkout / REPAIR.relative_to(ROOT), repaired)
        if recipe == SOLUTION:
            shutil.copyfile(SOLVED_NOTEBOOK, checkout / NOTEBOOK)
        ids = {id_ for task in TASKS if task.number in numbers for id_ in _checks_of(task)}
        return grade([check.id for check in CHECKS if check.id in ids], checkout, engine, store=Store(None)).result

    return result


def _others(result: Result, ids: set[str], verdict: Verdict) -> dict[str, str]:
    """Of these checks, those that came to another verdict, and why."""
    return {
        each.id: f"{each.verdict}: {each.reason.saw if each.reason else ''}"
        for each in result.checks
        if each.id in ids and each.verdict is not verdict
    }


def _checks_of(task: course.Task) -> set[str]:
    return {check.id for check in task.checks} & {check.id for check in CHECKS}


def test_the_starter_passes_nothing(graded: Graded) -> None:
    """And nothing is left ungraded: what rests on a failed check is skipped."""
    verdicts = {each.id: each.verdict for each in graded(ALL, STARTER, None).checks}
    assert set(verdicts.values()) == {Verdict.FAILED, Verdict.SKIPPED}, verdicts
    assert verdicts["m1.builds"] is Verdict.FAILED


@pytest.mark.parametrize(
    "number", [pytest.param(number, marks=[] if number in QUICK else [pytest.mark.slow]) for number in range(1, 8)]
)
def test_a_fixture_passes_its_tasks_and_completes_no_later_one(
    graded: Graded, number: int, request: pytest.FixtureRequest
) -> None:
    repaired = AFTER_TASK / "7" / "repair" if number >= 7 else None  # it has nothing to do with the alerter
    numbers = ALL if is_whole(request) else range(1, number + 2)
    result = graded(numbers, AFTER_TASK / str(min(number, 6)) / "alerter", repaired)
    done = {id_ for task in TASKS if task.number <= number for id_ in _checks_of(task)}
    assert _others(result, done, Verdict.PASSED) == {}
    for task in TASKS:
        if task.number > number and task.number in numbers:
            assert _others(result, _checks_of(task), Verdict.PASSED), f"task {task.number} is complete already"
    assert not [each.id for each in result.checks if each.verdict is Verdict.NOT_GRADED]


def test_the_solution_passes_everything(graded: Graded) -> None:
    assert _others(graded(ALL, SOLUTION, REPAIRED), {check.id for check in CHECKS}, Verdict.PASSED) == {}
