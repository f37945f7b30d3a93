"""Folders for a while: gone after their block, or with the next grade where this one was killed.

Each is written down in the state folder, in a file that is held locked as long as the folder is in use. Whoever sweeps
removes the folders whose lock is free, and no other: what others call alike in the same place stays.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

from sentinel_grader.paths import state_folder


def _records() -> Path:
    records = state_folder() / "scratch"
    records.mkdir(exist_ok=True)
    return records


@contextlib.contextmanager
def folder(purpose: str) -> Iterator[Path]:
    """A fresh folder that only this user may enter, for the block."""
    made = Path(tempfile.gettempdir(), f"sentinel-{purpose}-{uuid.uuid4().hex[:12]}")
    record = _records() / made.name
    with record.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(str(made))
        file.flush()
        try:
            made.mkdir(mode=0o700)
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)
            record.unlink(missing_ok=True)


def sweep() -> None:
    """Remove the folders of whoever was killed."""
    for record in _records().iterdir():
        with contextlib.suppress(OSError), record.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if left := file.read():  # empty: it is being written just now
                shutil.rmtree(left, ignore_errors=True)
                record.unlink(missing_ok=True)
