"""A grade that found the machine too busy is made again, once, when it is alone."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event

from sentinel_grader.observe.strain import MACHINE_BUSY
from sentinel_grader.result import CheckResult, Reason, Verdict

from ..side_by_side import side_by_side


@dataclass(frozen=True)
class _Graded:
    results: dict[str, CheckResult]


def _result(verdict: str, code: str = "") -> _Graded:
    reason = Reason(code=code, saw="it") if code else None
    result = CheckResult(
        id="m1.starts", title="t", module=1, task=1, points=0, max_points=1, verdict=Verdict(verdict), reason=reason
    )
    return _Graded({result.id: result})


class _Grade:
    """Comes to these, one after the other, and says when each began."""

    def __init__(self, told: list[str], name: str, *results: _Graded, after: Event | None = None) -> None:
        self._told, self._name, self._results, self._after = told, name, list(results), after

    def __call__(self) -> _Graded:
        if self._after:
            assert self._after.wait(10)
        self._told.append(self._name)
        return self._results.pop(0)


def test_what_found_the_machine_busy_is_graded_again_after_all_others() -> None:
    told, begun = list[str](), Event()
    busy = _Grade(told, "busy", _result("not_graded", MACHINE_BUSY), _result("passed"))
    slow = _Grade(told, "slow", _result("failed", "port_closed"), after=begun)
    with side_by_side({"busy": busy, "slow": slow}) as done:
        begun.set()
        verdicts = {name: each.result(10).results["m1.starts"].verdict for name, each in done.items()}
    assert verdicts == {"busy": "passed", "slow": "failed"}
    assert told[-1] == "busy"
    assert sorted(told) == ["busy", "busy", "slow"]


def test_what_is_busy_twice_or_not_graded_for_another_reason_stays_so() -> None:
    told = list[str]()
    busy = _Grade(told, "busy", *[_result("not_graded", MACHINE_BUSY)] * 2)
    old = _Grade(told, "old", _result("not_graded", "dockerfile_frontend_too_old"))
    with side_by_side({"busy": busy, "old": old}) as done:
        codes = [each.result(10).results["m1.starts"].reason for each in done.values()]
    assert [reason.code for reason in codes if reason] == [MACHINE_BUSY, "dockerfile_frontend_too_old"]
    assert sorted(told) == ["busy", "busy", "old"]
