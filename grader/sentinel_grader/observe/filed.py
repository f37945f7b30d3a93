"""Files of the grader's own that hold JSON: read as what they should be or not at all, written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TypeVar

import msgspec

from sentinel_grader.paths import state_folder

T = TypeVar("T")


def kept_folder(name: str) -> Path | None:
    """The folder of that name in the grader's state folder; none where CI grades: nothing that was recorded elsewhere
    (a restored cache, say) is believed there."""
    return None if os.environ.get("CI") == "true" else state_folder() / name


def read(path: Path, kind: type[T]) -> T | None:
    """None for a file that is not there, is cut off or edited, or of another version."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError):
        return None


def write(path: Path, value: object) -> None:
    """On a full disk the grade goes on; it is only not kept."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(msgspec.json.encode(value))
        new.replace(path)


def keep_newest(folder: Path, most: int) -> None:
    """Remove all but that many."""
    files = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
    for path in files[:-most]:
        path.unlink(missing_ok=True)
