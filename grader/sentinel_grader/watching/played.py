"""A program at a terminal of its own, typed at and read as a person does it: for tests, `bench watch` and the recording
in the README."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

#: What a terminal does and does not show: colours, moves, titles.
_CONTROL = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[=>()][0-9A-Za-z]?)|\r")


class Unheard(Exception):
    """The program did not say what was waited for."""


class Played:
    """`command` at a terminal of this size, for the block; what still runs at its end is killed. `chunks` are what it
    printed, with seconds since its start."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 80,
        rows: int = 24,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._command, self._size, self._folder = list(command), (rows, columns), folder
        self._environment = {**os.environ, "TERM": "xterm-256color", **(environment or {})}
        self.chunks = list[tuple[float, str]]()
        self._heard, self._rest = "", b""
        self.status: int | None = None

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        self.pid, self._terminal = pty.fork()
        if not self.pid:
            with contextlib.suppress(BaseException):
                if self._folder:
                    os.chdir(self._folder)
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", *self._size, 0, 0))
                os.execvpe(self._command[0], self._command, self._environment)
            os._exit(127)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.status is None:
            self.kill(signal.SIGKILL)
            self.end()
        os.close(self._terminal)

    @property
    def text(self) -> str:
        """All that it said, without colours and moves."""
        return _CONTROL.sub("", self._heard)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._terminal, keys.encode())

    def kill(self, number: int) -> None:
        """Send it a signal."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def wait_for(self, words: str, seconds: float = 300, *, after: int = 0) -> float:
        """Read until it has said `words`, `after` so many characters; the seconds since its start. Raises Unheard."""
        self.wait_for_match(re.compile(re.escape(words)), seconds, after=after)
        return time.monotonic() - self._began

    def wait_for_match(self, pattern: re.Pattern[str], seconds: float, *, after: int = 0) -> str:
        """Read until it has said something like this; what that was. Raises Unheard."""
        until = time.monotonic() + seconds
        while not (found := pattern.search(self.text, after)):
            if time.monotonic() > until or not self._read(0.1):
                raise Unheard(f"It never said {pattern.pattern!r}. It said:\n{self.text[after:][-2000:]}")
        return found[0]

    def rest(self, seconds: float) -> None:
        """Go on reading for so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and self._read(min(left, 0.1)):
            pass

    def end(self) -> int:
        """Read to its end; the exit status, negative for a signal."""
        while self._read(0.5):
            pass
        _, ended = os.waitpid(self.pid, 0)
        self.status = os.waitstatus_to_exitcode(ended)
        return self.status

    def _read(self, seconds: float) -> bool:
        """Read what comes within so many seconds; whether there may be more."""
        if not select.select([self._terminal], [], [], seconds)[0]:
            return True
        try:
            found = os.read(self._terminal, 65536)
        except OSError:  # nobody has the other end any more
            return False
        text = (self._rest + found).decode("utf-8", errors="ignore")
        self._rest = _cut_off(self._rest + found)
        self.chunks.append((time.monotonic() - self._began, text))
        self._heard += text
        return bool(found)


def _cut_off(printed: bytes) -> bytes:
    """The bytes at its end that begin a character which is not whole yet."""
    for back in range(1, min(4, len(printed) + 1)):
        lead = printed[-back]
        if lead >= 0xC0:
            return printed[-back:] if back < (2 if lead < 0xE0 else 3 if lead < 0xF0 else 4) else b""
        if lead < 0x80:
            break
    return b""
