"""Attempts with a stack: names and labels of others, what is refused of Compose, and harm to those around."""

from __future__ import annotations

import json
import shlex

from sentinel_grader import course

from ..mutants.mutant import Swap
from ..mutants.task_5 import COMPOSE, DEPENDS, PORTS
from .attempt import Attempt

TASK = tuple(course.select("1.5"))
UP = frozenset({"m1.compose_up"})
_END = '      options: { max-size: 10m, max-file: "3" }\n'
#: As many processes as there may be, which then do nothing.
_FORKS = """\
import os, time
while True:
    try:
        if not os.fork():
            time.sleep(600)
    except OSError:
        time.sleep(600)
"""
#: Deep, half of a pair, a number of many digits, and long: each of them again and again. Compose takes $$ for $.
_ON_THE_QUEUE = """\
import socket, time
ENTRIES = [b'[' * 50000, b'{"id": "\\\\ud800"}', b'9' * 5000, b'{"id": "' + b'x' * 500000 + b'"}']
while True:
    try:
        with socket.create_connection(("redis-queue", 6379), 2) as redis:
            for entry in ENTRIES:
                redis.sendall(b"*3\\r\\n$$5\\r\\nLPUSH\\r\\n$$10\\r\\nlogs_queue\\r\\n")
                redis.sendall(b"$$%d\\r\\n%s\\r\\n" % (len(entry), entry))
                redis.recv(100)
    except OSError:
        pass
    time.sleep(0.5)
"""


def _service(lines: str) -> Swap:
    """One more service."""
    return _END, f"{_END}\n{lines}"


def _neighbour(line: str, more: str = "") -> Swap:
    """A service beside the alerter that runs a line of shell."""
    return _service(f"  neighbour:\n    image: python:3.13-slim\n    command: [sh, -c, {json.dumps(line)}]\n{more}")


def _refused(name: str, what: str, code: str, *swaps: Swap) -> Attempt:
    return Attempt(name, what, {"m1.compose_up": code}, {COMPOSE: swaps}, TASK)


def _first(code: str) -> Swap:
    """Some Python at the alerter's start, before it serves."""
    return PORTS, f"{PORTS}    command: [sh, -c, 'python -c \"{code}\"; exec python -m alerter']\n"


ATTEMPTS = [
    _refused(
        "shadows-redis",
        "A service of its own takes the name redis-queue as well, to get what is meant for it.",
        "name_of_another",
        _service("  cache:\n    image: redis:8\n    networks: { sentinel-net: { aliases: [redis-queue] } }\n"),
    ),
    _refused(
        "looks-like-the-graders",
        "A service carries the label by which the grader finds what is its own, of another run.",
        "reserved_name",
        (PORTS, f"{PORTS}    labels: {{ io.sentinel.run: '0123456789' }}\n"),
    ),
    _refused(
        "program-of-the-machine",
        "A service is no container, but a program of the machine that grades.",
        "provider",
        _service("  tool:\n    provider: { type: touch, options: { file: /tmp/forged } }\n"),
    ),
    _refused(
        "volume-that-binds",
        "A volume with a name is the machine's own folder, by an option of its driver.",
        "bind_mount",
        (PORTS, f"{PORTS}    volumes: ['all:/all']\n"),
        _service("volumes:\n  all: { driver_opts: { type: none, o: bind, device: / } }\n"),
    ),
    Attempt(
        "agent-beside-the-agent",
        "A service is called as the grader's own containers are, and publishes the port of a stage that runs.",
        {},
        {COMPOSE: (_service("  agent:\n    image: python:3.13-slim\n    command: sleep infinity\n    restart: always\n"
                            "    networks: { sentinel-net: { aliases: [sentinel-agent, watcher] } }\n"),
                   (PORTS, '    ports: ["127.0.0.1:8000:8001"]\n'))},
        TASK,
    ),
    Attempt(
        "well-whatever-happens",
        "The health check of the Compose file says well at once, so that nobody has to wait for Redis.",
        {"m1.compose_up": "out_of_order"},
        {COMPOSE: (DEPENDS, "    healthcheck: { test: exit 0 }\n")},
        TASK,
        judged=UP,
    ),
    Attempt(
        "neighbour-that-eats",
        "A service beside the alerter takes memory until nobody has any.",
        {"m1.compose_up": "eater"},
        {COMPOSE: _service("  eater:\n    image: python:3.13-slim\n"
                           "    command: [python, -c, 'x = [bytearray(b\"x\") * (1 << 24) for _ in range(4096)]']\n")},
        ("m1.compose_up",),
        judged=UP,
    ),
    Attempt(
        "neighbour-that-fills-the-disk",
        "A service beside the alerter writes to its own layer without end, and is never ready.",
        {"m1.compose_up": "disk_filled", "m1.log_flow": "disk_filled"},
        {COMPOSE: _neighbour("cat /dev/zero > /filled", "    healthcheck: { test: exit 1 }\n")},
        TASK,
    ),
    Attempt(
        "neighbour-that-forks",
        "A service beside the alerter forks until nobody may any more.",
        {},
        {COMPOSE: _neighbour(f"exec python -c {shlex.quote(_FORKS)}")},
        TASK,
    ),
    Attempt(
        "neighbour-that-prints",
        "A service beside the alerter prints half a gigabyte, workflow commands among it.",
        {},
        {COMPOSE: _neighbour("yes '::error title=forged::forged ]]>' | head -c 500000000; sleep 600")},
        TASK,
    ),
    Attempt(
        "command-that-speaks-of-the-disk",
        "The command that cannot be started is called as engines say that their disk is full.",
        {"m1.compose_up": "no space left on device", "m1.log_flow": "accepted by log-collector: 0 of"},
        {COMPOSE: (PORTS, f'{PORTS}    command: ["no space left on device"]\n')},
        TASK,
    ),
    Attempt(
        "neighbour-on-the-queue",
        "A service beside the alerter puts entries on the queue that no reader of JSON bears.",
        {},
        {COMPOSE: _neighbour("exec python -c " + shlex.quote(_ON_THE_QUEUE), "    networks: [sentinel-net]\n")},
        ("m1.compose_up", "m1.log_flow"),
    ),
    Attempt(
        "redis-that-takes-nothing",
        "Redis is told to take nothing more, so that the grader's own entries cannot be sent.",
        {"m1.log_flow": "not_accepted"},
        {COMPOSE: _first("import redis; redis.Redis(\\\"redis-queue\\\").config_set(\\\"maxmemory\\\", 1)")},
        TASK,
    ),
]  # fmt: skip
