"""The result model: its published schema, its totals, and the course it is about."""

from __future__ import annotations

import json

import msgspec
import pytest

from sentinel_grader import course, result
from sentinel_grader.result import CheckResult, Overall, Verdict


def _check(verdict: Verdict, points: int = 0) -> CheckResult:
    return CheckResult(id="m1.x", title="x", module=1, task=1, points=points, max_points=4, verdict=verdict)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([Verdict.PASSED, Verdict.PASSED], (8, 8, 0, Overall.PASSED)),
        ([Verdict.PASSED, Verdict.FAILED], (4, 8, 0, Overall.FAILED)),
        ([Verdict.FAILED, Verdict.SKIPPED], (0, 8, 0, Overall.FAILED)),
        ([Verdict.PASSED, Verdict.NOT_GRADED], (4, 8, 4, Overall.INCOMPLETE)),
        ([Verdict.FAILED, Verdict.NOT_GRADED], (0, 8, 4, Overall.INCOMPLETE)),
    ],
)
def test_totals_never_shrink_the_maximum(verdicts: list[Verdict], expected: tuple[int, int, int, Overall]) -> None:
    checks = [_check(verdict, 4 if verdict is Verdict.PASSED else 0) for verdict in verdicts]
    assert result.totals(checks) == expected


def test_the_published_schema_is_the_one_of_the_code() -> None:
    remedy = "run `.venv/bin/python -m sentinel_grader.result`"
    assert json.loads(result.SCHEMA_FILE.read_text()) == result.schema(), remedy


def test_what_is_no_result_is_not_read_as_one() -> None:
    with pytest.raises(msgspec.ValidationError):
        result.from_json('{"schema": "sentinel/result/v1", "extra": 1}')


def test_ids_are_unique_and_no_module_is_worth_more_than_it_may_be() -> None:
    ids = [check.id for module in course.MODULES for task in module.tasks for check in task.checks]
    assert len(ids) == len(set(ids))
    for module in course.MODULES:
        points = sum(check.points for task in module.tasks for check in task.checks)
        assert 0 < points <= course.MODULE_POINTS


def test_targets_name_a_module_a_task_or_a_check() -> None:
    assert course.select("1.1") == ["m1.builds", "m1.pinned_base", "m1.starts", "m1.alerts"]
    assert course.select("m1.non_root") == ["m1.non_root"]
    assert set(course.select("1")) == set(course.checks())
    with pytest.raises(course.UnknownTarget, match=r"1\.9"):
        course.select("1.9")
