"""Logs of learners' builds, whole, for whoever wants to read on: a report quotes the last useful lines only."""

from __future__ import annotations

import contextlib
from pathlib import Path

from sentinel_grader.paths import state_folder

#: Their folder, in the state folder; how many are kept, the oldest go first.
FOLDER, MOST = "build-logs", 50


def keep(name: str, log: bytes) -> None:
    """Keep a build's log, in the place of an earlier one of this name. On a full disk the grade goes on without."""
    with contextlib.suppress(OSError):
        _path(name).parent.mkdir(parents=True, exist_ok=True)
        _path(name).write_bytes(log)
        files = sorted(_path(name).parent.glob("*.log"), key=lambda path: path.stat().st_mtime)
        for path in files[:-MOST]:
            path.unlink(missing_ok=True)


def kept(name: str) -> Path | None:
    """Where the log of this name lies; None if it is not kept any more."""
    return path if name and (path := _path(name)).is_file() else None


def _path(name: str) -> Path:
    return state_folder() / FOLDER / f"{name}.log"
