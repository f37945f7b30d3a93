"""What watching costs the watched: `python bench.py [--rounds N] [--requests N]`.

One FastAPI application three times in one process: bare, with the SDK, and with a BaseHTTPMiddleware that does nothing.
Each is called as a server would call it, in turns, so that whatever else the machine does meets all three. The SDK
delivers all it records to a backend in a process of its own. Needs fastapi; the SDK itself needs nothing.

    request   processor time of the event loop's thread for one request: what a request waits for
    in all    that, and the processor time of the sender's thread for one event: what the machine pays
    elapsed   by the clock, the sender's turns at the interpreter's lock included; the noisiest

What is added is the median of the differences within a round: a round is so short that the machine is as busy with the
one as with the other.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from sentinel_sdk import Sentinel, SentinelMiddleware, Settings
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import Response

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]

TARGET = 1 / 20  # of what BaseHTTPMiddleware costs
_HEADERS = [
    (b"host", b"shop.example"),
    (b"user-agent", b"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"),
    (b"accept", b"application/json"),
    (b"accept-encoding", b"gzip, deflate, br"),
    (b"connection", b"keep-alive"),
    (b"x-tenant-id", b"acme"),
    (b"traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
]

# A backend that reads and answers 202, as plainly as can be: its processor time is not the subject.
_BACKEND = """
import asyncio, re
async def serve(reader, writer):
    try:
        while head := await reader.readuntil(b"\\r\\n\\r\\n"):
            await reader.readexactly(int(re.search(rb"(?i)content-length: (\\d+)", head)[1]))
            writer.write(b"HTTP/1.1 202 Accepted\\r\\ncontent-length: 2\\r\\n\\r\\n{}")
    except asyncio.IncompleteReadError:
        writer.close()
async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


class Nothing(BaseHTTPMiddleware):
    """What many an application has several of."""

    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        return await call_next(request)


@dataclass(frozen=True)
class Cost:
    """Microseconds for one request; see above."""

    request: float
    in_all: float
    elapsed: float

    def minus(self, other: Cost) -> Cost:
        """What is beyond another cost."""
        return Cost(self.request - other.request, self.in_all - other.in_all, self.elapsed - other.elapsed)


@dataclass(frozen=True)
class Outcome:
    """The costs of each round, by application."""

    costs: dict[str, list[Cost]]
    delivered: bool

    def added(self, name: str) -> Cost:
        """What a middleware costs beyond the bare application."""
        return _median([one.minus(bare) for one, bare in zip(self.costs[name], self.costs["bare"], strict=True)])

    def share(self) -> Cost:
        """What the SDK adds, divided by what BaseHTTPMiddleware adds."""
        sdk, base = self.added("sdk"), self.added("BaseHTTPMiddleware")
        return Cost(sdk.request / base.request, sdk.in_all / base.in_all, sdk.elapsed / base.elapsed)

    def table(self) -> str:
        """As it is printed."""
        rows = [(name, _median(found)) for name, found in self.costs.items()]
        rows += [(f"added by {name}", self.added(name)) for name in self.costs if name != "bare"]
        lines = [f"{'us per request':28} {'request':>9} {'in all':>9} {'elapsed':>9}"]
        lines += [f"{name:28} {cost.request:9.2f} {cost.in_all:9.2f} {cost.elapsed:9.2f}" for name, cost in rows]
        share = self.share()
        lines.append(f"{'sdk / BaseHTTPMiddleware':28} {share.request:9.3f} {share.in_all:9.3f} {share.elapsed:9.3f}")
        return "\n".join([*lines, f"target: {TARGET}; all events delivered: {'yes' if self.delivered else 'no'}"])


def application() -> FastAPI:
    """A route with a parameter and an answer in JSON."""
    app = FastAPI()

    @app.get("/users/{number}")
    async def user(number: int) -> dict[str, int]:
        return {"id": number}

    return app


def measure(rounds: int, requests: int) -> Outcome:
    """Run all of it; ten seconds or so with 300 rounds of 50."""
    backend = subprocess.Popen([sys.executable, "-c", _BACKEND], stdout=subprocess.PIPE, text=True)
    try:
        assert backend.stdout is not None
        port = int(backend.stdout.readline())
        return asyncio.run(_measure(rounds, requests, port))
    finally:
        backend.kill()
        backend.communicate()


async def _measure(rounds: int, requests: int, port: int) -> Outcome:
    sentinel = Sentinel(Settings(f"http://127.0.0.1:{port}", "bench", queue_size=1_000_000))
    bare, watched, base = application(), application(), application()
    watched.add_middleware(SentinelMiddleware, sentinel=sentinel)
    base.add_middleware(Nothing)
    apps: dict[str, App] = {"bare": bare, "sdk": watched, "BaseHTTPMiddleware": base}
    costs: dict[str, list[Cost]] = {name: [] for name in apps}
    for app in apps.values():
        await _round(app, requests)  # warms up
    sentinel.flush(10)
    sent_before, sender = sentinel.stats().sent, time.process_time() - time.thread_time()
    for number in range(rounds):
        for name in list(apps) if number % 2 else reversed(apps):
            costs[name].append(await _round(apps[name], requests))
    sentinel.flush(10)
    sender = time.process_time() - time.thread_time() - sender  # there are these two threads and no other
    sent = sentinel.stats().sent - sent_before
    sentinel.close()
    of_sender = sender / max(1, sent) * 1e6
    costs["sdk"] = [Cost(cost.request, cost.in_all + of_sender, cost.elapsed) for cost in costs["sdk"]]
    return Outcome(costs, sent == rounds * requests)


async def _round(app: App, requests: int) -> Cost:
    scopes = [_scope() for _ in range(requests)]
    elapsed, request = time.perf_counter(), time.thread_time()
    for scope in scopes:
        await app(scope, _receive, _send)
    request = (time.thread_time() - request) / requests * 1e6
    return Cost(request, request, (time.perf_counter() - elapsed) / requests * 1e6)


def _median(costs: list[Cost]) -> Cost:
    return Cost(
        *(statistics.median(getattr(cost, name) for cost in costs) for name in ("request", "in_all", "elapsed"))
    )


def _scope() -> Scope:
    """As Uvicorn makes it."""
    return {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": "/users/17", "raw_path": b"/users/17", "query_string": b"", "root_path": "",
        "headers": list(_HEADERS), "client": ("127.0.0.1", 50_000), "server": ("127.0.0.1", 4000), "state": {},
    }  # fmt: skip


async def _receive() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _send(message: Any) -> None:
    """As little as a server can do with it."""


def main() -> int:
    parser = argparse.ArgumentParser(description="What the SDK costs, beside BaseHTTPMiddleware.")
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--requests", type=int, default=50, help="in one round, for each")
    arguments = parser.parse_args()
    outcome = measure(arguments.rounds, arguments.requests)
    print(outcome.table())
    return 0 if outcome.delivered and outcome.share().request <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
