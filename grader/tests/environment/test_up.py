"""`up` and `down` on the engine that is here, under a project name and a port of the test's own."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sentinel_grader.environment import shell
from sentinel_grader.environment.docker import is_local
from sentinel_grader.paths import ROOT

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(not is_local(), reason="the engine is elsewhere: its ports cannot be reached from here"),
]


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass
class Command:
    """`./sentinel`, in a checkout and on an engine that a person may be using meanwhile."""

    state: Path
    port: int = field(default_factory=_free_port)
    project: str = field(default_factory=lambda: f"sentinel-test-{uuid.uuid4().hex[:8]}")

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            "SENTINEL_STATE": str(self.state),
            "SENTINEL_PORT": str(self.port),
            "COMPOSE_PROJECT_NAME": self.project,
        }
        return {**os.environ, **ours}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "sentinel_grader", *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: str, deadline: float = 240) -> tuple[int, str, str]:
        with self.start(*arguments) as process:
            out, error = process.communicate(timeout=deadline)
        return process.returncode, out, error

    def queue(self) -> list[str]:
        command = ["docker", "exec", f"{self.project}-redis-queue-1", "redis-cli", "lrange", "logs_queue", "0", "-1"]
        return shell.run(command, deadline=20).splitlines()

    def objects(self, kind: str) -> list[str]:
        """The containers, networks or volumes of our project."""
        what = ["ps", "--all"] if kind == "container" else [kind, "ls"]
        command = ["docker", *what, "--quiet", "--filter", f"label=com.docker.compose.project={self.project}"]
        return shell.run(command, deadline=20).split()

    def containers(self) -> list[str]:
        """Container ids with their start times: changes with a restart."""
        ids = self.objects("container")
        return sorted(
            shell.run(["docker", "inspect", "--format", "{{.Id}} {{.State.StartedAt}}", *ids], deadline=20).split("\n")
        )


@pytest.fixture
def sentinel(state: Path) -> Iterator[Command]:
    command = Command(state)
    yield command
    command("down", "-v")


def _post(port: int) -> str:
    body = json.dumps({"service_name": "shop", "level": "ERROR", "message": "no stock"}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/logs", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as reply:
        return str(json.load(reply)["id"])


def test_up_again_down_and_away(sentinel: Command) -> None:
    status, out, error = sentinel("up", "--json")
    assert status == 0, error
    result = json.loads(out)
    assert result["changed"] is True
    assert result["log"] in sentinel.queue(), "the log that `up` showed is the one in Redis"
    accepted = _post(sentinel.port)
    assert any(accepted in line for line in sentinel.queue())

    before = (sentinel.containers(), sentinel.queue())
    status, out, error = sentinel("up", "--json")
    assert status == 0, error
    assert json.loads(out)["changed"] is False
    assert (sentinel.containers(), sentinel.queue()) == before, "the second time changes nothing"

    assert sentinel("down")[0] == 0
    assert sentinel.objects("container") == sentinel.objects("network") == []
    assert len(sentinel.objects("volume")) == 1, "down keeps the data"
    assert sentinel("up")[0] == 0
    assert any(accepted in line for line in sentinel.queue())

    assert sentinel("down", "-v")[0] == 0
    assert sentinel.objects("volume") == []


def test_what_up_prints_next_are_commands_that_work(sentinel: Command) -> None:
    status, _, error = sentinel("up")
    assert status == 0, error
    tried = [line.strip() for line in error.splitlines() if line.startswith(("  curl", "  docker compose"))]
    assert len(tried) == 3
    for line in tried:
        command = (
            line.replace("-p sentinel ", f"-p {sentinel.project} ")
            .replace("exec ", "exec -T ")
            .replace("--follow ", "")
        )
        done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30, cwd=ROOT)
        assert done.returncode == 0, done.stderr
        assert done.stdout


def test_a_taken_port_is_told_before_anything_starts(sentinel: Command) -> None:
    with socket.create_server(("127.0.0.1", sentinel.port)):
        status, _, error = sentinel("up")
    assert status == 4
    assert f"Port {sentinel.port} of this machine is taken by" in error
    assert f"process {os.getpid()}" in error
    assert "SENTINEL_PORT=" in error
    assert sentinel.objects("container") == []


def test_killed_at_random_moments_it_still_comes_up(sentinel: Command) -> None:
    seed = random.randrange(10**6)
    moments = random.Random(seed)
    for _ in range(5):
        with sentinel.start("up") as process:
            time.sleep(moments.uniform(0.1, 6))
            process.kill()
    status, _, error = sentinel("up")
    assert status == 0, (seed, error)
    assert len(sentinel.objects("container")) == 2, seed
    assert any("hello from" in line for line in sentinel.queue()) or _post(sentinel.port), seed
    assert not list((sentinel.state / "work").iterdir()), seed


def test_ctrl_c_ends_with_one_line_and_130(sentinel: Command) -> None:
    with sentinel.start("up") as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
    assert process.returncode == 130, error
    assert "Traceback" not in error
    assert sentinel("up")[0] == 0


def test_two_at_once_end_in_one_stage(sentinel: Command) -> None:
    both = [sentinel.start("up", "--json") for _ in range(2)]
    told = [process.communicate(timeout=240) for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert len(sentinel.objects("container")) == 2


@pytest.mark.parametrize(
    "arguments", [("up", "9"), ("up", "first"), ("nope",), ("up", "--nope"), ("test", "--unit", "--all")]
)
def test_wrong_words_exit_with_3_and_say_which(arguments: tuple[str, ...], state: Path) -> None:
    status, _, error = Command(state)(*arguments)
    assert status == 3, error
    assert "Traceback" not in error
