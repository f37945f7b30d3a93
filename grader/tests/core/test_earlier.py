"""Earlier tasks beside a later one: looked at when a file changed since they passed, told of when they no longer do."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from rich.console import Console

from sentinel_grader import course, earlier, pristine
from sentinel_grader.checks import module_01 as module_01  # declares its checks
from sentinel_grader.environment.docker import find_engine
from sentinel_grader.grading import grade, observed
from sentinel_grader.judging import CHECKS
from sentinel_grader.learner import Progress
from sentinel_grader.observe.dockerfile import ALERTER
from sentinel_grader.observe.store import Store
from sentinel_grader.reports import terminal
from sentinel_grader.result import CheckResult, Overall, Result, Verdict, from_json, to_json

from ..watching.staged import check_of, graded

BEFORE: Mapping[str, str] = dict.fromkeys(observed(CHECKS), "as handed in")
CHANGED = {**BEFORE, "build": "other", "image": "other", "running": "other"}
FIRST, SECOND = course.select("1.1"), course.select("1.2")


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SENTINEL_STATE", str(tmp_path / "state"))
    return tmp_path


def _remember(checkout: Path, result: Result, besides: list[CheckResult] | None = None, seen: str = "") -> None:
    earlier.remember(result, besides or [], CHANGED if seen else BEFORE, checkout)


def test_only_what_passed_before_and_may_see_something_else_is_looked_at(checkout: Path) -> None:
    _remember(checkout, graded("1.1", "m1.alerts").result)
    _remember(checkout, graded("1.2").result)
    looked_at = earlier.beside(course.select("1.3"), checkout)
    assert looked_at(BEFORE) == []
    concerned = [id_ for id_ in (*FIRST, *SECOND) if set(CHECKS[id_].observations) & {"build", "image", "running"}]
    assert looked_at(CHANGED) == [id_ for id_ in concerned if id_ != "m1.alerts"] != []


def test_who_asks_for_one_check_or_the_first_task_or_has_passed_nothing_gets_no_more(checkout: Path) -> None:
    assert earlier.beside(course.select("1.3"), checkout)(CHANGED) == []
    _remember(checkout, graded("1.1").result)
    for ids in (["m1.size"], FIRST, course.select("1"), ()):
        assert earlier.beside(ids, checkout)(CHANGED) == []


def test_what_no_longer_passes_is_told_each_time_until_it_does_again(checkout: Path) -> None:
    _remember(checkout, graded("1.1").result)
    _remember(checkout, graded("1.2").result, [check_of("m1.starts", Verdict.FAILED)], seen="other")
    assert Progress.read(checkout).verdicts["m1.starts"] is Verdict.FAILED
    assert "m1.starts" not in earlier.beside(SECOND, checkout)(BEFORE), "as it was when it passed"
    assert "m1.starts" in earlier.beside(SECOND, checkout)(CHANGED)
    _remember(checkout, graded("1.2").result, [check_of("m1.starts", Verdict.PASSED)], seen="other")
    assert "m1.starts" not in earlier.beside(SECOND, checkout)(CHANGED)


def test_what_could_not_be_judged_besides_changes_nothing(checkout: Path) -> None:
    _remember(checkout, graded("1.1").result)
    _remember(checkout, graded("1.2").result, [check_of("m1.starts", Verdict.NOT_GRADED)], seen="other")
    assert Progress.read(checkout).verdicts["m1.starts"] is Verdict.PASSED


@pytest.mark.parametrize(("failed", "words"), [((), "is right"), (("m1.size",), "is not right")])
def test_a_note_names_task_checks_and_what_was_seen_and_changes_no_point(failed: tuple[str, ...], words: str) -> None:
    besides = [check_of("m1.starts", Verdict.FAILED), check_of("m1.alerts", Verdict.SKIPPED)]
    before = graded("1.2", *failed).result
    after = earlier.with_notes(before, [*besides, check_of("m1.builds", Verdict.PASSED)])
    (note,) = after.notes
    assert (note.code, note.task, note.checks) == (earlier.NO_LONGER, "1.1", ["m1.starts", "m1.alerts"])
    assert note.words == (
        f"Task 1.2 {words}, and task 1.1 no longer is: m1.starts, m1.alerts passed before, and no longer do "
        "(m1.starts is not as it should be)."
    )
    assert (after.points, after.max_points, after.verdict) == (before.points, before.max_points, before.verdict)
    assert from_json(to_json(after)) == after
    terminal.render(after, Console(file=(shown := io.StringIO()), width=80))
    assert "no longer is: m1.starts, m1.alerts" in " ".join(shown.getvalue().replace("│", " ").split())


def test_where_all_still_passes_there_is_no_note() -> None:
    result = graded("1.2").result
    assert earlier.with_notes(result, [check_of("m1.starts", Verdict.PASSED)]) is result
    assert earlier.words([]) == ""


@pytest.mark.engine
@pytest.mark.timeout(600)
@pytest.mark.usefixtures("checkout")
def test_a_change_for_a_later_task_that_breaks_an_earlier_one_is_noticed(tmp_path: Path) -> None:
    """Task 3 is right, and task 2 no longer is: what must not reach the engine does again."""
    engine = find_engine().engine
    assert engine, "this test needs a container engine"
    submission, store = tmp_path / "handed-in", Store(tmp_path / "recordings")
    pristine.lay(submission, solved=True)
    ids, wanted = ["m1.builds", "m1.clean_context"], course.select("1.3")
    first = grade(ids, submission, engine, store=store)
    assert first.result.verdict is Overall.PASSED
    earlier.remember(first.result, (), first.contents, submission)
    assert earlier.beside(wanted, submission)(first.contents) == []
    (submission / ALERTER / ".dockerignore").write_text("# Nothing is kept out.\n")
    second = grade(wanted, submission, engine, store=store, beside=earlier.beside(wanted, submission))
    assert [check.id for check in second.beside] == ids
    noted = earlier.with_notes(second.result, second.beside)
    assert [note.checks for note in noted.notes] == [["m1.clean_context"]]
    assert noted.verdict is Overall.PASSED
    assert [check.id for check in noted.checks] == wanted, "what was asked for, and no more"
