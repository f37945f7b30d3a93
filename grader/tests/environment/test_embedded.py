"""`up --embedded`: the same API without an engine, and what happens where `up` finds none."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def _running(state: Path, port: int, *arguments: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "SENTINEL_STATE": str(state), "SENTINEL_PORT": str(port), **settings}
    command = [sys.executable, "-m", "sentinel_grader", "up", *arguments]
    with subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            _wait(port, process)
            yield process
        finally:
            process.terminate()


def _wait(port: int, process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"it did not answer: {process.poll()} {process.stderr.read() if process.stderr else ''}")


def _post(port: int, body: bytes) -> tuple[int, dict[str, object]]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/logs", body, {"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=5) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)


def test_it_takes_logs_refuses_what_is_none_and_ends_when_told(state: Path) -> None:
    port = _free_port()
    with _running(state, port, "--embedded") as process:
        status, reply = _post(port, b'{"service_name": "shop", "level": "ERROR", "message": "no stock"}')
        assert (status, reply["status"]) == (202, "queued")
        assert _post(port, b'{"service_name": "shop"}')[0] == 422
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2)


def test_where_no_engine_is_to_be_had_up_falls_back_and_says_so(state: Path, tmp_path: Path) -> None:
    """A PATH without docker and without apt-get: nothing to use, nothing to install with."""
    port = _free_port()
    with _running(state, port, PATH=str(tmp_path)) as process:
        assert _post(port, b'{"service_name": "shop", "level": "INFO", "message": "hello"}')[0] == 202
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=15)
    assert "no container engine" in error
    assert "--embedded" in error


def test_a_taken_port_is_told(state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        command = [sys.executable, "-m", "sentinel_grader", "up", "--embedded"]
        environment = {**os.environ, "SENTINEL_STATE": str(state), "SENTINEL_PORT": str(port)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 4
    assert f"Port {port} of this machine is taken" in done.stderr
