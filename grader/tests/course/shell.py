"""The shell of one lesson: what a block sets, the next one finds; and nothing that it started outlives it.

Each block is a file of its own that bash reads with `.`: so an unclosed quote is that block's error, and cannot swallow
what ends it. Its output goes to a file, so a program that a block leaves in the background holds nothing up. Every
process carries `SENTINEL_LESSON` in its environment: by that, those that left the shell's session are found as well.
"""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import tempfile
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import psutil

#: Bytes that a block may print. What prints more has no end, or is nothing to show to a reader.
MOST_OUTPUT = 1_000_000
MARK = "SENTINEL_LESSON"
# Every command that fails counts, not only the last one of the block: hence the trap.
_RUN = """lesson_failed= lesson_last=; trap 'lesson_failed=$?' ERR; . '{script}' >'{output}' 2>&1 </dev/null
trap - ERR; echo "${{lesson_last:-none}} $lesson_failed" >&{answers}
"""
# Added to each block. An unclosed quote or here-document takes it for its own text, and so gives itself away.
_LAST = "\nlesson_last=$?\n"


@dataclass(frozen=True)
class Ran:
    """What came of a block. `status` is None where it did not end by itself; then `why` says how it was ended."""

    status: int | None
    output: str
    why: str = ""


class Shell:
    """One bash in `folder`, with `environment` on top of our own."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._files: tempfile.TemporaryDirectory[str] | None = tempfile.TemporaryDirectory(prefix="lesson-")
        self._mark = uuid.uuid4().hex
        self._answers, answers = os.pipe()
        self._answers_name = answers
        self._bash = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env={**os.environ, **environment, MARK: self._mark},
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[answers],
        )
        os.close(answers)

    def __enter__(self) -> Shell:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def run(self, command: str, within: float) -> Ran:
        """Run a block; end it, and all that it started, when `within` seconds are over."""
        assert self._files is not None, "the lesson is closed"
        script, output = Path(self._files.name, "block.sh"), Path(self._files.name, "output")
        script.write_text(command.rstrip("\n") + _LAST)
        output.write_bytes(b"")
        assert self._bash.stdin is not None
        line = _RUN.format(script=script, output=output, answers=self._answers_name)
        try:
            self._bash.stdin.write(line.encode())
            self._bash.stdin.flush()
        except BrokenPipeError:
            return Ran(None, "", "the lesson's shell had ended before it")
        status, why = self._wait(output, within)
        return Ran(status, output.read_bytes()[:MOST_OUTPUT].decode(errors="replace"), why)

    def _wait(self, output: Path, within: float) -> tuple[int | None, str]:
        """Wait for the block's status; or end it, and say why."""
        until = time.monotonic() + within
        while not select.select([self._answers], [], [], 0.1)[0]:
            size = output.stat().st_size
            if self._bash.poll() is not None:
                return None, f"it ended the lesson's shell, with status {self._bash.returncode}"
            if size > MOST_OUTPUT:
                self._end()
                return None, f"it printed over {MOST_OUTPUT} bytes, so it was ended"
            if time.monotonic() > until:
                self._end()
                spoke = "though it printed something" if size else "and printed nothing"
                return None, f"it did not end within {within:.0f} s, {spoke}, so it was ended, and all that it started"
        last, *failed = os.read(self._answers, 100).decode().split() or ["ended"]
        if last == "ended":
            return None, f"it ended the lesson's shell, with status {self._bash.wait()}"
        if last == "none":
            return None, "it is no whole command: a quote, bracket or here-document is never closed"
        return int(failed[0] if failed else last), ""

    def running(self) -> list[str]:
        """The command lines of what the lesson started and left running."""
        return [_words(process) for process in self._processes() if process.pid != self._bash.pid]

    def _processes(self) -> list[psutil.Process]:
        """What lives of the lesson, its bash included."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        """By its session; or, if it has left that, by its environment, which not every system lets us see."""
        with contextlib.suppress(psutil.Error, OSError):
            ours = os.getsid(process.pid) == self._bash.pid or process.environ().get(MARK) == self._mark
            return ours and process.status() != psutil.STATUS_ZOMBIE
        return False

    def _end(self) -> None:
        for _ in range(20):  # what is killed may just have started something
            found = self._processes()
            for process in found:
                with contextlib.suppress(psutil.NoSuchProcess):
                    process.kill()
            psutil.wait_procs(found, timeout=1)
            if not found:
                break
        self._bash.wait()

    def close(self) -> None:
        """End the shell and everything that it started."""
        if self._files is None:
            return
        self._end()
        if self._bash.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._bash.stdin.close()
        os.close(self._answers)
        self._files.cleanup()
        self._files = None


def _words(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.Error):
        return " ".join(process.cmdline())
    return "a process that has ended since"
