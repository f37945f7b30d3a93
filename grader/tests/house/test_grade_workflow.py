"""The steps of grade.yml, taken from it and run as a runner does: in a learner's checkout, one after the other."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from sentinel_grader import course
from sentinel_grader.environment.bases.catalogue import RECIPES
from sentinel_grader.learner import record_of
from sentinel_grader.paths import ROOT

from ..course.exercises import files_of
from ..mutants.mutant import ALERTER, lay_solution

WORKFLOW = ROOT / ".github" / "workflows" / "grade.yml"
STEPS = yaml.safe_load(WORKFLOW.read_text())["jobs"]["grade"]["steps"]
#: `./sentinel` would install everything once more: the copy's own code runs with what is installed here.
LAUNCHER = """\
#!/bin/sh
PYTHONPATH="$(dirname "$0")/grader" exec {python} -c 'from sentinel_grader.cli import main; main()' "$@"
"""


@dataclass(frozen=True)
class Job:
    """How a job ended: its first failing step's exit status, or 0; all it logged; its summary."""

    status: int
    log: str
    summary: str


class Runner:
    """A repository with the course in it, and what GitHub's runner gives to each step."""

    def __init__(self, folder: Path) -> None:
        self.workspace = folder / "workspace"
        for name in files_of(ROOT):
            (self.workspace / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, self.workspace / name)
        (self.workspace / "sentinel").write_text(LAUNCHER.format(python=shlex.quote(sys.executable)))
        self._summary = folder / "summary.md"

    def run(self, target: str = "") -> Job:
        """Run it after a push, or by hand for a `target`."""
        self._summary.write_text("")
        runners = {"CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(self.workspace)}
        environment = {**os.environ, **runners, "GITHUB_STEP_SUMMARY": str(self._summary)}
        status, log = 0, ""
        for step in [step for step in STEPS if "run" in step]:
            given = {name: _evaluated(value, target) for name, value in step.get("env", {}).items()}
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=self.workspace,
                env=environment | given,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=300,
            )
            status, log = done.returncode, log + done.stdout
            if status:
                break
        return Job(status, log, self._summary.read_text())


def _evaluated(value: str, target: str) -> str:
    """The one expression there is: the input of whoever starts it by hand, else what is graded after a push."""
    found = re.fullmatch(r"\$\{\{ inputs\.target \|\| '([^']+)' \}\}", value)
    assert found, f"this runner does not know the expression {value!r}"
    return target or found[1]


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runner]:
    made = Runner(tmp_path_factory.mktemp("runner"))
    yield made
    record_of(made.workspace).unlink(missing_ok=True)


@pytest.mark.engine
@pytest.mark.timeout(300)
def test_a_starter_makes_the_job_red_and_says_where_to_look(runner: Runner) -> None:
    job = runner.run()
    assert job.status == 1, job.log
    assert "There is no file bases.tar. The bases come from elsewhere" in job.log
    assert (runner.workspace / "bases.tar").stat().st_size > 10_000_000
    assert f"::error file={ALERTER}/Dockerfile" in job.log
    assert f"0 of {_points('1')} points" in job.summary.replace("&#58;", ":")
    assert "did not pass" in job.summary


@pytest.mark.engine
@pytest.mark.timeout(300)
def test_a_solution_makes_the_job_green_with_the_bases_from_the_cache(runner: Runner) -> None:
    lay_solution(runner.workspace)
    job = runner.run("1.3")
    assert job.status == 0, job.log
    assert "::error" not in job.log
    points = _points("1.3")
    assert f"::notice title=Sentinel::{points} of {points} points: passed" in job.log
    assert f"{points} of {points} points" in job.summary


def _points(target: str) -> int:
    return sum(course.checks()[id_].points for id_ in course.select(target))


def test_the_cache_is_read_and_written_under_one_key_made_of_what_makes_the_bases() -> None:
    restore, save = (step for step in STEPS if "actions/cache" in step.get("uses", ""))
    assert restore["with"]["path"] == save["with"]["path"] == "bases.tar"
    assert save["with"]["key"] == f"${{{{ steps.{restore['id']}.outputs.cache-primary-key }}}}"
    assert f"hashFiles('{RECIPES.relative_to(ROOT)}/**')" in restore["with"]["key"]
    order = [next(iter(step.values())) for step in STEPS]
    assert order.index(save["uses"]) < len(order) - 1, "a job that fails would keep nothing"


def test_the_workflow_may_read_and_nothing_else() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text())
    assert workflow["permissions"] == {"contents": "read"}
    assert "permissions" not in workflow["jobs"]["grade"]
    assert "secrets." not in WORKFLOW.read_text()
