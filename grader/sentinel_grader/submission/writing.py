"""How a file is written into a clean copy."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

#: From when files are (2020-01-01). Not 0, since zip archives, wheels among them, know no time before 1980.
TIME = 1_577_836_800
#: Seconds after it that they may be from: about four years.
_SPAN = 2**27


def time_of(content: bytes) -> int:
    """The time that a file with this content carries: the same tree then gives the same image, byte by byte.

    And another content has another time: BuildKit takes a file for the one that it was sent before, by whomever, if
    path, size and time are the same: https://github.com/tonistiigi/fsutil/blob/master/diff_containerd.go."""
    return TIME + int.from_bytes(hashlib.sha256(content).digest()[:8]) % _SPAN


def write(file: Path, content: bytes, runnable: bool) -> None:
    """Write `file` with one of two modes: whatever else its owner set (set-uid) is not carried over."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    file.chmod(0o755 if runnable else 0o644)
    os.utime(file, (time_of(content), time_of(content)))
