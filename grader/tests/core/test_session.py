"""Which of the learners' images are kept on the engine."""

from __future__ import annotations

import time

from sentinel_grader.observe.session import IN_USE, MOST_TAGS, REPOSITORY, outdated, tag_now


def _name(number: int, *, seconds_ago: float) -> str:
    return f"{REPOSITORY}:{number:012x}-{int(time.time() - seconds_ago)}"


def test_the_images_used_last_are_kept_however_old_they_are() -> None:
    old = [_name(number, seconds_ago=IN_USE * (number + 2)) for number in range(MOST_TAGS + 3)]
    assert sorted(outdated(reversed(old))) == sorted(old[MOST_TAGS:])
    assert outdated(old[:MOST_TAGS]) == []


def test_no_image_that_another_grade_may_be_using_goes() -> None:
    fresh = [_name(number, seconds_ago=IN_USE / 2) for number in range(MOST_TAGS * 3)]
    assert outdated(fresh) == []
    used_now = f"{REPOSITORY}:{tag_now('0' * 12)}"
    old = _name(1, seconds_ago=IN_USE * 2)
    assert outdated([old, used_now, *fresh]) == [old]


def test_names_that_are_not_ours_are_left_alone() -> None:
    many = [_name(number, seconds_ago=0) for number in range(MOST_TAGS)]
    assert outdated([f"{REPOSITORY}:latest", "<none>:<none>", *many]) == []
