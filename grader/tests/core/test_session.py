"""Which of the learners' images are kept on the engine."""

from __future__ import annotations

import contextlib
import time

import docker
import pytest

from sentinel_grader.observe.learners_images import IN_USE, MOST_TAGS, REPOSITORY, outdated, tag_now
from sentinel_grader.observe.leftovers import clean
from sentinel_grader.observe.outcome import OursError


def _name(number: int, *, seconds_ago: float) -> str:
    return f"{REPOSITORY}:{number:012x}-{int(time.time() - seconds_ago)}"


def test_the_images_used_last_are_kept_however_old_they_are() -> None:
    old = [_name(number, seconds_ago=IN_USE * (number + 2)) for number in range(MOST_TAGS + 3)]
    assert sorted(outdated([name] for name in reversed(old))) == sorted(old[MOST_TAGS:])
    assert outdated([name] for name in old[:MOST_TAGS]) == []


def test_of_an_images_names_only_that_of_its_last_use_is_kept() -> None:
    """A hundred grades of one image would leave a hundred names else, which engines then list with every look."""
    first, last, other = _name(1, seconds_ago=100), _name(1, seconds_ago=2), _name(2, seconds_ago=200)
    assert outdated([[last, first], [other]]) == [first]


def test_no_image_that_another_grade_may_be_using_goes() -> None:
    fresh = [_name(number, seconds_ago=IN_USE / 2) for number in range(MOST_TAGS * 3)]
    assert outdated([name] for name in fresh) == []
    used_now = f"{REPOSITORY}:{tag_now('0' * 12)}"
    old = _name(1, seconds_ago=IN_USE * 2)
    assert outdated([name] for name in (old, used_now, *fresh)) == [old]


def test_names_that_are_not_ours_are_left_alone() -> None:
    many = [_name(number, seconds_ago=0) for number in range(MOST_TAGS)]
    assert outdated([[f"{REPOSITORY}:latest"], ["<none>:<none>"], *([name] for name in many)]) == []


def test_an_engine_that_is_gone_at_the_end_is_told_as_such() -> None:
    """Not with a traceback; and the run's file stays, so that the next grade cleans up."""
    nobody = docker.DockerClient(base_url="tcp://127.0.0.1:1", version="1.41")
    with contextlib.closing(nobody), pytest.raises(OursError) as gone:
        clean(nobody, "0123456789")
    assert gone.value.outcome.code == "engine_gone"
