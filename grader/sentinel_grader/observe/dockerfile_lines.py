"""Where in a Dockerfile something stands, for the words "look here" in a reason. Nothing is judged by it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sentinel_grader.observe.dockerfile import DOCKERFILE

#: Bytes of a Dockerfile that are looked through.
_MOST = 200_000


def last_line(files: Path, pattern: str) -> int | None:
    """The line of the last instruction in the final stage that matches `pattern`; else that of the final FROM."""
    try:
        text = (files / DOCKERFILE).read_bytes()[:_MOST].decode(errors="replace")
    except OSError:
        return None
    begins, found = None, None
    for number, instruction in _instructions(text):
        if re.match(r"FROM\b", instruction, re.IGNORECASE):
            begins, found = number, None
        elif re.match(pattern, instruction, re.IGNORECASE):
            found = number
    return found or begins


def _instructions(text: str) -> Iterator[tuple[int, str]]:
    """Each instruction with the number of its first line; what a backslash continues is one line."""
    first, gathered = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("#") or not line.strip():
            continue
        first = first if gathered else number
        gathered += line.strip()
        if gathered.endswith("\\"):
            gathered = gathered[:-1] + " "
            continue
        yield first, gathered
        gathered = ""
