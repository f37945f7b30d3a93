"""pytest's face of `judge`: checks as tests, for whoever lives in pytest's options, reports and editors.

    pytest -p sentinel_grader.plugin --submission DIR --pyargs sentinel_grader.checks.module_01 [-k non_root]

pytest collects the checks that are asked for; what they rest on is observed side by side; and each is reported as soon
as it is decided, not in the order of the files. A failed check is a failure, what rests on it is skipped, and what
could not be graded is an error, as for pytest a broken set-up is: it is not the learner's. Nothing of a submission is
ever collected or imported.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sentinel_grader.environment.docker import find_engine
from sentinel_grader.grading import check_result, grade
from sentinel_grader.judging import CHECKS, Judged
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.reports.words import fields_of
from sentinel_grader.result import Verdict


class Pending(Exception):
    """A check that could not be graded, for a reason that is ours."""


class Unmet(Exception):
    """A check that failed: what was seen, what was expected, why it matters, where."""


class CheckItem(pytest.Item):
    """A check of the course as one of pytest's items, found by its id as well (`-k m1.non_root`). Its verdict is there
    before it runs."""

    judged: Judged | None = None

    def __init__(self, name: str, parent: pytest.Collector, check_id: str) -> None:
        super().__init__(name, parent)
        self.check_id = check_id
        self.extra_keyword_matches.add(check_id)

    def setup(self) -> None:
        if self.judged is None or self.judged.verdict is Verdict.NOT_GRADED:
            raise Pending(self._words())

    def runtest(self) -> None:
        if self.judged and self.judged.verdict is Verdict.SKIPPED:
            pytest.skip(self._words())
        if self.judged and self.judged.verdict is Verdict.FAILED:
            raise Unmet(self._words())

    def _words(self) -> str:
        if self.judged is None:
            return "It was not decided."
        fields = fields_of(check_result(self.judged, {}))
        return "\n".join(f"{name:<8} {text}" for name, text in fields if text)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: object = None) -> str:
        del style
        return str(excinfo.value)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        return self.path, CHECKS[self.check_id].function.__code__.co_firstlineno - 1, self.check_id


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("sentinel", "Sentinel: grade a submission")
    group.addoption("--submission", metavar="DIR", type=Path, help="a checkout of the course, to run the checks on")


def pytest_pycollect_makeitem(collector: pytest.Module | pytest.Class, name: str, obj: object) -> CheckItem | None:
    """A function that is declared as a check is one, and no test with fixtures."""
    declared = next((check.id for check in CHECKS if check.function is obj), None)
    return CheckItem.from_parent(collector, name=name, check_id=declared) if declared else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run each check's item as it is decided. Where there is more to run than checks, pytest's own loop does."""
    items = {item.check_id: item for item in session.items if isinstance(item, CheckItem)}
    if len(items) < len(session.items) or session.config.option.collectonly or session.testsfailed:
        return None

    def decided(judged: Judged) -> None:
        if not (session.shouldfail or session.shouldstop):  # -x, --maxfail
            items[judged.id].judged = judged
            session.config.hook.pytest_runtest_protocol(item=items[judged.id], nextitem=None)

    _grade(session.config, list(items), decided)
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    return True


def _grade(config: pytest.Config, ids: list[str], decided: Callable[[Judged], None]) -> None:
    submission, engine = config.option.submission, find_engine().engine
    if submission is None or not submission.is_dir():
        raise pytest.UsageError(f"give a checkout of the course: --submission DIR (got {submission})")
    if engine is None:
        raise pytest.UsageError("no container engine answers: ./sentinel doctor says what to do")
    try:
        grade(ids, submission, engine, decided=decided)
    except OursError as ours:
        raise pytest.UsageError(f"nothing could be graded: {ours}") from ours
