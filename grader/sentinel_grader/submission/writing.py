"""How a file is written into a clean copy."""

from __future__ import annotations

import os
from pathlib import Path

#: Every file carries this time (2020-01-01): the same tree then gives the same image, byte by byte. Not 0, since zip
#: archives, wheels among them, know no time before 1980.
TIME = 1_577_836_800


def write(file: Path, content: bytes, runnable: bool) -> None:
    """Write `file` with one of two modes: whatever else its owner set (set-uid) is not carried over."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    file.chmod(0o755 if runnable else 0o644)
    os.utime(file, (TIME, TIME))
