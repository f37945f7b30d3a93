"""Whether a port that the engine publishes can be reached from here: not where it lives on another machine."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from functools import cache

import pytest
from collector_service import free_port

#: Seconds that a Redis gets to answer there.
PATIENCE = 5.0


def require_published_ports() -> None:
    """Skip the test where DOCKER_HOST names an engine whose published ports are not here."""
    if os.environ.get("DOCKER_HOST") and not _reached():
        pytest.skip("ports that the engine at DOCKER_HOST publishes cannot be reached from this machine")


@cache
def _reached() -> bool:
    port = free_port()
    run = ["docker", "run", "--rm", "--detach", f"--publish=127.0.0.1:{port}:6379", "redis:8"]
    container = subprocess.check_output(run, text=True, timeout=60).strip()
    try:
        until = time.monotonic() + PATIENCE
        while not (answers := _answers(port)) and time.monotonic() < until:
            time.sleep(0.1)
        return answers
    finally:
        subprocess.run(["docker", "rm", "--force", "--volumes", container], capture_output=True, check=True, timeout=60)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(7) == b"+PONG\r\n"
    except OSError:
        return False
