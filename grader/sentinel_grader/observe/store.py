"""Recordings, kept: one JSON file each, in the grader's own state folder, never in a submission.

A file that cannot be read as what it should be (cut off, of another version, edited) counts as not there.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

from sentinel_grader.observe.filed import keep_newest, kept_folder, read, write
from sentinel_grader.observe.outcome import Outcome, Recorded, SubmissionFault
from sentinel_grader.observe.registry import Observation

#: The layout of a recording's file; another number, and it is not read.
VERSION = 1
#: Their folder, in the state folder; how many are kept, the oldest go first.
FOLDER, MOST = "recordings", 4000


class Filed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A recording as it lies on disk: exactly one of `data` and `fault` is there."""

    version: int
    observation: str
    seconds: float
    data: msgspec.Raw = msgspec.Raw(b"null")
    fault: SubmissionFault | None = None


@dataclass(frozen=True)
class Kept:
    """A recording read back: how it ended, and the seconds that making it took."""

    outcome: Recorded[object] | SubmissionFault
    seconds: float


class Store:
    """Recordings under a folder; by default the grader's own, and none at all where none may be believed."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    @classmethod
    def default(cls) -> Store:
        return cls(kept_folder(FOLDER))

    def read(self, observation: Observation, key: str) -> Kept | None:
        """What is kept under `key`, if anything readable is."""
        if self._folder is None:
            return None
        filed = read(self._folder / f"{key}.json", Filed)
        if filed is None or filed.version != VERSION or filed.observation != observation.name:
            return None
        if filed.fault is not None:
            return Kept(filed.fault, filed.seconds)
        try:
            data: object = msgspec.json.decode(filed.data, type=observation.records)
        except msgspec.MsgspecError:
            return None
        return Kept(Recorded(data), filed.seconds)

    def write(self, observation: Observation, key: str, outcome: Outcome, seconds: float) -> None:
        """Keep what says something of the submission. What was unavailable may be there next time: it is not kept."""
        if self._folder is None or not isinstance(outcome, Recorded | SubmissionFault):
            return
        with contextlib.suppress(UnicodeEncodeError):  # a learner's word that no text can hold: it is seen anew
            data = msgspec.json.encode(outcome.data if isinstance(outcome, Recorded) else None)
            fault = outcome if isinstance(outcome, SubmissionFault) else None
            write(self._folder / f"{key}.json", Filed(VERSION, observation.name, seconds, msgspec.Raw(data), fault))

    def prune(self) -> None:
        """Keep the newest recordings only."""
        if self._folder:
            keep_newest(self._folder, MOST)
