"""Grades on a machine that others keep busy: no solution fails, most are complete, and no mutant passes.

./sentinel test --all -k starved
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sentinel_grader import course, pristine
from sentinel_grader.checks import module_01 as module_01  # declares its checks
from sentinel_grader.environment.docker import Engine, find_engine
from sentinel_grader.grading import grade
from sentinel_grader.judging import CHECKS
from sentinel_grader.observe.store import Store
from sentinel_grader.result import Overall, Result, Verdict

from ..mutants.mutant import Mutant
from ..mutants.task_4 import MUTANTS

pytestmark = [pytest.mark.engine, pytest.mark.install, pytest.mark.slow, pytest.mark.timeout(7200)]
#: Grades of the solution, and how many of them must be complete and passed: the others may be incomplete.
GRADES, PASSED = 20, 16
#: Of mutants these two, both of which are about time: they must not pass, whatever else comes of them.
TIMED = [next(mutant for mutant in MUTANTS if mutant.fails == {id_}) for id_ in ("m1.graceful_stop", "m1.health_dead")]


@pytest.fixture(scope="module")
def engine() -> Engine:
    found = find_engine().engine
    assert found, "these tests need a container engine"
    return found


@pytest.fixture(scope="module")
def starved() -> Iterator[None]:
    """Two processes that want a processor each, all the time."""
    if not shutil.which("stress-ng"):
        if os.geteuid() or not shutil.which("apt-get"):
            pytest.skip("there is no stress-ng, and no apt-get to be had it from as this user")
        subprocess.run(["apt-get", "update"], capture_output=True, check=False)
        done = subprocess.run(["apt-get", "install", "--yes", "stress-ng"], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"stress-ng cannot be installed: {done.stderr.splitlines()[-1:]}")
    stressing = subprocess.Popen(["stress-ng", "--cpu", "2", "--quiet"], start_new_session=True)
    try:
        yield
    finally:
        os.killpg(stressing.pid, 15)
        stressing.wait()


def _graded(folder: Path, engine: Engine) -> Result:
    return grade([check.id for check in CHECKS], folder, engine, store=Store(None)).result


def _told(result: Result) -> str:
    """What did not pass, and why."""
    told = [check for check in result.checks if check.verdict is not Verdict.PASSED and check.reason]
    return "; ".join(
        f"{check.id} {check.verdict}: {check.reason.code} {check.reason.saw}" for check in told if check.reason
    )


@pytest.mark.usefixtures("starved")
def test_no_solution_fails_and_most_are_complete(
    tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    pristine.lay(tmp_path, solved=True)
    results = list[Result]()
    while len(results) < GRADES:
        began = time.monotonic()
        results.append(_graded(tmp_path, engine))
        with capsys.disabled():
            seconds = time.monotonic() - began
            print(f"\n{len(results)} of {GRADES}: {results[-1].verdict} after {seconds:.0f} s {_told(results[-1])}")
    told = [_told(result) for result in results]
    failed = [words for result, words in zip(results, told, strict=True) if result.verdict is Overall.FAILED]
    assert failed == []
    assert Counter(result.verdict for result in results)[Overall.PASSED] >= PASSED, told
    assert {result.max_points for result in results} == {sum(info.points for info in course.checks().values())}


@pytest.mark.usefixtures("starved")
@pytest.mark.parametrize("mutant", TIMED, ids=lambda mutant: mutant.name)
def test_no_mutant_passes(tmp_path: Path, engine: Engine, mutant: Mutant) -> None:
    submission = mutant.submission(tmp_path)
    verdicts = {check.id: check.verdict for check in _graded(submission, engine).checks}
    assert {verdicts[id_] for id_ in mutant.fails} <= {Verdict.FAILED, Verdict.NOT_GRADED}
