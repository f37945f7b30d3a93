"""Attempts to have a broken stack taken for a mended one."""

from __future__ import annotations

from ..mutants.mutant import Patch
from ..mutants.task_7 import COMPOSE, DOOR, LIMIT, PRICES, QUEUE, SHOP, TAKES_CODE
from .attempt import Attempt

ALL = tuple(f"m1.repair_{what}" for what in ("host_name", "port", "volume", "stale_image", "memory"))

#: Knows where the given service listens, and answers as it would, out of thin air.
_FAKE_SEARCH = """\
import http.server, json
class Fake(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        n = self.path.rpartition("=")[2]
        self.send_response(200); self.end_headers()
        self.wfile.write(json.dumps({"count": 1, "titles": ["the silent garden " + n]}).encode())
http.server.HTTPServer(("", 8080), Fake).serve_forever()
"""
#: Takes orders, says so, and drops them.
_FAKE_SHOP = """\
import http.server, json
class Fake(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.send_response(202); self.end_headers()
        self.wfile.write(json.dumps({"id": "0" * 32}).encode())
    do_GET = do_POST
http.server.HTTPServer(("", 8080), Fake).serve_forever()
"""
#: Ends every Redis near it, for ever.
_ENDS_ALL = """\
import socket, time
network = socket.gethostbyname(socket.gethostname()).rpartition(".")[0]
while True:
    for number in range(1, 16):
        try:
            socket.create_connection((f"{network}.{number}", 6379), 0.05).sendall(b"SHUTDOWN NOSAVE\\r\\n")
        except OSError:
            pass
    time.sleep(0.01)
"""


def _runs(service: str, code: str) -> str:
    """A service that is no part of the shop, and runs this."""
    return f"  {service}:\n    image: python:3.13-slim\n{_command(code)}\n"


def _command(code: str) -> str:
    lines = "".join(f"        {line}\n" for line in code.splitlines())
    return f"    command:\n      - python\n      - -c\n      - |\n{lines}"


def _instead(code: str, after: str, new: str = "") -> Patch:
    """Behind the line `after`, or what is `new` in its place, another command for the service."""
    return {COMPOSE: (after, f"{new or after}{_command(code)}")}


ATTEMPTS = [
    Attempt(
        "shop-that-only-says-so",
        "In the shop's place something takes every order, says so, and forgets it.",
        {"m1.repair_host_name": "order_lost"},
        _instead(_FAKE_SHOP, SHOP),
        ALL,
    ),
    Attempt(
        "search-without-a-catalogue",
        "In the place of the search something answers what is asked, in next to no memory, below the old limit.",
        {"m1.repair_memory": "not_in_memory"},
        _instead(_FAKE_SEARCH, LIMIT, LIMIT.replace("256", "32")),
        ALL,
    ),
    Attempt(
        "version-by-argument",
        "The old release stays, and its BUILD is written by the recipe, by hand.",
        {"m1.repair_stale_image": "old_build"},
        {PRICES: (TAKES_CODE, "COPY prices/release /service/prices\nRUN echo 1.1.0 > prices/BUILD\n")},
        ALL,
    ),
    Attempt(
        "port-of-another-machine",
        "The port is published where the engine's own machine would have to give it.",
        dict.fromkeys(ALL, "refused"),
        {COMPOSE: (DOOR, '"127.0.0.1:8012:8080"]\n    network_mode: host\n    expose: ["8080"')},
        ALL,
    ),
    Attempt(
        "guest-that-ends-the-queue",
        "A service that was added ends every Redis that it can find.",
        {"m1.repair_host_name": "POST /orders", "m1.repair_volume": "not written down"},
        {COMPOSE: (QUEUE, _runs("helper", _ENDS_ALL) + QUEUE)},
        ALL,
    ),
    Attempt(
        "guest-that-eats",
        "A service that was added takes all the memory and the processor that it can get. It gains nothing by it.",
        {},
        {COMPOSE: (QUEUE, _runs("helper", "held = [bytearray(10**6)]\nwhile True: held += held[:100]\n") + QUEUE)},
        ALL,
    ),
]
