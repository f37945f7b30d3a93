"""There is more than one way to mend a stack: repairs unlike the shipped one pass all of task 7, all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from sentinel_grader import course
from sentinel_grader.observe.repair.plan import FILE, REPAIR
from sentinel_grader.paths import ROOT
from sentinel_grader.policy import allowed_bases
from sentinel_grader.policy.compose import Resolved, resolved

from ..mutants.matrix import engine, graded
from ..mutants.mutant import lay_patch, lay_solution
from .repairs import REPAIRS

CHECKS = course.select("1.7")
#: One that changes each of the three files.
QUICK = {"a step that gives the folder away"}


def _repaired(name: str, folder: Path) -> Path:
    lay_solution(folder)
    lay_patch(folder, REPAIRS[name], name)
    return folder


@pytest.mark.engine
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in QUICK else [pytest.mark.slow]) for name in REPAIRS]
)
def test_another_repair_passes_all_of_its_task(name: str, tmp_path: Path) -> None:
    results = graded(_repaired(name, tmp_path), engine(), CHECKS)
    failed = {id_: result.reason.saw for id_, result in results.items() if result.reason}
    assert failed == {}
    assert {result.verdict for result in results.values()} == {"passed"}


@pytest.mark.usefixtures("compose")
@pytest.mark.parametrize("name", REPAIRS)
def test_the_policy_lets_a_repair_pass(name: str, tmp_path: Path) -> None:
    course_file = ROOT / "module-01-containers" / "docker-compose.yaml"
    folder = _repaired(name, tmp_path) / REPAIR
    found = resolved(folder, course_file, allowed_bases=allowed_bases(), name=FILE, include=None)
    assert isinstance(found, Resolved), found
