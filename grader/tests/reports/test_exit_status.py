"""What a grade ends with: for people and class scripts, and for a CI job in which what is pending is no failure."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from sentinel_grader.grade_verb import status
from sentinel_grader.result import Result, Verdict

from .samples import BROKEN, GONE, MIXED, PERFECT, made

PENDING = made({"m1.pinned_base": (Verdict.NOT_GRADED, GONE)}, [])


@pytest.mark.parametrize(
    ("result", "plain", "lenient"),
    [(PERFECT, 0, 0), (BROKEN, 1, 1), (MIXED, 2, 1), (PENDING, 2, 0)],
    ids=["passed", "failed", "failed and pending", "pending"],
)
def test_the_exit_status(result: Result, plain: int, lenient: int) -> None:
    said = io.StringIO()
    console = Console(file=said, width=200)
    assert status(result, console, incomplete_ok=False) == plain
    assert said.getvalue() == ""
    assert status(result, console, incomplete_ok=True) == lenient
    told = f"Exit status {lenient}, not 2: what is pending counts as no failure here.\n"
    assert said.getvalue() == ("" if plain == lenient else told)
