"""Which host port a stage is reached at, and who has it if it is taken."""

from __future__ import annotations

import os
import socket

import psutil

from sentinel_grader.environment import shell
from sentinel_grader.environment.problem import Problem

#: The port of stage 1 on this machine, unless SENTINEL_PORT says otherwise.
DEFAULT = 8000


def chosen() -> int:
    """The port that SENTINEL_PORT names, or the default. Raises Problem for what is no port."""
    text = os.environ.get("SENTINEL_PORT") or str(DEFAULT)
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise Problem(
            f"SENTINEL_PORT is {text!r}, which is no port.", "Give a number from 1 to 65535: SENTINEL_PORT=8080"
        )
    return int(text)


def is_free(port: int) -> bool:
    """Whether a server could listen on this machine's `port`, on the loopback address."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def holder(port: int) -> str:
    """Who listens on `port`: a container or a process, in words. As far as this user may see."""
    command = ["docker", "ps", "--filter", f"publish={port}", "--format", "{{.Names}} ({{.Image}})"]
    _, out, _ = shell.answer(command)
    if out.strip():
        return f"the container {out.splitlines()[0]}"
    return _process(port) or "a program that this user may not see"


def _process(port: int) -> str:
    for process in psutil.process_iter(["pid", "name"]):
        try:
            connections = process.net_connections("tcp")
        except psutil.Error:
            continue
        if any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in connections):
            return f"{process.info['name']} (process {process.info['pid']})"
    return ""


def require_free(port: int) -> None:
    """Raise Problem if `port` is taken: by what, and how to choose another."""
    if not is_free(port):
        raise Problem(
            f"Port {port} of this machine is taken by {holder(port)}.",
            f"Stop it, or choose another port:\n  SENTINEL_PORT={_next_free(port)} ./sentinel up",
        )


def _next_free(port: int) -> int:
    return next((other for other in range(port + 80, 65536) if is_free(other)), port)
