"""The backend in a process of its own, and a stand-in for a Redis that hangs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import httpx
from collector_service import free_port

FOLDER = Path(__file__).resolve().parents[1]


class Service:
    """`python main.py --serve` as a process.

    Args:
        environment: its settings, beside HOST and a free PORT.
    """

    def __init__(self, **environment: str) -> None:
        self.port = free_port()
        own = {"HOST": "127.0.0.1", "PORT": str(self.port), **environment}
        self._environment = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1", **own}
        self.process: subprocess.Popen[str]
        # A new connection for each request: a kept one would be found dead after each restart.
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", headers={"connection": "close"}, timeout=30, verify=False
        )

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.kill()
        self._client.close()

    def start(self) -> None:
        """Start it and wait until it answers; once it was killed, it can be started again."""
        command = [sys.executable, "main.py", "--serve"]
        self.process = subprocess.Popen(
            command, cwd=FOLDER, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        until = time.monotonic() + 30
        while self.process.poll() is None and time.monotonic() < until:
            try:
                self.get("/health/live").raise_for_status()
                return
            except httpx.TransportError:
                time.sleep(0.05)
        raise AssertionError(f"the backend did not start: {self.stop()}")

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        """GET a path."""
        return self._client.get(path, params=parameters)

    def post(self, content: object) -> httpx.Response:
        """POST events."""
        return self._client.post("/api/v1/events", json=content)

    def until(self, status: int, path: str = "/health") -> None:
        """Wait until a path is answered with this status."""
        end = time.monotonic() + 20
        while (found := self.get(path).status_code) != status:
            assert time.monotonic() < end, f"{path} is answered with {found}"
            time.sleep(0.05)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal, wait for the end; returns exit status and all output."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=20)
        return self.process.returncode, output

    def kill(self) -> None:
        """`kill -9`; nothing where it has ended."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


@contextmanager
def silent_server() -> Iterator[int]:
    """A port that takes connections and never says a word, like a Redis that hangs."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]
