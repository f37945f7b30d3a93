"""The collector in a process of its own, and bare connections to it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import httpx

FOLDER = Path(__file__).resolve().parents[1]


def free_port() -> int:
    """A TCP port of this machine that nobody listened on just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


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
        self._launch()
        until = time.monotonic() + 20
        while self.process.poll() is None and time.monotonic() < until:
            try:
                return self._ask_until_live()
            except httpx.TransportError:
                continue
        raise AssertionError(f"the collector did not start: {self.stop()}")

    def run_to_its_end(self) -> tuple[int, str]:
        """Start it where it is expected to end by itself; returns exit status and all output."""
        self._launch()
        output, _ = self.process.communicate(timeout=20)
        return self.process.returncode, output

    def _launch(self) -> None:
        command = [sys.executable, "main.py", "--serve"]
        self.process = subprocess.Popen(
            command, cwd=FOLDER, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def _ask_until_live(self) -> None:
        self.get("/health/live").raise_for_status()

    def get(self, path: str) -> httpx.Response:
        """GET a path."""
        return self._client.get(path)

    def post(self, content: bytes, path: str = "/logs") -> httpx.Response:
        """POST JSON."""
        headers = {"content-type": "application/json"}
        return self._client.post(path, content=content, headers=headers)

    def queue_length(self) -> int:
        """How many entries its queue holds."""
        length: int = self.get("/health").json()["queue"]["length"]
        return length

    def connect(self) -> socket.socket:
        """A bare connection to it."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=5)

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal, wait for the end; returns exit status and all output."""
        self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=20)
        return self.process.returncode, output

    def kill(self) -> None:
        """`kill -9`; nothing where it has ended."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()


def post_head(*lines: bytes) -> bytes:
    """The head of a POST of JSON to /logs, whose answer ends the connection."""
    usual = (b"POST /logs HTTP/1.1", b"Host: x", b"Content-Type: application/json", b"Connection: close")
    return b"\r\n".join((*usual, *lines, b"", b""))


def answer(connection: socket.socket) -> str:
    """All that comes on a connection until the other side closes it or nothing comes for 5 s."""
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except ConnectionResetError:
        pass
    return received.decode()
