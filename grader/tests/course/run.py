"""One lesson on its way: a copy of the checkout, a shell in it, and how far it has come.

The lesson runs beside whatever the person at this machine has running. Compose gets another project name, for which
the output shows `sentinel` again; and where the lesson says `localhost:8000` or `127.0.0.1:8000`, a free port stands in
for 8000. What a lesson makes besides a stage is named `lesson-*`.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from . import made
from .lessons import Block
from .output import difference, lines, matches
from .shell import Ran, Shell

#: What answers with status 0 where a thing is there that a block needs.
PROBES = {
    "engine": ["docker", "version"],
    "registry": ["docker", "manifest", "inspect", "hello-world"],
    "cluster": ["kubectl", "version", "--request-timeout=5s"],
}
NOT_COPIED = (".git", ".venv", ".env", "__pycache__", ".*_cache", ".hypothesis", "*.egg-info")
#: What a reader has: the port, and the project name of the stages' Compose files.
PORT, HOSTS, PROJECT = 8000, ("localhost", "127.0.0.1"), "sentinel"


class Lesson:
    """The lesson of the module in the folder `module` of the checkout `root`."""

    def __init__(self, root: Path, module: str) -> None:
        turn = Path(tempfile.gettempdir(), f"sentinel-{module}-{os.getuid()}.lock")
        self._turn = os.open(turn, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
        fcntl.flock(self._turn, fcntl.LOCK_EX)  # another run's cleaning would take our containers for its own
        self._module = module
        self._project = f"lesson-{module}"
        self._copy = Path(tempfile.mkdtemp(prefix="sentinel-lesson-"), "sentinel")
        shutil.copytree(root, self._copy, ignore=shutil.ignore_patterns(*NOT_COPIED), symlinks=True)
        shutil.rmtree(self._copy / "reports", ignore_errors=True)  # of our own tests, and of no checkout
        _stand_in_for_launcher(self._copy / "sentinel")
        self._port = _free_port()
        made.remove(self._project)
        self._shell = Shell(
            self._copy,
            {
                "COMPOSE_PROJECT_NAME": self._project,
                "SENTINEL_PORT": str(self._port),
                "BUILDKIT_PROGRESS": "plain",
                "NO_COLOR": "1",
                "LC_ALL": "C.UTF-8",
            },
        )
        self._done = 0
        self._over = ""
        self._reached = False

    def run(self, blocks: list[Block], number: int) -> None:
        """Run the blocks up to `number` that have not been run. Fails or skips the test that calls it."""
        while self._done <= number:
            block = blocks[self._done]
            if self._over:
                pytest.skip(self._over)
            self._done += 1
            if block.shown_only:
                _skip_if(self._done > number, block.shown_only)
                continue
            self._require(block)
            self._step(block)

    def _require(self, block: Block) -> None:
        for need in sorted(block.needs):
            if not _answers(PROBES[need]):
                self._over = f"line {block.line} needs {need}, and there is none here"
                pytest.skip(self._over)
        if not self._reached and _with_port(block.command, PORT, self._port) != block.command:
            self._reached = not os.environ.get("DOCKER_HOST") or _takes_connections(self._port)
            if not self._reached:
                self._over = f"line {block.line} asks a published port, and those of DOCKER_HOST's engine are not here"
                pytest.skip(self._over)

    def _step(self, block: Block) -> None:
        command = _with_port(block.command, PORT, self._port)
        ran = self._shell.run(command, block.within)
        output = _with_port(ran.output, self._port, PORT).replace(self._project, PROJECT)
        try:
            _judge(block, replace(ran, output=output))
        except pytest.fail.Exception:
            self._over = f"it stands on line {block.line} of {self._module}/README.md, which failed"
            raise

    def require_nothing_left(self) -> None:
        """Fails if the lesson left processes or containers behind."""
        left = [f"the process {words}" for words in self._shell.running()]
        left += [f"the {kind} {name}" for kind, names in made.by_lesson(self._project).items() for name in names]
        if left:
            _fail("At its end the lesson leaves on the reader's machine:\n" + _indented("\n".join(left)))

    def close(self) -> None:
        self._shell.close()
        made.remove(self._project)
        shutil.rmtree(self._copy.parent, ignore_errors=True)
        os.close(self._turn)


def _answers(probe: list[str]) -> bool:
    try:
        return subprocess.run(probe, capture_output=True, timeout=10, check=False).returncode == 0
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False


def _stand_in_for_launcher(launcher: Path) -> None:
    """In the copy, `./sentinel` would install everything once more: hand over to what is installed already."""
    launcher.write_text(f'#!/bin/sh\nexec {shlex.quote(str(Path(sys.executable).with_name("sentinel")))} "$@"\n')
    launcher.chmod(0o755)


def _with_port(text: str, port: int, instead: int) -> str:
    """`text` with `instead` wherever it names `port` of this machine."""
    for host in HOSTS:
        text = text.replace(f"{host}:{port}", f"{host}:{instead}")
    return text


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _takes_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def _skip_if(asked_for: bool, reason: str) -> None:
    if asked_for:
        pytest.skip(reason)


def _judge(block: Block, ran: Ran) -> None:
    """Fail unless the block did what the lesson says."""
    typed = f"Line {block.line + 1}, typed as it stands there:\n{_indented(block.command)}\n"
    if ran.status is None:
        _fail(f"{typed}{ran.why}. It printed:\n{_indented(_end_of(ran.output))}")
    if ran.status != block.exits:
        _fail(
            f"{typed}ended with status {ran.status}, and the lesson expects {block.exits}. "
            f"It printed:\n{_indented(_end_of(ran.output))}"
        )
    if block.output is not None and not matches(block.output, ran.output):
        _fail(
            f"{typed}printed something else than line {block.output_line + 1} shows "
            f"(- the lesson shows it, + it was seen):\n{_indented(difference(block.output, ran.output))}"
        )


def _fail(words: str) -> NoReturn:
    pytest.fail(words, pytrace=False)


def _end_of(text: str) -> str:
    return "\n".join(lines(text)[-30:]) or "(nothing)"


def _indented(text: str) -> str:
    return textwrap.indent(text.rstrip("\n"), "    ")
