"""The test-app in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

import httpx
from sdk_backend import closed_port

FOLDER = Path(__file__).resolve().parents[1]


class Service:
    """`python main.py --serve` as a process, on a free port of this machine.

    Args:
        environment: its settings.
    """

    def __init__(self, **environment: str) -> None:
        self.port = closed_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(FOLDER.parent / "sdk"), **environment}
        self._environment |= {"HOST": "127.0.0.1", "PORT": str(self.port), "PYTHONUNBUFFERED": "1"}
        self.client = httpx.Client(base_url=self.url, timeout=20, trust_env=False, headers={"connection": "close"})
        self.process: subprocess.Popen[str]

    def __enter__(self) -> Self:
        command = [sys.executable, "main.py", "--serve"]
        self.process = subprocess.Popen(
            command, cwd=FOLDER, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        until = time.monotonic() + 30
        while self.process.poll() is None and time.monotonic() < until:
            try:
                self.client.get("/health/live").raise_for_status()
            except httpx.TransportError:
                time.sleep(0.02)
            else:
                return self
        raise AssertionError(f"the test-app did not start: {self.stop()}")

    def __exit__(self, *error: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self.client.close()

    def get(self, path: str, tenant: str = "acme") -> httpx.Response:
        """GET a path."""
        return self.client.get(path, headers={"x-tenant-id": tenant})

    def probe(self) -> subprocess.CompletedProcess[str]:
        """What the container's HEALTHCHECK runs."""
        command = [sys.executable, "main.py", "--health"]
        return subprocess.run(
            command, cwd=FOLDER, env=self._environment, capture_output=True, text=True, timeout=20, check=False
        )

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal, wait for the end; returns exit status and all output."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=30)
        return self.process.returncode, output
