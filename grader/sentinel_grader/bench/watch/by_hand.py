"""What people type without a watch, in plain commands: build, start again, wait until it is healthy."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from sentinel_grader.environment.docker import build_environment
from sentinel_grader.paths import ROOT

_MODULE = "module-01-containers"
#: Seconds that a command may take, and until the service is healthy.
_DEADLINE, _STARTS = 600.0, 120.0
_BREATH = 0.2


class ByHand:
    """A learner's alerter, running beside a Redis, or all of Sentinel by Compose, to be started again and again."""

    def __init__(self, checkout: Path) -> None:
        self._exercises, self._name = checkout / _MODULE / "exercises", f"sentinel-bench-{uuid.uuid4().hex[:8]}"

    def again(self, *, by_compose: bool) -> float:
        """Rebuild and start again; the seconds until it is healthy."""
        began = time.monotonic()
        if by_compose:
            self._compose("up", "--build", "--detach", "--wait")
        else:
            self._start()
        return time.monotonic() - began

    def _start(self) -> None:
        _run("docker", "build", "--quiet", "--tag", self._name, str(self._exercises / "alerter"))
        _run("docker", "rm", "--force", self._name)
        ours = ("--name", self._name, "--network", self._name, "--env", "REDIS_HOST=redis-queue")
        _run("docker", "run", "--detach", *ours, self._name)
        until = time.monotonic() + _STARTS
        while _status("docker", "exec", self._name, "python", "-m", "alerter", "--health"):
            if time.monotonic() > until:
                raise TimeoutError("the alerter was not healthy in time")
            time.sleep(_BREATH)

    def _compose(self, *words: str) -> None:
        _run("docker", "compose", "--project-name", self._name, *words, folder=self._exercises)

    @contextlib.contextmanager
    def beside_redis(self) -> Iterator[None]:
        """With a network and a Redis there, for the block."""
        redis = f"{self._name}-redis"
        try:
            _run("docker", "network", "create", self._name)
            alias = ("--network", self._name, "--network-alias", "redis-queue")
            _run("docker", "run", "--detach", "--name", redis, *alias, "redis:8")
            yield
        finally:
            for name in (self._name, redis):
                _status("docker", "rm", "--force", "--volumes", name)
            _status("docker", "network", "rm", self._name)
            _status("docker", "image", "rm", "--force", self._name)

    @contextlib.contextmanager
    def of_compose(self) -> Iterator[None]:
        """With the course's own files beside the exercises, and names and ports that nobody else has, for the block."""
        module = self._exercises.parent
        shutil.copytree(ROOT / _MODULE / "log-collector", module / "log-collector", dirs_exist_ok=True)
        shutil.copyfile(ROOT / _MODULE / "docker-compose.yaml", module / "docker-compose.yaml")
        for path in (module / "docker-compose.yaml", self._exercises / "docker-compose.yaml"):
            text = path.read_text().replace("sentinel/", f"{self._name}/")
            path.write_text(text.replace(":8001:8001", "::8001").replace(":${SENTINEL_PORT:-8000}:", "::"))
        try:
            yield
        finally:
            self._compose("down", "--volumes")
            listing = ["docker", "image", "ls", "--quiet", "--filter", f"reference={self._name}/*"]
            made = subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split()
            for image in dict.fromkeys(made):
                _status("docker", "image", "rm", "--force", image)


def _run(*command: str, folder: Path | None = None) -> None:
    """Run it. Raises CalledProcessError, with what it said."""
    environment = {**os.environ, **build_environment()}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True, timeout=_DEADLINE)


def _status(*command: str) -> int:
    return subprocess.run(command, capture_output=True, timeout=_DEADLINE, check=False).returncode
