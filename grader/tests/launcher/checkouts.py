"""Small checkouts for the launcher to work on: the real `sentinel`, with a package and locks that install in seconds.

Their console script does no more than answer in JSON: what it was called with, and whether it was installed whole.
What they install comes from the package index (or pip's cache of it); hashes are those of the project's lock files.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import types
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sentinel_grader.paths import ROOT

#: The interpreter that .venv is made of wherever a test does not look at the choice.
BASE_PYTHON: str = getattr(sys, "_base_executable", sys.executable)
#: A package index that nobody answers for.
OFFLINE = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1", "PIP_FIND_LINKS": ""}

PYPROJECT = """
[build-system]
requires = ["flit_core"]
build-backend = "flit_core.buildapi"
[project]
name = "sentinel-grader"
version = "0"
description = "stands in for the grader"
[project.scripts]
sentinel = "sentinel_grader.cli:main"
"""
CLI = """
import importlib.metadata, json, os, sys

def main():
    installed = list(importlib.metadata.distributions())
    missing = [str(file) for package in installed for file in package.files or () if not file.locate().exists()]
    answer = {"arguments": sys.argv[1:], "prefix": sys.prefix, "python": sys.version_info[:2], "missing": missing}
    print(json.dumps({**answer, "packages": sorted(package.name for package in installed)}))
    sys.exit(int(os.environ.get("EXIT", "0")))
"""


@dataclass(frozen=True)
class Started:
    """What became of a start: exit status, what it said to people, and what the console script answered."""

    status: int
    said: str
    out: str

    @property
    def answer(self) -> dict[str, Any]:
        assert self.status == 0, f"exit status {self.status}; is the package index in reach?\n{self.said}"
        answered: dict[str, Any] = json.loads(self.out)
        return answered


@dataclass(frozen=True)
class Checkout:
    """A folder with `sentinel` and `grader` in it."""

    root: Path

    @property
    def launcher(self) -> Path:
        return self.root / "sentinel"

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    def lock(self, group: str = "run") -> Path:
        return self.root / "grader" / ("requirements.lock" if group == "run" else "requirements-test.lock")

    def start(self, *arguments: str, via: Sequence[str | Path] = (), **environment: str) -> Started:
        """Start the launcher to its end; `via` comes before its name."""
        with self.begin(*arguments, via=via, **environment) as process:
            out, said = process.communicate(timeout=120)
        return Started(process.returncode, said, out)

    def begin(self, *arguments: str, via: Sequence[str | Path] = (), **environment: str) -> subprocess.Popen[str]:
        """Start the launcher, in a session of its own."""
        given = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return subprocess.Popen(
            [*via, self.launcher, *arguments],
            env={**given, "SENTINEL_PYTHON": BASE_PYTHON, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def copy(self, to: Path) -> Checkout:
        """A copy as if it had been installed there, which takes no time."""
        shutil.copytree(self.root, to, symlinks=True)
        site = to.glob(".venv/lib/python*/site-packages/*")
        for path in [to / ".venv" / "sentinel.stamp", *(path for path in site if path.suffix == ".pth")]:
            path.write_bytes(path.read_bytes().replace(os.fsencode(self.root), os.fsencode(to)))
        return Checkout(to)


def bare(root: Path) -> Checkout:
    """A checkout in which nothing is installed yet."""
    package = root / "grader" / "sentinel_grader"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "cli.py").write_text(CLI)
    (package.parent / "pyproject.toml").write_text(PYPROJECT)
    shutil.copy2(ROOT / "sentinel", root)
    made = Checkout(root)
    made.lock("run").write_text(pins("flit-core", "h11"))
    made.lock("test").write_text(pins("flit-core", "h11", "iniconfig"))
    return made


def load(launcher: Path) -> Any:
    """A launcher as a module. (An import would leave a `__pycache__` beside it.)"""
    module = types.ModuleType("launcher")
    module.__file__ = str(launcher)
    exec(compile(launcher.read_text(), launcher, "exec"), module.__dict__)
    return module


def pins(*names: str) -> str:
    """These packages' entries, with hashes, from the project's own lock file."""
    lock = (ROOT / "grader" / "requirements-test.lock").read_text()
    entries = dict(re.findall(r"^([a-z0-9-]+)(==.*(?:\n    --hash.*)+\n)", lock, re.MULTILINE))
    return "".join(name + entries[name] for name in names)
