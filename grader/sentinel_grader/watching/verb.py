"""`./sentinel watch`: all of its parts put together."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from rich.console import Console

from sentinel_grader.environment.docker import Engine
from sentinel_grader.environment.problem import Problem
from sentinel_grader.learner import Progress
from sentinel_grader.watching import plan
from sentinel_grader.watching.events import Happenings
from sentinel_grader.watching.grades import grades_of
from sentinel_grader.watching.keys import is_ours, keys
from sentinel_grader.watching.looks import folders_of, look
from sentinel_grader.watching.loop import Watch
from sentinel_grader.watching.saves import saves
from sentinel_grader.watching.screen import Screen


def run(target: str | None, submission: Path, engine: Engine) -> None:
    """Watch until `q` or Ctrl-C. Raises UnknownTarget, and Problem where there is nothing to watch."""
    submission = submission.resolve()
    stage = plan.first(target, Progress.read(submission))
    folders = folders_of(submission)
    if not folders:
        raise Problem(f"There are no exercises in {submission}.", "Give a checkout of the course: --submission DIR")
    happenings = Happenings()
    screen = Screen(Console(highlight=False), submission, by_key=is_ours(sys.stdin))
    screen.welcome(folders)
    begin = grades_of(submission, engine, happenings)
    watch = Watch(submission, stage, begin, partial(look, submission), screen, happenings)
    with saves(folders, happenings), keys(happenings):
        watch.run()
    screen.say("The watch is over; nothing of it is left on the engine.")
