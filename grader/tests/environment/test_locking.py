"""One Sentinel at a time; the lock frees itself, and not before what its holder started has ended."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from sentinel_grader.environment.locking import machine_lock

HOLD = """
import sys, time
from sentinel_grader.environment import shell
from sentinel_grader.environment.locking import machine_lock
with machine_lock(lambda line: print(line, flush=True)):
    print("held", flush=True)
    shell.run(["sh", "-c", sys.argv[1]], deadline=60)
"""


def _holder(state: Path, command: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, command],
        env={**os.environ, "SENTINEL_STATE": str(state)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    process.stdout.close()
    return process


def test_a_second_one_waits_and_says_for_whom(state: Path) -> None:
    first = _holder(state, "sleep 0.7")
    waited: list[str] = []
    with machine_lock(waited.append):
        assert first.wait(5) == 0
    assert waited == [f"waiting for another Sentinel on this machine (process {first.pid}, or what it started)"]


def test_the_lock_of_a_killed_one_is_free_once_its_commands_have_ended(state: Path) -> None:
    deaf = state / "deaf"  # a command that will not be hurried, once it says so
    killed = _holder(state, f"trap '' TERM; echo > '{deaf}'; sleep 1")
    while not deaf.exists():
        time.sleep(0.01)
    started = time.monotonic()
    killed.kill()
    killed.wait()
    with machine_lock(lambda _line: None):
        assert time.monotonic() - started > 0.7, "the command still ran, and the lock was free"
