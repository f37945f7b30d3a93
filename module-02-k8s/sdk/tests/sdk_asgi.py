"""Calls ASGI applications as a server does, in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sdk_backend import Backend
from sdk_event import StrictEvent
from sentinel_sdk import Sentinel, Settings

App = Callable[..., Awaitable[None]]
Headers = list[tuple[bytes, bytes]]
QUICK = {"batch_seconds": 0.05, "backoff_seconds": 0.01, "backoff_longest": 0.05, "breaker_seconds": 0.1}


@contextmanager
def sentinel_for(url: str, before_send: Any = None, **settings: Any) -> Iterator[Sentinel]:
    """A Sentinel with short times, closed at the end."""
    chosen: dict[str, Any] = {**QUICK, "service_name": "shop", **settings}
    sentinel = Sentinel(Settings(url, **chosen), before_send)
    yield sentinel
    sentinel.close(0)


def scope_of(path: str = "/", headers: Headers | None = None, method: str = "GET", **more: Any) -> dict[str, Any]:
    """As Uvicorn makes it."""
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
        "path": path, "raw_path": path.encode("utf-8", "surrogatepass"), "query_string": b"", "root_path": "",
        "headers": headers or [], "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 2), **more,
    }  # fmt: skip


async def call(app: App, *paths: str, headers: Headers | None = None, **more: Any) -> list[dict[str, Any]]:
    """One request after the other; returns all messages that the server would have got."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    for path in paths:
        await app(scope_of(path, headers, **more), receive, send)
    return sent


def ask(app: App, *paths: str, headers: Headers | None = None, **more: Any) -> list[dict[str, Any]]:
    """`call`, in an event loop of its own."""
    return asyncio.run(call(app, *paths, headers=headers, **more))


def delivered(sentinel: Sentinel, backend: Backend) -> list[StrictEvent]:
    """What the backend has of it, once everything is there."""
    assert sentinel.flush(10), sentinel.stats()
    with backend.lock:
        return list(backend.taken)


def adds_up(sentinel: Sentinel, recorded: int) -> None:
    """Every request is somewhere, once."""
    stats = sentinel.stats()
    assert stats.sent + sum(stats.dropped.values()) + stats.queued == recorded == stats.recorded, stats


def answering(status: int = 200) -> App:
    """An application that answers everything alike."""

    async def app(_: Any, __: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"answer"})

    return app
