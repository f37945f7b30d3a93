"""The tests' backend, as tests handle it: start, tell, kill, count."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import httpx
from collector_service import free_port

_PROGRAM = Path(__file__).with_name("processor_backend_main.py")


class BackendProcess:
    """`processor_backend_main.py` as a process.

    Args:
        path: the file it keeps ids in.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._process: subprocess.Popen[bytes]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it, and wait until it answers; after `kill`, with the ids it had."""
        self._process = subprocess.Popen([sys.executable, str(_PROGRAM), str(self._port), str(self._path)])
        until = time.monotonic() + 20
        while True:
            try:
                self.plan()
                return
            except httpx.TransportError:
                assert self._process.poll() is None, "the backend ended"
                assert time.monotonic() < until, "the backend did not start"
                time.sleep(0.05)

    def kill(self) -> None:
        """`kill -9`."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def plan(self, **plan: Any) -> dict[str, int]:
        """Say how to answer from now on; returns how many "requests" it had, on how many "connections"."""
        answer = httpx.post(f"{self.url}/plan", json=plan, headers={"connection": "close"}, timeout=10)
        had: dict[str, int] = answer.raise_for_status().json()
        return had

    def ids(self) -> list[str]:
        """What it has stored, in the order of arrival."""
        return self._path.read_text(encoding="utf-8").split()

    def until_stored(self, more: int) -> None:
        """Return once it has stored so many more."""
        goal = len(self.ids()) + more
        end = time.monotonic() + 60
        while len(self.ids()) < goal:
            assert time.monotonic() < end, f"not {more} more within 60 s"
            time.sleep(0.05)
