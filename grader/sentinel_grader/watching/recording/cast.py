"""A recording as asciinema plays it, version 2: a line that tells of the whole, and a line for each piece of output."""

from __future__ import annotations

import json
from collections.abc import Sequence

#: Seconds for which a player shows a picture in which nothing new is said, at most.
IDLE = 1.5
#: What was printed, and after how many seconds.
Chunks = Sequence[tuple[float, str]]


def write(chunks: Chunks, *, columns: int, rows: int, title: str) -> str:
    """The recording's text, in the time that it really took: players are told to leave out long waits."""
    head = {"version": 2, "width": columns, "height": rows, "idle_time_limit": IDLE, "title": title}
    head["env"] = {"TERM": "xterm-256color"}
    lines = [json.dumps(head), *(json.dumps([round(at, 3), "o", text], ensure_ascii=False) for at, text in chunks)]
    return "\n".join(lines) + "\n"


def read(text: str) -> tuple[dict[str, object], list[tuple[float, str]]]:
    """The head of a recording, and its chunks. Raises ValueError for what is none."""
    first, *rest = text.splitlines()
    head = json.loads(first)
    if head.get("version") != 2:
        raise ValueError("this is no recording of version 2")
    return head, [(float(at), str(printed)) for at, kind, printed in map(json.loads, rest) if kind == "o"]
