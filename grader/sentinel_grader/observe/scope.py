"""What an observation may use, and what is taken from it when its time is over."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sentinel_grader import scratch
from sentinel_grader.environment.shell import dies_with_us
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.session import Session

#: Most bytes that are kept of what a command prints; a learner's build may print without end.
MOST_OUTPUT = 4_000_000
#: Bytes that the last line is looked for in.
_TAIL = 2000


@dataclass(frozen=True)
class Ran:
    """A command that ended: its exit status (None: it was ended at its deadline), its output, its seconds."""

    status: int | None
    stdout: bytes
    stderr: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.stdout.decode(errors="replace")

    @property
    def error(self) -> str:
        return self.stderr.decode(errors="replace")


class Scope:
    """One observation at work.

    `files` is a folder with the inputs that it declared and nothing else, so that one that was not declared cannot be
    read; `session` is the grade that it belongs to; `heard` is told the last line that a command printed so far.
    """

    def __init__(self, session: Session, files: Path, heard: Callable[[str], None] = lambda _line: None) -> None:
        self.session = session
        self.files = files
        self._heard = heard
        self._cancelled = threading.Event()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()

    def run(
        self,
        command: Sequence[str],
        *,
        deadline: float,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run a command of ours to its end or its deadline (seconds). Raises OursError if it cannot be started."""
        started = time.monotonic()
        with (
            tempfile.TemporaryFile() as out,
            tempfile.TemporaryFile() as error,
            self._start(command, out.fileno(), error.fileno(), environment) as process,
        ):
            try:
                self.check_cancelled()  # it may have been while the process started, when nobody knew whom to end
                self._feed(process, stdin)
                status = self._wait(process, started + deadline, (out.fileno(), error.fileno()))
            finally:
                _kill(process)
                with self._lock:
                    self._running.discard(process)
            self.check_cancelled()
            seconds = time.monotonic() - started
            self.session.log.ran(command, environment, status, seconds, stdin)
            return Ran(status, _read(out.fileno()), _read(error.fileno()), seconds)

    def _start(
        self, command: Sequence[str], out: int, error: int, environment: Mapping[str, str] | None
    ) -> subprocess.Popen[bytes]:
        self.check_cancelled()
        if not shutil.which(command[0]):
            raise OursError("program_missing", f"{command[0]}: No such file or directory")
        try:
            process = subprocess.Popen(
                [*dies_with_us(), *command],  # else a build would go on when a grade is killed, and leave its image
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=error,
                env={**os.environ, **(environment or {})},
                start_new_session=True,
            )
        except OSError as missing:
            raise OursError("program_missing", f"{command[0]}: {missing.strerror}") from missing
        with self._lock:
            self._running.add(process)
        return process

    @staticmethod
    def _feed(process: subprocess.Popen[bytes], stdin: bytes) -> None:
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(stdin)

    def _wait(self, process: subprocess.Popen[bytes], until: float, outputs: Sequence[int]) -> int | None:
        """The exit status; None where it is still at it at its deadline, or prints without end."""
        last = ""
        while time.monotonic() < until:
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(0.1)
            if any(os.fstat(output).st_size > MOST_OUTPUT for output in outputs):
                return None
            if (line := _last_line(outputs[-1])) not in ("", last):
                last = line
                self._heard(line)
        return None

    def nonce(self, size: int = 8) -> str:
        """So many random bytes, as hex digits: nobody can foresee them, and no other grade has the same."""
        return self.session.log.nonce(secrets.token_hex(size))

    def say(self, line: str) -> None:
        """Have the last line of what is at work shown, where it is no command of `run`'s."""
        self._heard(line)

    def check_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise OursError("cancelled", "the grade was interrupted")

    def sleep(self, seconds: float) -> None:
        """Wait, unless the grade is interrupted."""
        self._cancelled.wait(seconds)
        self.check_cancelled()

    def cancel(self) -> None:
        """End what runs; whatever the observation tries next fails."""
        self._cancelled.set()
        with self._lock:
            for process in self._running:
                _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _last_line(descriptor: int) -> str:
    """The last whole line that was printed so far, which is not empty."""
    size = os.fstat(descriptor).st_size
    printed = os.pread(descriptor, _TAIL, max(0, size - _TAIL)).rpartition(b"\n")[0]
    return printed.rstrip().rpartition(b"\n")[2].decode(errors="replace")


def _read(descriptor: int) -> bytes:
    return os.pread(descriptor, MOST_OUTPUT, 0)


@contextlib.contextmanager
def inputs_only(submission: Path, patterns: tuple[str, ...]) -> Iterator[Path]:
    """A folder with just those files of `submission` that the patterns name; links stay links."""
    with scratch.folder("inputs") as folder:
        for path in {path for pattern in patterns for path in submission.glob(pattern)}:
            target = folder / path.relative_to(submission)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.is_symlink() or path.is_file():
                shutil.copy2(path, target, follow_symlinks=False)
        yield folder
