"""Runs inside the watcher's container, which shares the watched one's process namespace: prints what it sees in /proc.

Standard library only. Sent there as text by processes.py. One JSON line for each look around: the processes that were
not there before, or not like this.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

#: Seconds between two looks, and the most of them; processes that are told of in all: of root's, and of others.
PAUSE, LOOKS, MOST = 0.05, 2400, 1000


def process(pid: str) -> dict[str, Any] | None:
    """What /proc says of a process (https://man7.org/linux/man-pages/man5/proc_pid_status.5.html); None: it is gone."""
    try:
        status = Path("/proc", pid, "status").read_text(errors="backslashreplace")
        command = Path("/proc", pid, "cmdline").read_bytes()[:300]
    except OSError:
        return None
    told = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    return {
        "pid": int(pid),
        "parent": int(told["PPid"]),
        "name": told["Name"],
        "command": command.replace(b"\0", b" ").decode(errors="backslashreplace").strip(),
        "uids": [int(word) for word in told["Uid"].split()],
        "capabilities": int(told["CapEff"], 16),
        "no_new_privileges": told.get("NoNewPrivs") == "1",
        "seccomp": int(told.get("Seccomp", "0")),
    }


def main() -> None:
    own, roots, others = str(os.getpid()), list[dict[str, Any]](), list[dict[str, Any]]()
    for _ in range(LOOKS):
        pids = [path.name for path in Path("/proc").iterdir() if path.name.isdigit() and path.name != own]
        now = [found for pid in pids if (found := process(pid))]
        # Each kind has room of its own: however many others there are, they hide no root.
        new_roots = [found for found in now if 0 in found["uids"] and found not in roots][: MOST - len(roots)]
        new_others = [found for found in now if 0 not in found["uids"] and found not in others][: MOST - len(others)]
        roots += new_roots
        others += new_others
        print(json.dumps(new_roots + new_others), flush=True)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
