"""The ASGI middleware: sees a request begin and its response end, and keeps out of the way between.

Starlette's BaseHTTPMiddleware runs the application in a task of its own and hands each message on through a stream.
This one hands on the server's own `receive`, and in place of `send` a function that has a look at each message: nothing
is copied, held back or awaited.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from sentinel_sdk.batches import BeforeSend
from sentinel_sdk.client import Sentinel
from sentinel_sdk.events import LONGEST_METHOD
from sentinel_sdk.headers import LONGEST_TENANT, LONGEST_TRACEPARENT
from sentinel_sdk.routes import LONGEST, template_of
from sentinel_sdk.transport import PATH, USER_AGENT

# Starlette, asgiref and others each have types of their own for these; `Any` fits all of them.
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_FLUSH_POLL = 0.01  # seconds
_BODIES = frozenset(("http.response.body", "http.response.pathsend"))
_CLIENT_CLOSED_REQUEST = 499  # as nginx logs it
_CANCELLED = ("CancelledError", "Cancelled", "ClientDisconnect")  # asyncio's, Trio's, Starlette's


class SentinelMiddleware:
    """Records one event for each HTTP request; everything else passes.

    Args:
        sentinel: what takes the events; hold on to it for `stats` and `flush`, and to set more than is set here.
            Default: one of its own, set by the environment, with the next two.
        service_name: what the application is called in Sentinel.
        before_send: see Sentinel.

    Raises:
        SettingsError: the name is none.
    """

    def __init__(
        self,
        app: App,
        sentinel: Sentinel | None = None,
        *,
        service_name: str | None = None,
        before_send: BeforeSend | None = None,
    ) -> None:
        self.app = app
        named = {} if service_name is None else {"service_name": service_name}
        self.sentinel = sentinel or Sentinel.from_environment(before_send, **named)
        chosen = self.sentinel.settings
        self._enabled = self.sentinel.enabled
        self._excluded = frozenset(chosen.excluded_paths)
        self._doubtful = self._excluded | {urlsplit(chosen.ingestion_url).path.rstrip("/") + PATH}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or a connection, or the lifespan."""
        doubtful = scope.get("path") in self._doubtful
        if scope["type"] != "http" or not self._enabled or (doubtful and self._passes(scope)):
            await self.app(scope, receive, self._flushing(send) if scope["type"] == "lifespan" else send)
            return
        started = perf_counter()
        status = 0
        took = 0.0  # until the last message of the response; 0: it has not come
        recorded = False

        def watched(message: Message) -> Awaitable[None]:
            """No coroutine of its own: it returns the server's."""
            nonlocal status, took, recorded
            try:
                kind = message["type"]
                if kind == "http.response.start":
                    status = message["status"]
                elif kind in _BODIES and not message.get("more_body"):
                    took = perf_counter() - started
                    if status < 500 and not recorded:  # of an error, the exception may be still to come
                        recorded = True
                        self._record(scope, took, status, None)
            except Exception:
                self.sentinel.count_internal_error()
            return send(message)

        try:
            await self.app(scope, receive, watched)
        except BaseException as error:
            if not recorded:
                self._record_unusual(scope, took or perf_counter() - started, status, not took, error)
            raise
        if not recorded:
            self._record_unusual(scope, took or perf_counter() - started, status, not took, None)

    def _passes(self, scope: Scope) -> bool:
        """Whether a request is not recorded: an excluded path, or Sentinel's own post. Where a backend watches itself,
        each post would be followed by another, for ever."""
        own = (b"user-agent", USER_AGENT.encode())
        return scope["path"] in self._excluded or own in [(name, value) for name, value in scope["headers"]]

    def _record_unusual(
        self, scope: Scope, took: float, status: int, cut_off: bool, error: BaseException | None
    ) -> None:
        """What is not a whole response below 500.

        Args:
            cut_off: the last message of the response never came.
            error: what the application raised.
        """
        attributes: dict[str, Any] = {}
        cancelled = type(error).__name__ in _CANCELLED
        if error is not None:
            attributes["cancelled" if cancelled else "exception"] = _name_of(type(error))
        if cut_off and status:
            attributes["incomplete"] = True
        usual = _CLIENT_CLOSED_REQUEST if cancelled else 500  # a server answers 500 for an application that is silent
        self._record(scope, took, status or usual, attributes or None)

    def _record(self, scope: Scope, took: float, status: int, attributes: dict[str, Any] | None) -> None:
        """Queue what is known. Of what strangers sent, no more than can be used: the queue may be long."""
        try:
            tenant = traceparent = None
            for name, value in scope["headers"]:
                if name == b"x-tenant-id":
                    tenant = value if len(value) <= LONGEST_TENANT else b""
                elif name == b"traceparent":
                    traceparent = value if len(value) <= LONGEST_TRACEPARENT else value[: LONGEST_TRACEPARENT + 1]
            method = scope["method"]
            if len(method) > LONGEST_METHOD:
                method = method[:LONGEST_METHOD]
            template = template_of(scope)
            path = "" if template is not None else scope["path"][:LONGEST]
            failed = status >= 500 or attributes is not None
            record = (time.time(), took, method, status, template, path, tenant, traceparent, attributes)
            self.sentinel.record(record, failed)
        except Exception:
            self.sentinel.count_internal_error()

    def _flushing(self, send: Send) -> Send:
        async def flushing(message: Message) -> None:
            if message["type"] in ("lifespan.shutdown.complete", "lifespan.shutdown.failed"):
                await self._flush()
            await send(message)

        return flushing

    async def _flush(self) -> None:
        """Wait, as long as `flush_timeout` says, without keeping the event loop from anything else."""
        try:
            asyncio.get_running_loop()
        except RuntimeError:  # Trio: nothing but the end is left to do there
            self.sentinel.flush()
            return
        flush = self.sentinel.begin_flush()
        longest, started = self.sentinel.longest_flush, time.monotonic()
        while not flush.is_over() and time.monotonic() - started < longest:
            await asyncio.sleep(_FLUSH_POLL)
        self.sentinel.left_at_exit = max(0.0, longest - (time.monotonic() - started))


def _name_of(kind: type[BaseException]) -> str:
    """`ValueError`, `shop.errors.SoldOut`."""
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
