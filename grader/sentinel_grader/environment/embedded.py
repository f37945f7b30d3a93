"""Sentinel without an engine: the collector alone in one process, its queue in memory. For looking, not for keeping."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

from sentinel_grader.environment import first_log, ports, shell
from sentinel_grader.environment.problem import Problem
from sentinel_grader.environment.progress import Progress, Step
from sentinel_grader.paths import ROOT

_COLLECTOR = ROOT / "module-01-containers" / "log-collector"
#: Seconds that the collector gets to answer.
STARTING = 20.0


def run(progress: Progress) -> int:
    """Serve until Ctrl-C or SIGTERM; returns the collector's exit status. Raises Problem if it does not start."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both end it in the same way
    port = ports.chosen()
    ports.require_free(port)
    with progress.step("Starting the collector in this process's care, its queue in memory") as step:
        process = _start(port)
        try:
            _wait_until_live(process, port, step)
            sent = first_log.post(port, first_log.example("hello from ./sentinel up --embedded"))
        except BaseException:
            _end(process)
            raise
        step.done_as(f"it took a first log, {sent.id}")
    try:
        progress.say(_TRY.format(port=port, curl=first_log.curl(port)))
        return process.wait()
    except KeyboardInterrupt:
        return _end(process)


_TRY = """
What is accepted is gone when this ends: a memory queue keeps nothing. Try, in another terminal:
  {curl}
  curl localhost:{port}/metrics
  open http://localhost:{port}/docs
Ctrl-C ends it.
"""


def _start(port: int) -> subprocess.Popen[bytes]:
    """The service exactly as in its image, but for the queue: the same command, its settings from the environment."""
    settings = {"QUEUE_BACKEND": "memory", "HOST": "127.0.0.1", "PORT": str(port)}
    return subprocess.Popen(
        [*shell.dies_with_us(), sys.executable, "main.py", "--serve"],
        cwd=_COLLECTOR,
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is ours to pass on: it finishes what is in flight
    )


def _wait_until_live(process: subprocess.Popen[bytes], port: int, step: Step) -> None:
    until = time.monotonic() + STARTING
    while not first_log.is_live(port):
        if process.poll() is not None:
            raise Problem(
                f"The collector ended at once, with status {process.returncode}.", "Its own words stand above."
            )
        if time.monotonic() > until:
            raise Problem(f"The collector did not answer within {STARTING:.0f} s.", "Its own words stand above.")
        step.note("waiting for it to answer")
        time.sleep(0.1)


def _end(process: subprocess.Popen[bytes]) -> int:
    """Ask it to finish, and wait until it has; it bounds its own time."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        return process.wait(STARTING)
    process.kill()
    return process.wait()
