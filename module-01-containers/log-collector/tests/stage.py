"""Stage 1 under Compose, for tests: a copy of the module under a project name and a port of its own."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from collector_service import FOLDER, free_port
from published import require_published_ports

_FILES = ("docker-compose.yaml", "docker-compose.dev.yaml")


class Stage:
    """A copy of the module in `folder`, whose .env is .env.example."""

    def __init__(self, folder: Path) -> None:
        require_published_ports()
        self.folder = folder
        self.project = f"collector-test-{uuid.uuid4().hex[:8]}"
        self.port = free_port()
        ignored = shutil.ignore_patterns("__pycache__", ".*_cache", ".hypothesis", ".venv")
        shutil.copytree(FOLDER, folder / FOLDER.name, ignore=ignored)
        for name in _FILES:
            shutil.copy(FOLDER.parent / name, folder)
        shutil.copy(FOLDER.parent / ".env.example", folder / ".env")

    def environment(self) -> dict[str, str]:
        """For docker: nothing of this process's own settings reaches Compose but what names the engine."""
        kept = {name: value for name, value in os.environ.items() if name.startswith("DOCKER_") or name in _NEEDED}
        # Without attestations the same context gives the same image, and so the same container.
        own = {"COMPOSE_PROJECT_NAME": self.project, "SENTINEL_PORT": str(self.port)}
        return {**kept, **own, "BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}

    def compose(self, *arguments: str) -> str:
        """Run `docker compose`; returns its output, fails with it."""
        command = ["docker", "compose", *arguments]
        ran = subprocess.run(
            command, cwd=self.folder, env=self.environment(), capture_output=True, text=True, timeout=240
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def up(self) -> None:
        """Build, start, and wait until all is healthy."""
        self.compose("up", "--detach", "--build", "--wait", "--wait-timeout", "60")

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Hot reload, as the lesson starts it."""
        options = [option for name in _FILES for option in ("-f", name)]
        command = ["docker", "compose", *options, "watch"]
        process = subprocess.Popen(
            command, cwd=self.folder, env=self.environment(), stdout=subprocess.DEVNULL, start_new_session=True
        )
        try:
            yield
        finally:
            # The group: older clients do not pass a signal on to their plugin, and wait for it.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def inspect(self, service: str) -> Any:
        """What the engine says of a service's container."""
        container = self.compose("ps", "--all", "--quiet", service).strip()
        return json.loads(subprocess.check_output(["docker", "inspect", container]))[0]

    def redis(self, *command: str) -> str:
        """Run redis-cli as learners do."""
        return self.compose("exec", "-T", "redis-queue", "redis-cli", *command).strip()

    def get(self, path: str) -> httpx.Response:
        """GET from the published port."""
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", timeout=5)

    def post(self, entry: object) -> httpx.Response:
        """POST one log to the published port."""
        return httpx.post(f"http://127.0.0.1:{self.port}/logs", json=entry, timeout=5)


_NEEDED = ("PATH", "HOME", "XDG_RUNTIME_DIR")


def came_within(seconds: float, holds: Callable[[], bool]) -> bool:
    """Whether `holds` came to say so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.1)
    return False


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Return once `holds` says so; fail when it never does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s"
