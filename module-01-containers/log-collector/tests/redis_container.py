"""A real Redis for tests, in a container that can be killed, paused and cut off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from collector_service import free_port
from published import require_published_ports
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy


class RedisContainer:
    """A running Redis, published at a port that stays the same when it is started again.

    Args:
        container: what the docker SDK calls a Container; it has no types.
    """

    def __init__(self, container: Any, port: int) -> None:
        self._container = container
        self.port = port

    def cli(self, *command: str) -> str:
        """Run redis-cli inside it; returns what it prints."""
        ended = self._container.exec_run(["redis-cli", "-e", *command])
        text: str = ended.output.decode()
        assert ended.exit_code == 0, text
        return text.strip()

    def entries(self, queue: str = "logs_queue") -> list[dict[str, Any]]:
        """All entries on the queue, newest first."""
        return [json.loads(line) for line in self.cli("lrange", queue, "0", "-1").split("\n") if line]

    def kill_and_start(self) -> None:
        """`kill -9`, and start it again."""
        self._container.kill()
        self._container.wait()
        self._container.start()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Frozen: the kernel still takes connections for it, and nothing is ever answered."""
        self._container.pause()
        try:
            yield
        finally:
            self._container.unpause()

    def cut_connections(self) -> None:
        """Close every client's connection in the middle of whatever it says."""
        self.cli("client", "kill", "type", "normal")

    @contextmanager
    def off_the_network(self) -> Iterator[None]:
        """Unplugged."""
        network = self._container.client.networks.get("bridge")
        network.disconnect(self._container)
        try:
            yield
        finally:
            network.connect(self._container)

    def wait_until_it_answers(self) -> None:
        """Return when it has read its file."""
        while self._container.exec_run(["redis-cli", "-e", "ping"]).exit_code != 0:
            self._container.reload()
            assert self._container.status == "running"


@contextmanager
def redis_container(appendonly: bool = True) -> Iterator[RedisContainer]:
    """Start a Redis with the options of the stage's Compose file; it is gone at the end, with its data."""
    require_published_ports()
    testcontainers_config.ryuk_disabled = True  # its image cannot be had without a registry; `with` removes ours
    options = f"redis-server --appendonly {'yes' if appendonly else 'no'} --appendfsync everysec"
    port = free_port()
    container = DockerContainer("redis:8").with_command(f"{options} --save '' --maxmemory-policy noeviction")
    container = container.with_bind_ports(6379, port)
    with container.waiting_for(LogMessageWaitStrategy("Ready to accept connections")):
        yield RedisContainer(container.get_wrapped_container(), port)
