"""The collector, the baseline and Redis as processes, and the processor time that each takes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from redis import Redis
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from sentinel_grader.paths import ROOT

COLLECTOR = ROOT / "module-01-containers" / "log-collector"
BASELINE = Path(__file__).with_name("baseline.py")

_STARTING = 20.0  # seconds


@dataclass(frozen=True)
class RedisServer:
    """A Redis of our own, with the options of the stage's Compose file."""

    host: str
    port: int

    def client(self) -> Redis:
        """A blocking client for it."""
        return Redis(host=self.host, port=self.port)

    def cpu_seconds(self) -> float:
        """The processor time it has taken since it started, by its own word."""
        with self.client() as client:
            cpu = client.info("cpu")
        return float(cpu["used_cpu_user"]) + float(cpu["used_cpu_sys"])

    def empty(self) -> None:
        """Drop everything."""
        with self.client() as client:
            client.flushall()


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Start Redis in a container, and remove it at the end."""
    testcontainers_config.ryuk_disabled = True  # its image cannot be had without a registry; `with` removes ours
    options = "redis-server --appendonly yes --appendfsync everysec --maxmemory-policy noeviction"
    container = DockerContainer("redis:8").with_command(options).with_exposed_ports(6379)
    with container.waiting_for(LogMessageWaitStrategy("Ready to accept connections")):
        yield RedisServer(container.get_container_host_ip(), int(container.get_exposed_port(6379)))


@dataclass(frozen=True)
class Server:
    """A running server."""

    port: int
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """The processor time that its process has taken, in user and kernel mode."""
        times = self.process.cpu_times()
        return times.user + times.system


@contextmanager
def server(script: Path, redis: RedisServer) -> Iterator[Server]:
    """Run `script` as a server on a free port, with this Redis, and kill it at the end."""
    port = _free_port()
    settings = {"HOST": "127.0.0.1", "PORT": str(port), "REDIS_HOST": redis.host, "REDIS_PORT": str(redis.port)}
    settings["MAX_QUEUE_LENGTH"] = "100000000"
    command = [sys.executable, str(script), *(["--serve"] if script.name == "main.py" else [])]
    process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield Server(port, psutil.Process(process.pid))
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + _STARTING
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"{process.args!r} did not start to listen within {_STARTING:.0f} s")
