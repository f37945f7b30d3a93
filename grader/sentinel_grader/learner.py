"""What a learner has reached in this checkout: the last verdict on each check, and the hints already shown."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import msgspec

from sentinel_grader.paths import ROOT, state_folder
from sentinel_grader.result import Verdict


class Progress(msgspec.Struct):
    """Kept in the state folder, one file a checkout. Unreadable, it begins anew: nothing but comfort is lost.
    `passed_on`: of each check that ever passed, what it passed on last (earlier.py)."""

    verdicts: dict[str, Verdict] = {}
    hints: dict[str, int] = {}
    passed_on: dict[str, str] = {}

    @classmethod
    def read(cls, checkout: Path = ROOT) -> Progress:
        try:
            return msgspec.json.decode(record_of(checkout).read_bytes(), type=cls)
        except (OSError, msgspec.MsgspecError):
            return cls()

    def write(self, checkout: Path = ROOT) -> None:
        path = record_of(checkout)
        new = path.with_suffix(f".{os.getpid()}")
        new.write_bytes(msgspec.json.encode(self))
        new.replace(path)


def record_of(checkout: Path) -> Path:
    """The file that the progress in a checkout is kept in."""
    folder = state_folder() / "learners"
    folder.mkdir(exist_ok=True)
    return folder / f"{hashlib.sha256(os.fsencode(checkout.resolve())).hexdigest()[:24]}.json"
