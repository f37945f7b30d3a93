"""Everything but taking events. Plain FastAPI."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Literal

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from backend import metrics as metrics_module
from backend.metrics import Metrics
from backend.openapi import describe_routes
from backend.problems import MEDIA_TYPE, Fault, Problem, invalid
from backend.reads import add_reads
from backend.settings import Settings
from backend.stores import Clock, EventStore, StoreUnavailable

_HEALTH_TIMEOUT = 0.8  # seconds: whoever asks gets an answer within 1 s, however the store fails

_DESCRIPTION = """Takes events, one or many, keeps them for a while, and answers questions about them.

`202` means that the events are safe in the store. Every other answer means that none of them was accepted: send them
again, after `Retry-After` seconds where it says so. An event that is sent again with the same `id` counts once. Every
error is a [problem](https://www.rfc-editor.org/rfc/rfc9457) of one shape.
"""


class StoreHealth(BaseModel):
    """The store, as seen just now."""

    storage: str = Field(description="what EVENT_STORAGE names")
    error: str | None = Field(None, description="why it is out of reach")


class Health(BaseModel):
    """Whether events can be taken."""

    status: Literal["ok", "unavailable"] = Field(examples=["ok"])
    store: StoreHealth = Field(examples=[{"storage": "redis", "error": None}])


class Liveness(BaseModel):
    """Whether the process answers."""

    status: Literal["ok"] = "ok"


def make_api(store: EventStore, settings: Settings, clock: Clock, metrics: Metrics) -> FastAPI:
    """The FastAPI application; its lifespan opens and closes the store."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await store.open()
        yield
        await store.close()

    api = FastAPI(title="Sentinel backend", version="1", description=_DESCRIPTION, lifespan=lifespan)

    async def answer_problem(_: Request, error: Exception) -> Response:
        problem = _as_problem(error, settings.retry_after)
        return Response(problem.body(), problem.status, problem.headers, media_type=MEDIA_TYPE)

    for kind in (HTTPException, RequestValidationError, StoreUnavailable):
        api.add_exception_handler(kind, answer_problem)
    add_reads(api, store, settings, clock, metrics)
    _add_health(api, store, settings)

    @api.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    async def read_metrics() -> Response:
        """What Prometheus scrapes."""
        return Response(metrics.text(await _held(store)), media_type=metrics_module.MEDIA_TYPE)

    describe_routes(api, settings)
    return api


def _add_health(api: FastAPI, store: EventStore, settings: Settings) -> None:
    @api.get("/health", response_model=Health, responses={503: {"model": Health, "description": "The store is away"}})
    async def health(response: Response) -> Health:
        """Whether an event sent now would be accepted: for load balancers, readiness probes and `docker ps`."""
        error = await _look_at(store)
        found = StoreHealth(storage=settings.event_storage, error=error)
        if error is None:
            return Health(status="ok", store=found)
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        response.headers["retry-after"] = str(settings.retry_after)
        return Health(status="unavailable", store=found)

    @api.get("/health/live")
    async def live() -> Liveness:
        """Whether the process answers at all: a restart mends nothing else, so nothing else is looked at."""
        return Liveness()


async def _look_at(store: EventStore) -> str | None:
    """Why the store is out of reach; None: it is not."""
    try:
        async with asyncio.timeout(_HEALTH_TIMEOUT):
            await store.is_well()
    except StoreUnavailable as error:
        return str(error)
    except TimeoutError:
        return f"no answer within {_HEALTH_TIMEOUT} s"
    return None


async def _held(store: EventStore) -> int | None:
    """How many events the store holds; None: it is away, which is no reason to give no metrics."""
    try:
        async with asyncio.timeout(_HEALTH_TIMEOUT):
            return (await store.stats()).events
    except (StoreUnavailable, TimeoutError):
        return None


def _as_problem(error: Exception, retry_after: int) -> Problem:
    """FastAPI's own errors (404, 405, 422) and the store's in the shape of all the others."""
    if isinstance(error, RequestValidationError):
        return invalid([Fault(str(fault["msg"]), field=str(fault["loc"][-1])) for fault in error.errors()])
    if isinstance(error, HTTPException):
        return Problem(HTTPStatus(error.status_code), str(error.detail), headers=dict(error.headers or {}))
    headers = {"retry-after": str(retry_after)}
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, f"The store did not answer: {error}", headers=headers)
