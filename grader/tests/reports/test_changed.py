"""What is said of given files that a learner changed."""

from __future__ import annotations

from sentinel_grader.grading import OWN_CODE
from sentinel_grader.reports.changed import sentences

(ALERTER,) = OWN_CODE
REPAIR = ALERTER.replace("alerter", "repair")


def _told(*paths: str, own_was_graded: bool) -> list[str]:
    return [words.replace(f"{ALERTER}/", "") for words in sentences(paths, own_was_graded=own_was_graded)]


def test_one_file_is_named_and_it_is_said_what_was_graded_in_its_place() -> None:
    (told,) = _told(f"{ALERTER}/rule.py", own_was_graded=False)
    assert told == "rule.py differs from what was handed out: the course's own was graded, as in every task but 6."


def test_where_the_learners_own_ran_that_is_said() -> None:
    (told,) = _told(*(f"{ALERTER}/{name}.py" for name in ("queue", "worker", "connection")), own_was_graded=True)
    assert told.startswith("queue.py and 2 more differ from what was handed out: task 6 was graded with yours, ")


def test_what_is_never_the_learners_is_told_apart() -> None:
    told = _told(f"{REPAIR}/shop.py", f"{ALERTER}/queue.py", own_was_graded=True)
    assert [words.partition(" ")[0] for words in told] == ["queue.py", f"{REPAIR}/shop.py"]
    assert told[1].endswith("handed out: the course's own was graded.")


def test_nothing_is_said_of_nothing() -> None:
    assert _told(own_was_graded=True) == []


def test_a_name_cannot_move_the_cursor() -> None:
    assert "\x1b" not in "".join(_told(f"{ALERTER}/\x1b[2J", own_was_graded=True))
