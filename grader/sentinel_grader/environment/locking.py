"""One Sentinel at a time changes this machine; a second one waits and says for whom.

The lock is a `flock`, which the kernel frees when its last holder is gone: nothing stale is left by kill -9. The
commands that we start inherit it (shell.py passes `held()`), so the lock is free only when they have ended too, and
whoever holds it may take away whatever an earlier run left in the work folder.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator

from sentinel_grader.paths import state_folder

_held: list[int] = []


def held() -> tuple[int, ...]:
    """The file descriptors of the locks that this process holds."""
    return tuple(_held)


@contextlib.contextmanager
def machine_lock(on_wait: Callable[[str], None]) -> Iterator[None]:
    """Hold this machine's lock for the block; `on_wait` is told whom we wait for."""
    descriptor = os.open(state_folder() / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _wait_for(descriptor, on_wait)
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        _held.append(descriptor)
        yield
    finally:
        if descriptor in _held:
            _held.remove(descriptor)
        os.close(descriptor)


def _wait_for(descriptor: int, on_wait: Callable[[str], None]) -> None:
    said = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if not said:
                holder = os.pread(descriptor, 32, 0).decode().strip() or "?"
                on_wait(f"waiting for another Sentinel on this machine (process {holder}, or what it started)")
                said = True
            time.sleep(0.2)
