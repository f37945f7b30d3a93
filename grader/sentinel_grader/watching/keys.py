"""What is typed: single keys on a terminal, lines elsewhere."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios
import threading
import tty
from collections.abc import Iterator
from typing import IO

from sentinel_grader.watching.events import Happenings, Pressed


def is_ours(stdin: IO[str]) -> bool:
    """Whether it is a terminal that listens to us: not to whoever started us in the background."""
    try:
        return stdin.isatty() and os.tcgetpgrp(stdin.fileno()) == os.getpgrp()
    except (OSError, ValueError):
        return False


@contextlib.contextmanager
def keys(happenings: Happenings, stdin: IO[str] | None = None) -> Iterator[None]:
    """Tell of what is typed during the block. The terminal is afterwards as it was."""
    stdin = stdin or sys.stdin
    try:
        descriptor = stdin.fileno()
    except (OSError, ValueError, AttributeError):  # there is no standard input at all
        yield
        return
    by_key = is_ours(stdin)
    if stdin.isatty() and not by_key:
        yield
        return
    reading, writing = os.pipe()
    thread = threading.Thread(target=_read, args=(descriptor, reading, by_key, happenings), name="keys", daemon=True)
    with _without_enter(descriptor) if by_key else contextlib.nullcontext():
        thread.start()
        try:
            yield
        finally:
            os.close(writing)  # wakes it
            thread.join()
            os.close(reading)


@contextlib.contextmanager
def _without_enter(terminal: int) -> Iterator[None]:
    """Each key as it is pressed, none of them shown. Ctrl-C stays what it is."""
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal, termios.TCSANOW)
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _read(descriptor: int, over: int, by_key: bool, happenings: Happenings) -> None:
    line = b""
    while True:
        ready, _, _ = select.select([descriptor, over], [], [])
        if over in ready or not (typed := _typed(descriptor)):
            return
        if by_key:
            pressed = [chr(each) for each in typed if 32 < each < 127]
        else:
            *lines, line = (line + typed).split(b"\n")
            pressed = [each.decode(errors="replace").strip()[:1] for each in lines if each.strip()]
        for key in pressed:
            happenings.put(Pressed(key.lower()))


def _typed(descriptor: int) -> bytes:
    """What there is to read; nothing once nobody can type any more."""
    try:
        return os.read(descriptor, 1024)
    except OSError:
        return b""
