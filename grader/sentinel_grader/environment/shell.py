"""External commands: each has a deadline, its output is read as it comes, and none outlives us unnoticed.

If we are killed (kill -9 included), a command that we started gets SIGTERM from the kernel (`setpriv --pdeathsig`,
util-linux, Linux only); whatever it still does meanwhile, it does under our lock, which it inherits (locking.py).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sentinel_grader.environment import locking

#: How many of a command's last lines are kept for the report of its failure.
LAST_LINES = 30
#: Seconds that a command gets to end by itself after SIGTERM.
GRACE = 10.0

OnLine = Callable[[str], None]


@dataclass
class CommandFailed(Exception):
    """A command ended with another exit status than 0, or did not end in time (`status` None)."""

    command: tuple[str, ...]
    status: int | None
    lines: tuple[str, ...]

    def __str__(self) -> str:
        ended = "did not end in time" if self.status is None else f"exited with status {self.status}"
        return f"`{' '.join(self.command)}` {ended}" + "".join(f"\n  {line}" for line in self.lines[-8:])

    @property
    def output(self) -> str:
        return "\n".join(self.lines)


def run(
    command: Sequence[str],
    *,
    deadline: float,
    on_line: OnLine | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    finish_on_interrupt: bool = False,
    first_word: tuple[threading.Event, float] | None = None,
) -> str:
    """Run `command` for at most `deadline` seconds and return what it printed, standard error included.

    Raises CommandFailed. On Ctrl-C the command's whole process group is ended first, unless `finish_on_interrupt`:
    then it is let finish (a package installation that is cut off leaves half-installed packages), and Ctrl-C counts
    after that. `first_word` is an event that `on_line` sets, and the seconds within which it must be set.
    """
    if finish_on_interrupt:
        with _delayed_interrupt():  # from before its start, or a quick Ctrl-C would end what it must not
            return _run([], command, deadline, on_line, environment, folder, first_word)
    return _run(dies_with_us(), command, deadline, on_line, environment, folder, first_word)


def _run(
    before: Sequence[str],
    command: Sequence[str],
    deadline: float,
    on_line: OnLine | None,
    environment: Mapping[str, str] | None,
    folder: Path | None,
    first_word: tuple[threading.Event, float] | None,
) -> str:
    lines: deque[str] = deque(maxlen=LAST_LINES)
    everything: list[str] = []
    process = subprocess.Popen(
        [*before, *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, **(environment or {})},
        cwd=folder,
        start_new_session=True,
        pass_fds=locking.held(),
    )
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        _end(process)

    timers = [threading.Timer(deadline, expire)]
    if first_word:
        said, seconds = first_word
        timers.append(threading.Timer(seconds, lambda: None if said.is_set() else expire()))

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            everything.append(line)
            if stripped := line.strip():
                lines.append(stripped)
                if on_line:
                    on_line(stripped)
        process.wait()

    try:
        for timer in timers:
            timer.daemon = True  # an interrupt right here must not wait for them
            timer.start()
        read()
    finally:
        for timer in timers:
            timer.cancel()
        _end(process)
        if process.stdout:
            process.stdout.close()
    if expired.is_set() or process.returncode != 0:
        raise CommandFailed(tuple(command), None if expired.is_set() else process.returncode, tuple(lines))
    return "".join(everything)


def answer(command: Sequence[str], *, deadline: float = 20.0) -> tuple[int, str, str]:
    """Ask a quick question: exit status, standard output, standard error. 127 if there is no such program, 124 if it
    did not answer within `deadline` seconds."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=deadline, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError:
        return 127, "", f"{command[0]}: not found"
    except subprocess.TimeoutExpired:
        return 124, "", f"no answer within {deadline:.0f} s"
    return done.returncode, done.stdout, done.stderr


def dies_with_us() -> list[str]:
    """What a command is to be preceded by, so that it gets SIGTERM when we are gone; nothing where that cannot be."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def _end(process: subprocess.Popen[str]) -> None:
    """End the whole process group: politely, then not."""
    if process.poll() is not None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(GRACE)
            return


@contextlib.contextmanager
def _delayed_interrupt() -> Iterator[None]:
    """Hold Ctrl-C back until the block is done. Only the main thread receives it, so elsewhere this does nothing."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    seen: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _frame: seen.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if seen:
        raise KeyboardInterrupt
