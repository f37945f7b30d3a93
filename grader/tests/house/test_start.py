"""What a command loads before it does anything: each of these would be a tenth of a second or more of every start."""

from __future__ import annotations

import subprocess
import sys

import pytest

#: Packages that only some commands need, each of which takes a tenth of a second or more to load.
SLOW = {"fastapi", "jinja2", "pydantic", "yaml"}
#: Those that a grade does without.
SLOW_OF_A_GRADE = {"fastapi", "jinja2", "pydantic"}


def _loaded(*python: str) -> set[str]:
    """The packages that a Python loads for it (https://docs.python.org/3/using/cmdline.html#cmdoption-X)."""
    ran = subprocess.run([sys.executable, "-X", "importtime", *python], capture_output=True, text=True, check=False)
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in ran.stderr.splitlines() if "|" in line}


@pytest.mark.parametrize("words", [("--help",), ("tasks", "--help"), ("grade", "no-task")])
def test_a_command_loads_nothing_slow_that_it_does_not_need(words: tuple[str, ...]) -> None:
    loaded = _loaded("-m", "sentinel_grader", *words)
    assert "typer" in loaded
    assert loaded & SLOW == set()


def test_a_grade_loads_nothing_slow_that_it_does_not_need() -> None:
    loaded = _loaded("-c", "import sentinel_grader.grade_verb")
    assert "docker" in loaded
    assert loaded & SLOW_OF_A_GRADE == set()
