"""`./sentinel test`: bring up what the tests need, then run pytest over the whole project."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from sentinel_grader.paths import ROOT

#: Everything that holds tests.
PLACES = ("grader/tests", "module-01-containers", "module-02-k8s")
#: pytest's exit statuses (https://docs.pytest.org/en/stable/reference/exit-codes.html) as ours.
_STATUS = {0: 0, 1: 1, 2: 130, 5: 3}


def marks(*, unit: bool, engine: bool, everything: bool) -> str:
    """The tests that are asked for, as an expression for pytest's `-m`. The marks stand in pyproject.toml."""
    if unit:
        return "not engine and not install and not slow"
    return " and ".join(["engine"] * engine + ["not slow"] * (not everything))


def without_engine(*, everything: bool) -> str:
    """What needs no engine, installations among it, in the same way: no two of it share anything, but for those."""
    return "not engine" + " and not slow" * (not everything)


def run(marks: str, *, keyword: str, places: list[str], side_by_side: bool) -> int:
    """Run pytest and return our exit status: 0 passed, 1 failed, 3 nothing matched, 130 interrupted, 4 otherwise.

    `side_by_side` is for tests that share nothing: they run on every core, in any order. Those that install something
    share the machine, and stay one after another (tests/conftest.py).
    """
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        "grader/pyproject.toml",
        "--rootdir",
        ".",
        "--import-mode=importlib",
    ]
    command += ["--instafail"]  # why a test failed, at once
    command += ["--durations=20", "--durations-min=10"]  # where the minutes go
    command += ["-m", marks] if marks else []
    command += ["-k", keyword] if keyword else []
    command += ["-n", "auto", "--dist", "loadgroup"] if side_by_side else []
    # A shell has what it starts in the background ignore Ctrl-C, and that is inherited: the tests press it themselves.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    environment = {"TESTCONTAINERS_RYUK_DISABLED": "true"}  # its own cleaner would need an image from a registry
    done = subprocess.run([*command, *(places or PLACES)], cwd=ROOT, env={**os.environ, **environment}, check=False)
    return _STATUS.get(done.returncode, 4)
