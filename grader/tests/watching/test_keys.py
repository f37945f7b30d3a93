"""What is typed: each key on a terminal, which is left as it was; a line elsewhere."""

from __future__ import annotations

import os
import pty
import queue
import termios

import pytest

from sentinel_grader.watching import keys as typing
from sentinel_grader.watching.events import Happenings, Pressed
from sentinel_grader.watching.keys import keys


def _pressed(told: Happenings, number: int) -> list[str]:
    return [event.key for _ in range(number) if isinstance(event := told.get(timeout=20), Pressed)]


def test_on_a_terminal_each_key_counts_and_the_terminal_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typing, "is_ours", lambda _stdin: True)
    ours, theirs = pty.openpty()
    before, told = termios.tcgetattr(theirs), Happenings()
    with os.fdopen(theirs, closefd=False) as stdin, keys(told, stdin):
        assert not termios.tcgetattr(theirs)[3] & (termios.ICANON | termios.ECHO)
        assert termios.tcgetattr(theirs)[3] & termios.ISIG, "Ctrl-C is still a signal"
        os.write(ours, b"nG\x1b\x01q")
        assert _pressed(told, 3) == ["n", "g", "q"]
    assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)


def test_elsewhere_a_line_is_a_key_and_the_end_of_all_lines_is_no_end() -> None:
    reading, writing = os.pipe()
    told = Happenings()
    with os.fdopen(reading) as stdin, keys(told, stdin):
        os.write(writing, b"n")
        with pytest.raises(queue.Empty):
            told.get(timeout=0.2)
        os.write(writing, b"ext\n\n  quit\n")
        assert _pressed(told, 2) == ["n", "q"]
        os.close(writing)
        with pytest.raises(queue.Empty):
            told.get(timeout=0.2)


def test_without_standard_input_there_are_no_keys() -> None:
    told = Happenings()
    with os.fdopen(os.open(os.devnull, os.O_RDONLY)) as nothing, keys(told, nothing), pytest.raises(queue.Empty):
        told.get(timeout=0.1)


def test_a_terminal_that_listens_to_somebody_else_is_left_alone() -> None:
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    with os.fdopen(theirs, closefd=False) as stdin:
        assert not typing.is_ours(stdin), "it is not the terminal of this process's group"
        with keys(Happenings(), stdin):
            assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)
