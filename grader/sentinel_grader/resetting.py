"""`reset`: a task's files as they were handed out, the learner's kept beside them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sentinel_grader import course, pristine
from sentinel_grader.paths import ROOT


@dataclass(frozen=True)
class Reset:
    """A file that was put back, and where the learner's own now lies; None where there was none, or it was the same."""

    file: Path
    kept: Path | None


def reset(module: course.Module, task: course.Task, checkout: Path = ROOT) -> list[Reset]:
    """Put the starter of each file of the task back."""
    starters = pristine.contents()
    return [_reset(checkout / name, starters[name]) for name in names(module, task)]


def names(module: course.Module, task: course.Task) -> list[str]:
    """The task's files, relative to a checkout."""
    return [f"{module.folder}/exercises/{file}" for file in task.files]


def _reset(path: Path, starter: bytes) -> Reset:
    kept = None
    if path.exists() and path.read_bytes() != starter:
        kept = _free(path)
        path.replace(kept)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(starter)
    return Reset(path, kept)


def _free(path: Path) -> Path:
    """`Dockerfile.mine`, or `Dockerfile.mine2` where that is taken: no earlier work is overwritten."""
    number = 1
    while (kept := path.with_name(f"{path.name}.mine{number if number > 1 else ''}")).exists():
        number += 1
    return kept
