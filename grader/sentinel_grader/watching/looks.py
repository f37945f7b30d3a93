"""The submission as it lies there now: what of it differs from before, and which observations that concerns."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sentinel_grader import scratch
from sentinel_grader.grading import observed, take
from sentinel_grader.judging import CHECKS


@dataclass(frozen=True)
class Look:
    """`files`: a hash of each file that a grade would take, as the learner has it. `contents`: of what each observation
    may see, once the course's code is laid over what was `given`, and changed."""

    files: Mapping[str, str]
    contents: Mapping[str, str]
    given: Collection[str] = ()

    def differing(self, before: Look) -> list[str]:
        """The files that are other ones now, new, or gone."""
        every = sorted({*self.files, *before.files})
        return [name for name in every if self.files.get(name) != before.files.get(name)]

    def concerned(self, before: Look, observations: Collection[str]) -> set[str]:
        """Of these observations, those that may see something else now."""
        return {name for name in observations if self.contents.get(name) != before.contents.get(name)}


Looking = Callable[[], Look]


def folders_of(submission: Path) -> list[Path]:
    """Where a submission's exercises lie."""
    return sorted(path for path in submission.glob("module-0?-*/exercises") if path.is_dir())


def look(submission: Path) -> Look:
    """Look at it, as a grade would."""
    with scratch.folder("look") as folder:
        taken = take(submission, folder / "copy", observed(CHECKS))
        return Look(_hashes(submission, taken.copy.files), taken.contents, taken.changed)


def _hashes(submission: Path, names: Iterable[str]) -> dict[str, str]:
    """By name; a file that is gone by now has an empty one, and the next look finds it out."""
    return {name: _hash(submission / name) for name in names}


def _hash(path: Path) -> str:
    try:
        mode = path.stat().st_mode & 0o111
        return f"{bool(mode)} {hashlib.sha256(path.read_bytes()).hexdigest()}"
    except OSError:
        return ""
