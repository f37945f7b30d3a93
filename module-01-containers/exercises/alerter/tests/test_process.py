"""The program as it runs in a container: its start, its log, its end. Redis is away all the while."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

FOLDER = Path(__file__).parents[1]


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """`python -m alerter`, without a Redis."""
    usual = {"PATH": os.environ["PATH"], "HOST": "127.0.0.1", "REDIS_URL": f"redis://127.0.0.1:{free_port()}"}
    command = [sys.executable, "-m", "alerter", *arguments]
    return subprocess.Popen(
        command, cwd=FOLDER, env={**usual, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@contextmanager
def running(port: int) -> Iterator[subprocess.Popen[str]]:
    """An alerter that answers on `port`."""
    process = start(PORT=str(port))
    try:
        until = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < until:
            try:
                httpx.get(f"http://127.0.0.1:{port}/health/live").raise_for_status()
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield process
    finally:
        process.kill()
        process.communicate()


def test_without_redis_it_lives_says_so_and_stops_when_asked() -> None:
    port = free_port()
    with running(port) as process:
        answer = httpx.get(f"http://127.0.0.1:{port}/health")
        probe = start("--health", PORT=str(port))
        said, _ = probe.communicate(timeout=60)
        process.send_signal(signal.SIGTERM)
        log, _ = process.communicate(timeout=60)
    assert answer.status_code == 503
    assert (probe.returncode, "unavailable" in said) == (1, True)
    assert process.returncode == 0
    lines = [json.loads(line) for line in log.splitlines()]
    assert all({"timestamp", "level", "logger", "message"} <= set(line) for line in lines)
    (away,) = [line for line in lines if line["message"] == "Redis is away"]
    assert "connecting to 127.0.0.1" in away["why"]
    assert lines[-1]["message"] == "stopped"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"PORT": "x"}, "alerter: PORT must be a whole number from 1 on, not 'x'\n"),
        ({"REDIS_URL": "http://x"}, "alerter: REDIS_URL must be like "),
    ],
)
def test_a_wrong_setting_ends_the_program_before_it_listens(environment: dict[str, str], words: str) -> None:
    process = start(**environment)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert said.startswith(words)
