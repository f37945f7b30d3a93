"""What grades keep so that the next one is quick: learners' images, recordings, facts of the bases, logs of builds.

All of it is bounded, can be made anew, and goes with `down --all`. What learners did, and the hints they saw, is not
among it. The engine's build cache is the engine's, and bounded by it.
"""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

from sentinel_grader.environment.doctor import Finding, State
from sentinel_grader.observe import build_logs, learners_images, leftovers
from sentinel_grader.observe.engine import connect
from sentinel_grader.observe.facts import FOLDER as FACTS
from sentinel_grader.observe.store import FOLDER as RECORDINGS
from sentinel_grader.paths import state_folder


def _folders() -> list[Path]:
    return [state_folder() / name for name in (RECORDINGS, FACTS, build_logs.FOLDER)]


def clear(*, engine: bool) -> None:
    """Remove all of it, and what killed grades left; on the engine only if one runs."""
    for folder in _folders():
        shutil.rmtree(folder, ignore_errors=True)
    if engine:
        leftovers.clear()


def finding(*, engine: bool) -> Finding:
    """For `doctor`; the engine is asked only if one runs."""
    size = sum(path.stat().st_size for folder in _folders() if folder.is_dir() for path in folder.iterdir())
    seen = f"{size / 1e6:.1f} MB of recordings and logs at {state_folder()}"
    if engine:
        with contextlib.closing(connect()) as asked:
            seen = f"{learners_images.count(asked)} images of graded submissions, {seen}"
    return Finding("kept", State.FINE, f"{seen}; ./sentinel down --all takes them away")
