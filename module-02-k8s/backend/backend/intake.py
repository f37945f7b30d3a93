"""POST /api/v1/events, from request to answer.

A plain ASGI application, since it is called for every event: routing, models and dependencies of FastAPI would take
several times as long as all that is done here. FastAPI serves everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from http import HTTPStatus
from time import perf_counter

from msgspec.json import encode

from backend.buffer import Buffer
from backend.events import FiledEvent, added_marks, file_events, stored_marks
from backend.formats import Format
from backend.metrics import Metrics
from backend.oddities import is_suspect
from backend.problems import MEDIA_TYPE, Problem
from backend.request import (
    ClientGoneError,
    Headers,
    Receive,
    Scope,
    Send,
    check_key,
    choose_format,
    read_body,
    tenant_of,
    too_large,
)
from backend.settings import Settings
from backend.stores import Added, Clock, EventStore, StoreUnavailable

RawHeaders = Iterable[tuple[bytes, bytes]]

_ACCEPTED: RawHeaders = ((b"content-type", b"application/json"),)


class Intake:
    """The route that takes events."""

    def __init__(self, store: EventStore, settings: Settings, clock: Clock, buffer: Buffer, metrics: Metrics) -> None:
        self._store = store
        self._settings = settings
        self._api_key = settings.api_key.encode()
        self._retention = settings.event_ttl_seconds * 1000
        self._clock = clock
        self._buffer = buffer
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: 202, or a problem."""
        try:
            status, body, headers = HTTPStatus.ACCEPTED, await self._accept(scope, receive), _ACCEPTED
        except Problem as problem:
            status, body, headers = problem.status, problem.body(), _problem_headers(problem)
        except ClientGoneError:
            return
        await _respond(send, status, body, headers)

    async def _accept(self, scope: Scope, receive: Receive) -> bytes:
        if scope["method"] != "POST":
            raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, "Only POST is answered here", headers={"allow": "POST"})
        headers: Headers = dict(scope["headers"])
        check_key(headers, self._api_key)
        form = choose_format(headers)
        tenant = tenant_of(headers)
        with self._buffer.hold() as held:
            body = read_body(headers, receive, held, self._settings.body_timeout, self._settings.max_body_bytes)
            events = self._prepare(await body, form, tenant)  # and the body is forgotten before the wait
            added = await self._add(events)
        return encode(
            {"accepted": added.accepted, "duplicates": added.duplicates, "ids": [event.id for event in events]}
        )

    def _prepare(self, body: bytes, form: Format, tenant: str | None) -> list[FiledEvent]:
        """The events in a body, as they go into the store."""
        try:
            events = form.read(body)
            if len(events) > self._settings.max_batch_events:
                most = self._settings.max_batch_events
                raise too_large(f"The batch has {len(events)} events; at most {most} go in one")
            added = added_marks(events, tenant)
            filed = file_events(events, tenant, self._clock(), self._retention)
            if is_suspect(body, stored_marks(filed) - added):
                form.look_closer(body)
        except Problem as problem:
            self._metrics.refused(max(1, len(problem.faults)))
            raise
        return filed

    async def _add(self, events: Sequence[FiledEvent]) -> Added:
        """Keep them all; an answer of 202 comes after this, never before."""
        started = perf_counter()
        try:
            added = await self._store.add(events)
        except StoreUnavailable as error:
            detail = f"The store did not confirm: {error}; not accepted, send it again"
            headers = {"retry-after": str(self._settings.retry_after)}
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=headers) from None
        finally:
            self._metrics.asked("add", perf_counter() - started)
        self._metrics.added(added)
        return added


def _problem_headers(problem: Problem) -> RawHeaders:
    headers = {"content-type": MEDIA_TYPE, **problem.headers}
    return [(name.encode(), value.encode()) for name, value in headers.items()]


async def _respond(send: Send, status: HTTPStatus, body: bytes, headers: RawHeaders) -> None:
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": int(status), "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
