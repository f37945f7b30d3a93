"""Grades and baselines as processes of their own, with their seconds: from the start of the process to its end."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sentinel_grader import tracing
from sentinel_grader.bench.grade.script import SECTION, write
from sentinel_grader.observe.session import session
from sentinel_grader.paths import ROOT
from sentinel_grader.tracing import Trace

_LAST_LINES = 12


@dataclass(frozen=True)
class Graded:
    """A grade that a process of its own made, from when to when (seconds since the epoch), and its trace."""

    began: float
    ended: float
    status: int
    output: str
    trace: Trace

    @property
    def seconds(self) -> float:
        return self.ended - self.began

    @property
    def first_failure(self) -> float | None:
        """Seconds until it was said that a check failed; None if none did."""
        return next((each.at - self.began for each in self.trace.decided if each.verdict == "failed"), None)


@dataclass(frozen=True)
class Part:
    """A part of the baseline: an observation's commands, and the seconds that they took one after another."""

    what: str
    seconds: float


@dataclass(frozen=True)
class Baseline:
    """A baseline that was run: its parts in order, and how many commands it has."""

    parts: list[Part]
    commands: int

    @property
    def seconds(self) -> float:
        return sum(part.seconds for part in self.parts)


class Failed(Exception):
    """A run that did not come to what it should, so that its seconds say nothing."""


class Grade:
    """A grade under way: `./sentinel grade TARGETS`, of the solution or of another submission. With `again`, recordings
    may be used once more."""

    def __init__(
        self, targets: Sequence[str], folder: Path, submission: Path | None = None, *, again: bool = False
    ) -> None:
        self._folder = folder
        of = ["--solutions"] if submission is None else ["--submission", str(submission)]
        fresh = [] if again else ["--fresh"]
        command = [str(ROOT / "sentinel"), "grade", *targets, *of, *fresh, "--trace", str(folder), "--yes"]
        environment = {**os.environ, "CI": ""}  # there, nothing of a warm start would be believed
        self.began = time.time()
        self._process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def end(self, *statuses: int) -> Graded:
        """Wait for it. Raises Failed if it ended with none of these exit statuses."""
        output, _ = self._process.communicate()
        ended, status = time.time(), self._process.returncode
        if status not in statuses:
            last = "\n".join(f"  {line}" for line in output.splitlines()[-_LAST_LINES:])
            raise Failed(f"./sentinel grade ended with exit status {status}:\n{last}")
        return Graded(self.began, ended, status, output, tracing.read(self._folder))


def at_once(number: int, targets: Sequence[str], folder: Path) -> float:
    """The seconds in which so many grades of the solution were made at once."""
    grades = [Grade(targets, folder / str(each)) for each in range(number)]
    ended = [grade.end(0) for grade in grades]
    return max(grade.ended for grade in ended) - min(grade.began for grade in ended)


def baseline(trace: Trace, source: Path, target: Path) -> Baseline:
    """Write the script of `trace`, whose folder is `source`, into `target`, and run it. Raises Failed."""
    with session(target, {}) as running, tempfile.TemporaryFile("w+") as errors:
        script = write(trace, source, target, running.run)
        process = subprocess.Popen([str(script.path)], stdout=subprocess.PIPE, stderr=errors, text=True)
        marks = _marks(process)
        if process.wait() != 0:
            errors.seek(0)
            last = "\n".join(f"  {line}" for line in errors.read().splitlines()[-_LAST_LINES:])
            raise Failed(f"{script.path} ended with exit status {process.returncode}:\n{last}")
    ends = [at for _, at in marks[1:]]
    return Baseline([Part(what, end - at) for (what, at), end in zip(marks, ends, strict=False)], script.commands)


def _marks(process: subprocess.Popen[str]) -> list[tuple[str, float]]:
    """When each section began, with its name, and at last when all was over."""
    marks = [("setting up", time.monotonic())]
    assert process.stdout
    for line in process.stdout:
        if line.startswith(SECTION):
            marks.append((line.removeprefix(SECTION).strip(), time.monotonic()))
    return [*marks, ("", time.monotonic())]


def client_start(tries: Sequence[int] = range(5)) -> float:
    """The seconds that the docker client takes to start and end: what each command of the baseline pays for."""
    return median(_client_start() for _ in tries)


def _client_start() -> float:
    began = time.monotonic()
    subprocess.run(["docker", "--version"], stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - began
