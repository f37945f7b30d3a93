"""The loop of a watch: which task is graded when, what a save does while a grade runs, what each key does."""

from __future__ import annotations

from pathlib import Path

import pytest

from sentinel_grader import course
from sentinel_grader.learner import Progress
from sentinel_grader.result import Verdict
from sentinel_grader.watching.events import Broken, Ended, JudgedAll, Pressed, Saved

from .staged import NAMES, Staged, graded, right, seen, wrong

QUIT = Pressed("q")


@pytest.fixture
def staged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Staged:
    monkeypatch.setenv("SENTINEL_STATE", str(tmp_path / "state"))
    return Staged(tmp_path)


def test_it_begins_with_the_first_task_that_is_not_done_and_goes_on(staged: Staged) -> None:
    Progress(dict.fromkeys(course.select("1.1"), Verdict.PASSED)).write(staged.folder)
    said = staged.watch(right("1.2"), wrong("1.3", "m1.non_root"), QUIT)
    assert staged.begun == ["1.2", "1.3"]
    assert "Task 1.2, Multi-stage and small: done. Next is task 1.3, Non-root and hardened." in said
    assert "✗ m1.non_root" in said
    assert said.rstrip().endswith("n next hint · t only this task · g full grade · q quit")


def test_a_target_says_where_to_begin_and_the_first_that_is_left_comes_after_the_last(staged: Staged) -> None:
    tasks = [f"1.{task.number}" for task in course.MODULES[0].tasks]
    staged.watch(*(right(name) for name in (*tasks[2:], *tasks[:2])), QUIT, target="1.3")
    assert staged.begun == [*tasks[2:], *tasks[:2]]
    assert "That was the last one: all that there is has passed." in staged.file.getvalue()


def test_a_single_check_can_be_watched(staged: Staged) -> None:
    assert "grading m1.size" in staged.watch(QUIT, target="m1.size")
    assert staged.stopped == 1, "quitting ends the grade under way"


def test_a_save_is_graded_and_one_that_changed_nothing_is_not_told(staged: Staged) -> None:
    staged.looks = [seen(Dockerfile="1"), seen(Dockerfile="1"), seen(["build"], Dockerfile="2")]
    said = staged.watch(wrong("1.1", "m1.builds"), Saved(), Saved(), wrong("1.1", "m1.builds"), QUIT)
    assert staged.begun == ["1.1", "1.1"]
    assert said.count("saved") == 1
    assert "Dockerfile was saved: grading task 1.1, A first image" in said


def test_a_save_of_what_the_task_does_not_rest_on_is_told_and_not_graded(staged: Staged) -> None:
    staged.looks = [seen(notes="1"), seen(["decision_card"], notes="2")]
    said = staged.watch(wrong("1.1", "m1.builds"), Saved(), QUIT)
    assert staged.begun == ["1.1"]
    assert "notes was saved: nothing that task 1.1, A first image is judged by." in said


def test_a_save_while_a_grade_runs_calls_off_what_rests_on_it_and_begins_anew(staged: Staged) -> None:
    staged.looks = [seen(Dockerfile="1"), seen(["build", "running", "decision_card"], Dockerfile="2")]
    said = staged.watch(Saved(), right("1.1"), right("1.1"), wrong("1.2", "m1.size"), QUIT)
    assert staged.called_off == [{"build", "running"}], "of what task 1.1 is judged by"
    assert staged.begun == ["1.1", "1.1", "1.2"]
    assert said.count("Task 1.1, A first image: done") == 1, "the old one's verdict is nobody's"


def test_after_an_edit_only_what_was_judged_anew_is_told_and_the_rest_stands(staged: Staged) -> None:
    staged.looks = [seen(Dockerfile="1"), seen(NAMES, Dockerfile="2")]
    staged.stands = set(NAMES) - {"running"}
    said = staged.watch(wrong("1.1", "m1.alerts"), Saved(), wrong("1.1", "m1.alerts"), QUIT)
    first, again = said.split("was saved")
    assert "m1.builds  " in first
    assert "m1.builds  " not in again
    assert "m1.starts  " in again
    assert "2 checks stand as they were." in again


def test_the_verdicts_are_told_before_what_the_grade_made_is_gone(staged: Staged) -> None:
    judged, _ = wrong("1.1", "m1.alerts")
    assert "✗ m1.alerts" in staged.watch(judged, QUIT)
    assert staged.stopped == 1, "and the rest is waited for"


def test_a_save_after_the_verdicts_is_graded_once_all_is_gone(staged: Staged) -> None:
    staged.looks = [seen(Dockerfile="1"), seen(["build"], Dockerfile="2")]
    judged, ended = wrong("1.1", "m1.builds")
    said = staged.watch(judged, Saved(), ended, right("1.1"), QUIT)
    assert "Dockerfile was saved: graded in a moment." in said
    assert staged.begun == ["1.1", "1.1", "1.2"]


def test_what_could_not_be_removed_is_told_and_the_verdicts_count(staged: Staged) -> None:
    judged, _ = right("1.1")
    said = staged.watch(judged, Ended("engine_gone"), QUIT)
    assert "What the grade made could not all be removed: engine_gone." in said
    assert staged.begun == ["1.1", "1.2"]


def test_n_and_h_show_the_next_hint(staged: Staged) -> None:
    said = staged.watch(wrong("1.1", "m1.starts"), Pressed("n"), Pressed("h"), Pressed("x"), QUIT)
    assert "m1.starts, hint 1 of 3" in said
    assert "m1.starts, hint 2 of 3" in said
    assert Progress.read(staged.folder).hints == {"m1.starts": 2}


def test_t_stays_with_the_task_until_it_is_pressed_again(staged: Staged) -> None:
    said = staged.watch(Pressed("t"), right("1.1"), Pressed("t"), wrong("1.2", "m1.size"), QUIT)
    assert staged.begun == ["1.1", "1.2"]
    assert "Only task 1.1, A first image" in said
    assert "Now: task 1.1, A first image, and only this one." in said


def test_g_grades_the_whole_module_after_what_is_under_way(staged: Staged) -> None:
    staged.watch(Pressed("g"), wrong("1.1", "m1.alerts"), wrong("1", "m1.alerts"), Pressed("g"), right("1"), QUIT)
    assert staged.begun == ["1.1", "1", "1"]
    assert Progress.read(staged.folder).verdicts["m1.non_root"] is Verdict.PASSED


def test_what_goes_wrong_with_us_ends_no_watch(staged: Staged) -> None:
    said = staged.watch(Ended("engine_gone: [it] is not there"), Broken("too many"), Pressed("g"), right("1"), QUIT)
    assert "Nothing could be graded: engine_gone: [it] is not there." in said
    assert "Saves can no longer be noticed (too many)" in said
    assert staged.begun == ["1.1", "1"]


def test_ctrl_c_ends_the_grade_under_way_first(staged: Staged) -> None:
    staged.looks = [seen()]
    staged.interrupt_at_look = 2
    with pytest.raises(KeyboardInterrupt):
        staged.watch(Saved(), QUIT)
    assert staged.stopped == 1
    assert "taking away what it made" in staged.file.getvalue()


def test_a_grade_that_is_incomplete_is_not_done(staged: Staged) -> None:
    said = staged.watch(JudgedAll(graded("1.1", pending=["m1.alerts"])), Ended(), QUIT)
    assert staged.begun == ["1.1"]
    assert "9 of 13 points, 4 pending: incomplete" in said
    assert "Waiting for a save. Now: task 1.1" in said
