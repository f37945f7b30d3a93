"""The code's own manners: typed, linted, formatted, locked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sentinel_grader import locks
from sentinel_grader.paths import ROOT

MODULES = ["module-01-containers", "module-02-k8s"]
CODE = ["sentinel", "grader", *MODULES]


def _run(*command: str, folder: Path = ROOT) -> None:
    done = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_finds_nothing() -> None:
    _run("ruff", "check", "--config", "grader/pyproject.toml", *CODE)


def test_everything_is_formatted() -> None:
    _run("ruff", "format", "--check", "--config", "grader/pyproject.toml", "grader", *MODULES)


@pytest.mark.parametrize(
    ("folder", "what"),
    [
        ("grader", ["sentinel_grader"]),
        ("grader", ["--explicit-package-bases", "tests"]),
        ("module-01-containers/log-collector", ["."]),
        *((f"module-02-k8s/{part}", ["."]) for part in ("log-processor", "backend", "sdk", "test-app")),
        (".", ["--scripts-are-modules", "sentinel"]),
    ],
    ids=["grader", "grader's tests", "log-collector", "log-processor", "backend", "sdk", "test-app", "launcher"],
)
def test_types_hold_strictly(folder: str, what: list[str]) -> None:
    _run("mypy", "--strict", "--python-version", "3.11", *what, folder=ROOT / folder)


@pytest.mark.install
@pytest.mark.parametrize("lock", locks.LOCKS, ids=lambda lock: lock.output.name)
def test_no_lock_file_is_stale(lock: locks.Lock) -> None:
    remedy = "run `.venv/bin/python -m sentinel_grader.locks` and commit what it wrote"
    assert not lock.is_stale(), f"{lock.output.relative_to(ROOT)} is stale: {remedy}"


def test_every_locked_package_has_hashes() -> None:
    for lock in locks.LOCKS:
        entries = lock.output.read_text().replace("\\\n", " ").splitlines()
        naked = [entry for entry in entries if entry.strip() and "--hash=sha256:" not in entry]
        assert naked == [], f"{lock.output.name}: {naked}"
