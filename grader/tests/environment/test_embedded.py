"""`up --embedded`: the same API without an engine, and what happens where `up` finds none."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
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
def _running(state: Path, port: int, *arguments: str, **settings: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`up` until it has said all that it has to say, and what that was."""
    environment = {**os.environ, "SENTINEL_STATE": str(state), "SENTINEL_PORT": str(port), **settings}
    command = [sys.executable, "-m", "sentinel_grader", "up", *arguments]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process, _said(process)
        finally:
            process.terminate()


def _said(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    lines = []
    for line in process.stderr:
        lines.append(line)
        if "Ctrl-C ends it" in line:
            return "".join(lines)
    raise AssertionError(f"it ended with {process.wait()}: {''.join(lines)}")


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
    with _running(state, port, "--embedded") as (process, _):
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
    with _running(state, port, PATH=str(tmp_path)) as (process, said):
        assert _post(port, b'{"service_name": "shop", "level": "INFO", "message": "hello"}')[0] == 202
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0
    assert "no container engine" in said
    assert "--embedded" in said


def test_a_taken_port_is_told(state: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        command = [sys.executable, "-m", "sentinel_grader", "up", "--embedded"]
        environment = {**os.environ, "SENTINEL_STATE": str(state), "SENTINEL_PORT": str(port)}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 4
    assert f"Port {port} of this machine is taken" in done.stderr
