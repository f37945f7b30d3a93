"""The clean copy: a course tree of our own with the submission's exercises in it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sentinel_grader.environment.problem import Problem
from sentinel_grader.paths import ROOT
from sentinel_grader.submission.given import changed_given_files
from sentinel_grader.submission.limits import LIMITS, Limits
from sentinel_grader.submission.refusal import Refusal
from sentinel_grader.submission.walk import Full, Walk, opened_folder
from sentinel_grader.submission.writing import write

EXERCISES = "exercises"
#: The course's own files are ours: these bounds only keep a lost data set from being copied for every grade.
_COURSE_LIMITS = Limits(files=10_000, entries=100_000, file_bytes=50_000_000, total_bytes=500_000_000)


@dataclass(frozen=True)
class Submission:
    """What was taken. `path` is the clean copy; `files` are relative to it, sorted, the submission's own only.

    `tree_hash` is over path, run bit and content of these, and over what was refused: two submissions with the same
    hash get the same grade. `changed_given_files` are those of the files that learners are not asked to edit.
    """

    path: Path
    tree_hash: str
    files: tuple[str, ...]
    refusals: tuple[Refusal, ...]
    changed_given_files: tuple[str, ...] = ()


@dataclass
class _Copy:
    """Writes taken files below `target`, and sums them up."""

    target: Path
    sums: dict[str, bytes] = field(default_factory=dict)

    def __call__(self, path: str, content: bytes, runnable: bool) -> None:
        write(self.target / path, content, runnable)
        self.sums[path] = b"x" * runnable + b"\0" + hashlib.sha256(content).digest()

    def tree_hash(self, refusals: Collection[Refusal]) -> str:
        whole = hashlib.sha256()
        for path, what in sorted(self.sums.items()):
            whole.update(path.encode() + b"\0" + what)  # no path holds a NUL, and every sum is of one length
        for refusal in sorted(refusals, key=str):
            whole.update(b"\0refused\0" + repr(refusal).encode("utf-8", "backslashreplace"))
        return whole.hexdigest()


def clean_copy(
    submission: Path,
    target: Path,
    *,
    course: Path = ROOT,
    limits: Limits = LIMITS,
    editable: Mapping[str, Collection[str]] | None = None,
) -> Submission:
    """Make in `target`, a new or empty folder, the course's modules with the submission's exercises in them.

    `submission` is a checkout of the course, itself no link: only its `module-0N-*/exercises/` are read, for the
    modules that `course` has. They replace the course's own: what a learner deleted is not there. A module that the
    submission does not have keeps the course's starters. `editable` as in `changed_given_files`.

    Nothing in the submission raises: it ends up in `refusals`, and a refused file is not in the copy. OSError is
    ours (the disk is full); Problem says that the course checkout itself cannot be copied.
    """
    target.mkdir(parents=True, exist_ok=True)
    if any(target.iterdir()):
        raise ValueError(f"{target} is not empty")
    modules = sorted(path.name for path in course.glob("module-0?-*") if path.is_dir())
    copy = _Copy(target)
    walk = Walk(limits, copy)
    found = [module for module in modules if _walk_exercises(walk, submission, module)]
    if not found:
        walk.refusals.append(_no_exercises(modules))
    for module in modules:
        _copy_course(course, module, target, with_exercises=module not in found)
    return Submission(
        target,
        copy.tree_hash(walk.refusals),
        tuple(sorted(copy.sums)),
        tuple(walk.refusals),
        tuple(changed_given_files(target, course, editable)) if editable else (),
    )


def _walk_exercises(walk: Walk, submission: Path, module: str) -> bool:
    """Whether the submission has exercises of this module; if so they are taken."""
    path = f"{module}/{EXERCISES}"
    if not os.path.lexists(submission / path):
        return False
    try:
        with (
            opened_folder(str(submission)) as top,
            opened_folder(module, top) as inner,
            opened_folder(EXERCISES, inner) as exercises,
        ):
            walk.folder(exercises, path)
    except Full:
        pass
    except OSError as error:
        saw = f"It is no folder that can be read: {error.strerror}."
        walk.refusals.append(Refusal("exercises_unreadable", path, saw, remedy="Make it a folder, not a link."))
    return True


def _no_exercises(modules: list[str]) -> Refusal:
    place = f"{modules[0] if modules else 'module-01-containers'}/{EXERCISES}"
    saw = f"There is no {place} in the submission."
    return Refusal("no_exercises", place, saw, remedy="Hand in the whole checkout of the course, not a part of it.")


def _copy_course(course: Path, module: str, target: Path, *, with_exercises: bool) -> None:
    skip = {f"{module}/solutions"} | (set() if with_exercises else {f"{module}/{EXERCISES}"})
    walk = Walk(_COURSE_LIMITS, _Copy(target), frozenset(skip))
    try:
        with opened_folder(str((course / module).resolve())) as folder:
            walk.folder(folder, module)
    except Full:
        what = f"The course's own {module} cannot be copied: {walk.refusals[-1]}"
        raise Problem(what, "Use a fresh checkout of the course.") from None
