"""The report reads the same on a terminal, in a pipe and in a log, at 80 columns, and a stranger's text stays text."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from sentinel_grader.result import Result

from .readers import printed
from .samples import BROKEN, MIXED, PERFECT
from .strategies import results
from .test_github import commands

_REST_OF_BROKEN = """\
✗ m1.builds  The image builds from a clean copy  (0 of 4)
  saw      │ RUN pip install -r requirements.txt ended with status 1:
           │   ERROR: Could not open requirements file: [Errno 2] No such file
           │ or directory: 'requirements.txt'
  expected │ a build that ends with status 0
  why      │ All the other checks run this image.
  where    │ module-01-containers/exercises/alerter/Dockerfile:5
  hints    │ ./sentinel hint 1.1   (2 hints)

– skipped, as m1.builds did not pass: m1.pinned_base, m1.starts, m1.alerts,
  │ m1.multi_stage, m1.no_toolchain, m1.size, m1.size_25, m1.size_18,
  │ m1.layer_cache, m1.clean_context, m1.no_secrets, m1.non_root,
  │ m1.numeric_user, m1.read_only, m1.immutable_app, m1.graceful_stop,
  │ m1.health_dependency, m1.health_dead, m1.logs, m1.decision_card

Task 1.1   ✗–––        0 of 13
Task 1.2   ––––––––    0 of 21
Task 1.3   ––––        0 of 12
Task 1.4   ––––        0 of 13
Task 1.8   –           0 of 4
0 of 63 points: failed
"""  # noqa: RUF001 - the mark of a skipped check is a dash


def test_a_broken_build_is_one_failure_and_the_rest_one_line() -> None:
    assert printed(BROKEN) == _REST_OF_BROKEN


def test_what_is_not_graded_has_its_code_and_its_points_stay_open() -> None:
    text = printed(MIXED)
    assert "· m1.pinned_base  Its base is one of the course's, with a version  (2 pending)" in text
    assert "  code     │ base_unavailable" in text
    assert "Task 1.1   ✓·✓✓       11 of 13  2 pending" in text
    assert "49 of 63 points, 2 pending: incomplete" in text


def test_a_perfect_result_is_six_lines() -> None:
    assert printed(PERFECT).count("\n") == 6


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
