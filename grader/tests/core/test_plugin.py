"""pytest's face of the judge: the same verdicts, in pytest's words. Each grades for real, by a pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sentinel_grader.paths import ROOT

PLACE = "sentinel_grader.checks.module_01"


def _pytest(folder: Path, *options: str) -> tuple[int, str]:
    """The exit status and output of a pytest that runs in `folder` and reads no settings of ours."""
    command = [sys.executable, "-m", "pytest", "-p", "sentinel_grader.plugin", "-p", "no:cacheprovider", "--rootdir"]
    command += [str(folder), "-c", os.devnull, "-rA", *options, "--pyargs", PLACE]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.engine
def test_a_failed_check_is_a_failure_and_what_rests_on_it_is_skipped(tmp_path: Path) -> None:
    """The starter: it builds no image."""
    status, output = _pytest(tmp_path, "--submission", str(ROOT), "-k", "m1.builds or m1.pinned_base or m1.starts")
    assert status == 1, output
    assert "1 failed, 2 skipped" in output
    assert "saw      It holds no FROM" in output
    assert "why      Whoever has your repository" in output
    assert "It rests on m1.builds" in output


@pytest.mark.engine
def test_what_passes_passes_and_nothing_of_the_submission_is_collected(tmp_path: Path) -> None:
    submission, elsewhere = tmp_path / "submission", tmp_path / "elsewhere"
    alerter = submission / "module-01-containers" / "exercises" / "alerter"
    alerter.mkdir(parents=True)
    solution = ROOT / "module-01-containers" / "solutions" / "alerter"
    for name in ("Dockerfile", ".dockerignore"):
        (alerter / name).write_bytes((solution / name).read_bytes())
    (submission / "conftest.py").write_text("raise SystemExit('collected')")
    elsewhere.mkdir()
    status, output = _pytest(elsewhere, "--submission", str(submission), "-k", "m1.builds or m1.pinned_base")
    assert status == 0, output
    assert "2 passed" in output


def test_without_a_submission_it_says_what_to_give(tmp_path: Path) -> None:
    status, output = _pytest(tmp_path)
    assert status == pytest.ExitCode.USAGE_ERROR, output
    assert "give a checkout of the course: --submission DIR" in output
