"""Submissions that change between being looked at and being read."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import pytest

from .trees import Hostile, codes


def swapping(monkeypatch: pytest.MonkeyPatch, name: str, swap: Callable[[], None]) -> None:
    """Have `swap` happen between looking at `name` and opening it."""
    real = os.open

    def opening(path: Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        if path == name and dir_fd is not None:
            monkeypatch.setattr(os, "open", real)
            swap()
        if dir_fd is not None:
            assert flags & os.O_NOFOLLOW
        return real(path, flags, mode, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", opening)


def test_a_file_that_turns_into_a_link_is_not_followed(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    def swap() -> None:
        (hostile.alerter / "Dockerfile").unlink()
        (hostile.alerter / "Dockerfile").symlink_to(hostile.secret)

    swapping(monkeypatch, "Dockerfile", swap)
    assert codes(hostile.take()) == ["unreadable"]


def test_a_file_that_turns_into_a_fifo_keeps_nobody_waiting(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    def swap() -> None:
        (hostile.alerter / "Dockerfile").unlink()
        os.mkfifo(hostile.alerter / "Dockerfile")

    swapping(monkeypatch, "Dockerfile", swap)
    assert codes(hostile.take()) == ["special_file"]


def test_a_file_that_turns_into_another_is_not_taken(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    def swap() -> None:
        (hostile.alerter / "new").write_text("FROM y")
        (hostile.alerter / "new").rename(hostile.alerter / "Dockerfile")

    swapping(monkeypatch, "Dockerfile", swap)
    assert codes(hostile.take()) == ["changed_meanwhile"]


def test_a_folder_that_turns_into_a_link_is_not_followed(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    def swap() -> None:
        hostile.alerter.rename(hostile.top / "gone")
        hostile.alerter.symlink_to(hostile.secret.parent)

    swapping(monkeypatch, "alerter", swap)
    assert codes(hostile.take()) == ["unreadable"]


def test_a_file_that_grows_while_it_is_read_is_not_taken(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.read

    def growing(descriptor: int, size: int) -> bytes:
        with (hostile.alerter / "Dockerfile").open("a") as file:
            file.write("RUN more\n")
        return real(descriptor, size)

    monkeypatch.setattr(os, "read", growing)
    assert codes(hostile.take()) == ["changed_meanwhile"]


def test_a_link_that_comes_and_goes_is_never_followed(hostile: Hostile) -> None:
    file, other = hostile.alerter / "Dockerfile", hostile.alerter.parent / "spare"
    over = threading.Event()

    def swap() -> None:
        while not over.is_set():
            other.unlink(missing_ok=True)
            other.symlink_to(hostile.secret)
            other.replace(file)
            other.write_text("FROM x")
            other.replace(file)

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for _ in range(100):
            hostile.take()
    finally:
        over.set()
        thread.join()
