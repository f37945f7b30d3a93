"""The run that is recorded: a learner's checkout before a task, saved to step by step, with a watch beside it."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sentinel_grader import course, pristine, scratch
from sentinel_grader.observe.dockerfile import ALERTER
from sentinel_grader.paths import ROOT
from sentinel_grader.watching.played import Played
from sentinel_grader.watching.recording.cast import Chunks
from sentinel_grader.watching.screen import KEYS

COLUMNS, ROWS = 80, 26
_AFTER = ROOT / "grader" / "tests" / "course" / "after_task"
_EXERCISES = "module-01-containers/exercises"
_WAITING = f"n {KEYS['n']}"
#: Seconds that a grade may take, on a busy machine too; those in which something is read.
_GRADED, _READING = 900.0, 2.0


@dataclass(frozen=True)
class Task:
    """What is recorded: a mistake that many make, in one of the task's files, which this check notices; and then the
    solution."""

    number: int
    file: str
    right: str
    wrong: str
    notices: str


#: In task 2, everything beside the code reaches the engine; in task 5, the alerter's port is open to everybody around.
TASKS: Mapping[int, Task] = {
    2: Task(2, "alerter/.dockerignore", "*\n", "", "m1.clean_context"),
    5: Task(5, "docker-compose.yaml", "127.0.0.1:8001:8001", "8001:8001", "m1.isolated"),
}


def play(task: Task) -> Chunks:
    """Record it. Raises Unheard where the watch did not say what it should: then nothing was recorded."""
    with scratch.folder("recording") as folder:
        checkout = folder / "checkout"
        pristine.lay(checkout, solved=False)
        _lay_what_was_done(checkout, task)
        command = [str(ROOT / "sentinel"), "watch", f"1.{task.number}", "--submission", str(checkout)]
        with Played(
            command, columns=COLUMNS, rows=ROWS, environment={"SENTINEL_STATE": str(folder / "state")}
        ) as played:
            _told(played, _WAITING, 0)
            played.type("n")
            played.rest(_READING)
            solved = pristine.contents()[f"module-01-containers/solutions/{task.file}"].decode()
            if solved.count(task.right) < 1:
                raise ValueError(f"the solution of {task.file} does not hold {task.right!r}")
            file = checkout / _EXERCISES / task.file
            after = len(played.text)
            file.write_text(solved.replace(task.right, task.wrong, 1))
            _told(played, f"✗ {task.notices}  ", after)
            _told(played, _WAITING, after)
            after = len(played.text)
            file.write_text(solved)
            _told(played, "points: passed", after)
            _told(played, "done.", after)
            played.type("q")
            played.end()
    return played.chunks


def _lay_what_was_done(checkout: Path, task: Task) -> None:
    """The work of the tasks before, and of this one what is not recorded."""
    shutil.copytree(_AFTER / str(task.number - 1) / "alerter", checkout / ALERTER, dirs_exist_ok=True)
    files = next(each.files for each in course.MODULES[0].tasks if each.number == task.number)
    for file in files:
        if file != task.file and task.number == 2:
            solved = pristine.contents()[f"module-01-containers/solutions/{file}"]
            (checkout / _EXERCISES / file).write_bytes(solved)


def _told(played: Played, words: str, after: int) -> None:
    """Wait until it is said, and for who reads it."""
    played.wait_for(words, _GRADED, after=after)
    played.rest(_READING)
