"""What happens at a fork and at the end of the process, to every Sentinel that has a sender."""

from __future__ import annotations

import atexit
import os
import time
from contextlib import suppress
from typing import Protocol


class _Client(Protocol):
    left_at_exit: float

    def begin_flush(self) -> object: ...
    def flush(self, timeout: float | None = None) -> bool: ...
    def start_again_after_fork(self) -> None: ...


_clients: set[_Client] = set()


def remember(client: _Client) -> None:
    """Take care of it from now on."""
    _clients.add(client)


def forget(client: _Client) -> None:
    """It is closed."""
    _clients.discard(client)


def _in_forked_child() -> None:
    """Threads are not inherited, and what is queued the parent sends: begin anew, with the first record."""
    for client in list(_clients):
        client.start_again_after_fork()
    _clients.clear()


def _at_exit() -> None:
    """Flush all of them at once, within the time that one may take."""
    clients = list(_clients)
    until = time.monotonic() + max((client.left_at_exit for client in clients), default=0.0)
    with suppress(Exception):
        for client in clients:
            client.begin_flush()
        for client in clients:
            client.flush(min(client.left_at_exit, max(0.0, until - time.monotonic())))


atexit.register(_at_exit)
if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(after_in_child=_in_forked_child)
