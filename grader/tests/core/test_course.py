"""A check is one line in course.py, one function in checks/, three hints in hints.toml: all of them, or none."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from sentinel_grader import course
from sentinel_grader.checks import module_01
from sentinel_grader.hints import all_hints
from sentinel_grader.judging import CHECKS

assert module_01, "importing it declares its checks"


def _written() -> set[str]:
    return {check.id for check in CHECKS}


@pytest.mark.parametrize(
    ("these", "those", "trouble"),
    [
        (course.checks(), _written(), "are listed in course.py and have no function in checks/"),
        (_written(), course.checks(), "have a function in checks/ and no line in course.py"),
        (course.checks(), all_hints(), "have no hints in hints.toml"),
        (all_hints(), course.checks(), "have hints in hints.toml and no line in course.py"),
    ],
    ids=["no function", "no line", "no hints", "hints for nothing"],
)
def test_every_check_has_all_its_parts(these: Iterable[str], those: Iterable[str], trouble: str) -> None:
    left = sorted(set(these) - set(those))
    assert not left, f"{', '.join(left)} {trouble}"


def test_a_module_comes_to_its_points_or_less_while_it_is_being_built() -> None:
    for module in course.MODULES:
        assert sum(check.points for task in module.tasks for check in task.checks) <= course.MODULE_POINTS
