"""The processor in a process of its own, and what goes on its queue."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from collector_service import Service
from redis import Redis
from redis_container import RedisContainer

FOLDER = Path(__file__).resolve().parents[1]


class Processor(Service):
    """`python main.py --serve`, or another verb, as a process.

    Args:
        redis_port: of a Redis on this machine.
        backend_url: where it delivers.
        environment: further settings.
    """

    def __init__(self, redis_port: int, backend_url: str, verb: str = "--serve", **environment: str) -> None:
        quick = {"BACKOFF_FIRST": "0.05", "BACKOFF_MOST": "0.2", "DEAD_AFTER": "2", "REDIS_TIMEOUT": "1"}
        where = {"REDIS_HOST": "127.0.0.1", "REDIS_PORT": str(redis_port), "BACKEND_URL": backend_url}
        super().__init__(**where, **(quick | environment))
        self._verb = verb

    def _launch(self) -> None:
        command = [sys.executable, "main.py", self._verb]
        self.process = subprocess.Popen(
            command, cwd=FOLDER, env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def metric(self, sample: str) -> float:
        """A sample by its name and labels, as they stand in /metrics; 0 where there is none yet."""
        lines = self.get("/metrics").text.splitlines()
        return next((float(line.split()[-1]) for line in lines if line.startswith(f"{sample} ")), 0.0)


def entry(number: int, **fields: object) -> dict[str, object]:
    """An entry as the collector queues it."""
    at = "2026-01-31T12:00:00Z"
    usual = {"service_name": "checkout", "level": "ERROR", "message": f"log {number}", "tenant_id": "acme"}
    return {"id": f"id-{number}", **usual, "timestamp": at, "received_at": at, **fields}


@contextmanager
def client(redis: RedisContainer) -> Iterator[Redis]:
    """A plain client, for what redis-cli does not do with bytes."""
    with Redis(port=redis.port, socket_timeout=20) as connected:
        yield connected


def push(redis: RedisContainer, items: list[bytes], queue: str = "logs_queue") -> None:
    """Queue items in order, as the collector does."""
    with client(redis) as connected:
        connected.lpush(queue, *items)


def push_entries(redis: RedisContainer, numbers: range) -> list[str]:
    """Queue an entry for each number, in order; returns their ids."""
    push(redis, [json.dumps(entry(number)).encode() for number in numbers])
    return [f"id-{number}" for number in numbers]


def oldest_first(redis: RedisContainer, name: str) -> list[bytes]:
    """A list, in the order in which its entries will be taken."""
    with client(redis) as connected:
        return cast(list[bytes], connected.lrange(name, 0, -1))[::-1]


def ids_on(redis: RedisContainer, name: str) -> list[str]:
    """The ids of the entries on a list, oldest first."""
    return [json.loads(item)["id"] for item in oldest_first(redis, name)]


def dead(redis: RedisContainer) -> list[dict[str, Any]]:
    """The documents on the list of the dead, oldest first."""
    return [json.loads(item) for item in oldest_first(redis, "logs_dead")]


def until(holds: Callable[[], bool], seconds: float = 60) -> None:
    """Return once `holds` says so; fail when it never does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.05)


def environment_of(**settings: str) -> dict[str, str]:
    """For a process: its settings, and what any needs."""
    return {"PATH": os.environ["PATH"], **settings}
