"""One log through the stage: posted as a client would, and looked up in Redis."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass
from typing import Any

from sentinel_grader.environment import ports, shell
from sentinel_grader.environment.problem import Problem
from sentinel_grader.environment.stages import Stage

#: What a hand would type in Python inside the collector's own container, where its port cannot be reached from here.
_POST = """
import sys, urllib.request
headers = {"content-type": "application/json"}
request = urllib.request.Request("http://127.0.0.1:8000/logs", sys.argv[1].encode(), headers)
print(urllib.request.urlopen(request, timeout=5).read().decode())
"""


@dataclass(frozen=True)
class Sent:
    """A log that was accepted: the id that the collector gave it."""

    id: str


def example(message: str) -> dict[str, str]:
    return {"service_name": "welcome", "level": "INFO", "message": message}


def curl(port: int) -> str:
    """The command by which a person posts a log."""
    body = '{"service_name":"shop","level":"ERROR","message":"no stock"}'
    return f"curl -i localhost:{port}/logs -H 'content-type: application/json' -d '{body}'"


def post(port: int, entry: dict[str, str], *, within: float = 5.0) -> Sent:
    """POST `entry` to the collector at this machine's `port`. Raises OSError, ValueError or KeyError."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/logs", json.dumps(entry).encode(), {"content-type": "application/json"}
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy to ourselves
    with opener.open(request, timeout=within) as reply:
        return Sent(json.load(reply)["id"])


def is_live(port: int) -> bool:
    """Whether a collector answers at this machine's `port`."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/health/live", timeout=2) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


#: The latest events, asked for in the backend's own container, wherever its engine is.
_EVENTS = """
import urllib.request
print(urllib.request.urlopen("http://127.0.0.1:3000/api/v1/debug/events?window=5&limit=100", timeout=5).read().decode())
"""


def send_through(stage: Stage) -> str:
    """Send one log through the running stage and return it as it was found at its end: in Redis, later in the backend.
    Raises Problem if it does not arrive."""
    entry = example(f"hello from ./sentinel up {uuid.uuid4().hex[:8]}")
    sent = _post_to(stage, entry)
    until = time.monotonic() + 5
    while time.monotonic() < until:
        for line in _queue(stage) if stage.number == 1 else _events(stage):
            if sent.id in line:
                return line
        time.sleep(0.1)
    raise _lost(stage, sent)


def _lost(stage: Stage, sent: Sent) -> Problem:
    if stage.number > 1:
        return Problem(
            f"The collector accepted the log {sent.id}, and yet the backend does not have it.",
            "What the processor says: docker compose -p sentinel logs log-processor",
        )
    return Problem(
        f"The collector accepted the log {sent.id}, and yet it is not in the queue.",
        "Is somebody else reading logs_queue? Look: docker compose exec redis-queue redis-cli monitor",
    )


def _post_to(stage: Stage, entry: dict[str, str]) -> Sent:
    """From this machine if its port is reached from here; else, for an engine far away, from inside."""
    try:
        return post(ports.chosen(), entry)
    except (OSError, ValueError, KeyError) as unreachable:
        command = [*stage.compose, "exec", "--no-TTY", "log-collector", "python", "-c", _POST, json.dumps(entry)]
        status, out, error = shell.answer(command)
        if status != 0:
            raise Problem(f"The log could not be posted: {unreachable}.", error.strip()[-500:]) from unreachable
        return Sent(json.loads(out)["id"])


def _queue(stage: Stage) -> list[str]:
    """The entries on `logs_queue`, newest first, at most ten."""
    command = [
        *stage.compose,
        "exec",
        "--no-TTY",
        "redis-queue",
        "redis-cli",
        "--json",
        "lrange",
        "logs_queue",
        "0",
        "9",
    ]
    status, out, _ = shell.answer(command)
    value: Any = json.loads(out) if status == 0 and out.strip() else []
    return [str(entry) for entry in value] if isinstance(value, list) else []


def _events(stage: Stage) -> list[str]:
    """The backend's latest events, newest first, each as JSON."""
    status, out, _ = shell.answer([*stage.compose, "exec", "--no-TTY", "backend", "python", "-c", _EVENTS])
    value: Any = json.loads(out) if status == 0 and out.strip() else {}
    return [json.dumps(event) for event in value.get("events", [])]
