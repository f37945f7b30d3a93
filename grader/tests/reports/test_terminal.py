"""The report reads the same on a terminal, in a pipe and in a log, at 80 columns, and a stranger's text stays text."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sentinel_grader import course
from sentinel_grader.result import Result

from .readers import printed
from .samples import BROKEN, MIXED, PERFECT
from .strategies import results
from .test_github import commands

_BROKEN = """\
✗ m1.builds  The image builds from a clean copy  (0 of 4)
  saw      │ RUN pip install -r requirements.txt ended with status 1:
           │   ERROR: Could not open requirements file: [Errno 2] No such file
           │ or directory: 'requirements.txt'
  expected │ a build that ends with status 0
  why      │ All the other checks run this image.
  where    │ module-01-containers/exercises/alerter/Dockerfile:5
  hints    │ ./sentinel hint 1.1   (2 hints)
"""


def test_a_broken_build_is_one_failure_and_the_rest_one_line() -> None:
    skipped = "– skipped, as m1.builds did not pass: " + ", ".join(each.id for each in BROKEN.checks[1:])  # noqa: RUF001
    line = textwrap.fill(skipped, 80, subsequent_indent="  │ ", break_on_hyphens=False)
    total = f"0 of {BROKEN.max_points} points: failed\n"
    assert printed(BROKEN) == "\n".join([_BROKEN, line, "", *_nothing_of_each_task(), total])


def _nothing_of_each_task() -> Iterator[str]:
    """The marks and points of each task, where the very first check failed and no other was judged."""
    width = max(len(task.checks) for task in course.MODULES[0].tasks)
    for task in course.MODULES[0].tasks:
        marks = "".join("✗" if check.id == "m1.builds" else "–" for check in task.checks)  # noqa: RUF001
        yield f"Task 1.{task.number}   {marks:<{width}}    0 of {sum(check.points for check in task.checks)}"


def test_what_is_not_graded_has_its_code_and_its_points_stay_open() -> None:
    text = printed(MIXED)
    assert "· m1.pinned_base  Its base is one of the course's, with a version  (2 pending)" in text
    assert "  code     │ base_unavailable" in text
    assert "Task 1.1   ✓·✓✓       11 of 13  2 pending" in text
    assert f"{MIXED.points} of {MIXED.max_points} points, 2 pending: incomplete" in text


def test_a_perfect_result_is_a_line_for_each_task_and_one_more() -> None:
    assert printed(PERFECT).count("\n") == len(course.MODULES[0].tasks) + 1


def test_colours_are_for_terminals_and_change_no_word() -> None:
    coloured = printed(MIXED, force_terminal=True)
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == printed(MIXED)


@given(results(), st.sampled_from([40, 80, 200]))
def test_every_line_fits_and_none_is_a_command(result: Result, width: int) -> None:
    text = printed(result, width)
    assert not commands(text)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    for line in text.splitlines():
        assert cell_len(line) <= max(width, 60), line
