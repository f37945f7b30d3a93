"""The code that learners are given: which of it was changed, and the course's own laid over it."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from sentinel_grader.submission.names import is_left_out
from sentinel_grader.submission.writing import write

#: What a learner edits, by folder below the checkout: everything else in it is given.
Editable = Mapping[str, Collection[str]]
#: Where the learner's own lies in a clean copy, as it was handed in: at its top, where no submission can put a file.
OWN = "own"


def changed_given_files(tree: Path, course: Path, editable: Editable) -> list[str]:
    """The given files that differ in `tree` from those in `course`, or are gone, relative to `tree`.

    `course` must be pristine: in a learner's own checkout its exercises are the learner's.
    """
    return [
        path
        for folder, files in editable.items()
        for path in _given(course, folder, files)
        if not (tree / path).is_file() or (tree / path).read_bytes() != (course / path).read_bytes()
    ]


def keep_own(tree: Path, folders: Iterable[str]) -> None:
    """Put a copy of these folders of the learner's aside, below OWN, before the course's code is laid over them: for
    the task whose subject is that code."""
    for folder in folders:
        if (tree / folder).is_dir():
            shutil.copytree(tree / folder, tree / OWN / folder)


def lay_given_code(tree: Path, course: Path, editable: Editable) -> list[str]:
    """Put the course's code in place of the learner's, file by file, and return what they had changed of it.

    `tree` is a clean copy: no links in it. Each given file becomes the course's mended one (`solutions/`) where there
    is one, else the one the learner was given. Files that the learner added stay.
    """
    changed = changed_given_files(tree, course, editable)
    for folder, files in editable.items():
        for path in _given(course, folder, files):
            mended = course / path.replace("/exercises/", "/solutions/", 1)
            _put(mended if mended.is_file() else course / path, tree / path, tree)
    return changed


def _given(course: Path, folder: str, editable: Collection[str]) -> Iterator[str]:
    top = course / folder
    for path in sorted(top.rglob("*")):
        below = path.relative_to(top)
        if path.is_file() and below.as_posix() not in editable and not any(map(is_left_out, below.parts)):
            yield path.relative_to(course).as_posix()


def _put(source: Path, target: Path, tree: Path) -> None:
    """Copy one file, whatever the learner has in its place, a file where a folder should be included."""
    if target.is_dir():
        shutil.rmtree(target)
    for folder in reversed(target.relative_to(tree).parents):
        if (tree / folder).is_file():
            (tree / folder).unlink()
    write(target, source.read_bytes(), bool(source.stat().st_mode & 0o100))
