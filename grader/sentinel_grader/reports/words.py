"""What all reports say alike: marks, sums, places, sizes."""

from __future__ import annotations

from sentinel_grader.reports.text import shown
from sentinel_grader.result import CheckResult, Overall, Reason, Result, Verdict

MARKS = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.SKIPPED: "\N{EN DASH}", Verdict.NOT_GRADED: "·"}
NAMES = {
    Verdict.PASSED: "passed",
    Verdict.FAILED: "failed",
    Verdict.SKIPPED: "skipped",
    Verdict.NOT_GRADED: "not graded",
}
#: What an incomplete result means to a learner.
INCOMPLETE = "What is pending could not be judged, which is no fault of the submission. Grade it again."


def title_of(check: CheckResult) -> str:
    return shown(check.title, most=200, lines=1)


def id_of(check: CheckResult) -> str:
    return shown(check.id, most=100, lines=1)


def having(result: Result, verdict: Verdict) -> list[CheckResult]:
    return [check for check in result.checks if check.verdict is verdict]


def task_of(check: CheckResult) -> str:
    """A task's number as it is given to `grade` and `hint`."""
    return f"{check.module}.{check.task}"


def by_task(result: Result) -> dict[str, list[CheckResult]]:
    """The checks of each task, tasks and checks in the result's order."""
    found: dict[str, list[CheckResult]] = {}
    for check in result.checks:
        found.setdefault(task_of(check), []).append(check)
    return found


def pending(checks: list[CheckResult]) -> int:
    return sum(check.max_points for check in checks if check.verdict is Verdict.NOT_GRADED)


def sum_of(result: Result) -> str:
    """The line that every report has: `26 of 63 points, 3 pending: incomplete`."""
    still = f", {result.points_pending} pending" if result.verdict is Overall.INCOMPLETE else ""
    return f"{result.points} of {result.max_points} points{still}: {result.verdict.value}"


def code_of(check: CheckResult) -> str:
    """The reason's code, for programs and for a search; "" where there is no reason."""
    return shown(check.reason.code, most=100, lines=1) if check.reason else ""


def file_of(reason: Reason) -> str:
    return shown(reason.file or "", most=300, lines=1)


def place_of(reason: Reason | None) -> str:
    """Where to look: `alerter/Dockerfile:14`; "" where nothing is known."""
    if reason is None or not reason.file:
        return ""
    return file_of(reason) + (f":{reason.line}" if reason.line else "")


def fields_of(check: CheckResult, *, most: int = 4000) -> list[tuple[str, str]]:
    """What there is to say of a check that did not pass: names and texts, those that there are, in reading order."""
    reason = check.reason
    if reason is None:
        return []
    said = [
        ("saw", shown(reason.saw, most=most)),
        ("expected", shown(reason.expected, most=most)),
        ("why", shown(reason.why, most=most)),
        ("where", place_of(reason)),
    ]
    return [(name, text) for name, text in said if text]


def rests_on(check: CheckResult) -> str:
    """What did not pass, and a check was skipped for it: the ids of checks."""
    return ", ".join(shown(id_, most=100, lines=1) for id_ in check.rests_on) or "what it rests on"


def hint_for(check: CheckResult) -> str:
    """How to get a hint; "" where there is none. The hints themselves are for `hint`, one after the other."""
    if not check.hints:
        return ""
    count = len(check.hints)
    return f"./sentinel hint {task_of(check)}   ({count} hint{'s' if count > 1 else ''})"


def size(count: int) -> str:
    """Bytes as the lessons count them: 1 MB is 1,000,000 bytes."""
    for unit, bytes_ in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= bytes_:
            return f"{count / bytes_:.1f} {unit}"
    return f"{count} B"
