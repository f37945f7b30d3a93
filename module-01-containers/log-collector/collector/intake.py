"""POST /logs and POST /logs/batch, from request to answer.

A plain ASGI application, since it is called for every log: routing, models and dependencies of FastAPI would take
several times as long as all that is done here (`./sentinel bench ingest`). FastAPI serves everything else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from http import HTTPStatus
from time import perf_counter
from typing import NamedTuple

from msgspec.json import encode

from collector.buffer import Buffer
from collector.deadline import Deadline
from collector.entries import new_ids, to_queue
from collector.formats import JSON, JSON_ARRAY, NDJSON, Format
from collector.metrics import Metrics
from collector.oddities import is_suspect
from collector.problems import MEDIA_TYPE, Problem
from collector.queues import Queue, QueueFull, QueueUnavailable
from collector.request import (
    ClientGoneError,
    Formats,
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
from collector.settings import Settings

RawHeaders = Iterable[tuple[bytes, bytes]]

_ACCEPTED: RawHeaders = ((b"content-type", b"application/json"),)
_logger = logging.getLogger(__name__)


class Route(NamedTuple):
    """What differs between the two: the formats, and the answer to ids."""

    path: str
    formats: Formats
    answer: Callable[[list[str]], dict[str, object]]


ROUTES = (
    Route("/logs", {"application/json": JSON}, lambda ids: {"id": ids[0], "status": "queued"}),
    Route(
        "/logs/batch",
        {"application/json": JSON_ARRAY, "application/x-ndjson": NDJSON},
        lambda ids: {"ids": ids, "status": "queued"},
    ),
)


class Intake:
    """One of the routes."""

    def __init__(self, route: Route, queue: Queue, settings: Settings, buffer: Buffer, metrics: Metrics) -> None:
        self._route = route
        self._queue = queue
        self._settings = settings
        self._api_key = settings.api_key.encode()
        self._buffer = buffer
        self._deadline = Deadline(settings.body_timeout)
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request: 202, or a problem."""
        started = perf_counter()
        try:
            status, body, headers = HTTPStatus.ACCEPTED, await self._accept(scope, receive), _ACCEPTED
        except Problem as problem:
            status, body, headers = problem.status, problem.body(), _problem_headers(problem)
        except ClientGoneError:
            return
        await _respond(send, status, body, headers)
        seconds = perf_counter() - started
        self._metrics.answered(self._route.path, status, seconds)
        if self._settings.access_log:
            _logger.info("answered", extra={"path": self._route.path, "status": status, "seconds": round(seconds, 6)})

    async def _accept(self, scope: Scope, receive: Receive) -> bytes:
        if scope["method"] != "POST":
            raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, "Only POST is answered here", headers={"allow": "POST"})
        headers: Headers = dict(scope["headers"])
        check_key(headers, self._api_key)
        form = choose_format(headers, self._route.formats)
        tenant = tenant_of(headers)
        with self._buffer.hold() as held:
            body = read_body(headers, receive, held, self._deadline, self._settings.max_body_bytes)
            ids, items = self._prepare(await body, form, tenant)  # and the body is forgotten before the wait
            await self._push(items)
        return encode(self._route.answer(ids))

    def _prepare(self, body: bytes, form: Format, tenant: str | None) -> tuple[list[str], list[bytes]]:
        """Ids for the entries in a body, and the entries as they go on the queue."""
        entries = form.read(body)
        if len(entries) > self._settings.max_batch_entries:
            raise too_large(
                f"The batch has {len(entries)} entries; at most {self._settings.max_batch_entries} go in one"
            )
        ids = new_ids(len(entries))
        items = to_queue(entries, ids, tenant)
        if is_suspect(body, entries, items):
            form.look_closer(body)
        return ids, items

    async def _push(self, items: list[bytes]) -> None:
        """Queue them all; an answer of 202 comes after this, never before."""
        try:
            length = await self._queue.push(items)
        except QueueFull:
            raise self._unavailable(f"The queue holds its {self._settings.max_queue_length} entries") from None
        except QueueUnavailable as error:
            raise self._unavailable(f"The queue did not confirm: {error}") from None
        self._metrics.queued(len(items), length)

    def _unavailable(self, detail: str) -> Problem:
        headers = {"retry-after": str(self._settings.retry_after)}
        return Problem(HTTPStatus.SERVICE_UNAVAILABLE, f"{detail}; not accepted, send it again", headers=headers)


def _problem_headers(problem: Problem) -> RawHeaders:
    headers = {"content-type": MEDIA_TYPE, **problem.headers}
    return [(name.encode(), value.encode()) for name, value in headers.items()]


async def _respond(send: Send, status: HTTPStatus, body: bytes, headers: RawHeaders) -> None:
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": int(status), "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
