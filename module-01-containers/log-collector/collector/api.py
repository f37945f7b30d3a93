"""Everything that is not called for every log: health, metrics, documentation. Plain FastAPI."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Literal

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from collector import metrics as metrics_module
from collector.metrics import Metrics
from collector.openapi import describe_routes
from collector.problems import MEDIA_TYPE, Problem
from collector.queues import Queue, QueueUnavailable
from collector.settings import Settings

_HEALTH_TIMEOUT = 0.8  # seconds: whoever asks gets an answer within 1 s, however the queue fails

_DESCRIPTION = """Takes logs, one or many, and puts them on a queue.

`202` means that the entries are safe on the queue. Every other answer means that none of them was accepted: send them
again, after `Retry-After` seconds where it says so. Every error is a
[problem](https://www.rfc-editor.org/rfc/rfc9457) of one shape.
"""


class QueueHealth(BaseModel):
    """The queue, as seen just now."""

    backend: Literal["redis", "memory"]
    length: int | None = Field(description="entries on it; null: it is out of reach")
    error: str | None = Field(None, description="why it is out of reach")


class Health(BaseModel):
    """Whether logs can be taken."""

    status: Literal["ok", "unavailable"] = Field(examples=["ok"])
    queue: QueueHealth = Field(examples=[{"backend": "redis", "length": 0, "error": None}])


class Liveness(BaseModel):
    """Whether the process answers."""

    status: Literal["ok"] = "ok"


def make_api(queue: Queue, settings: Settings, metrics: Metrics) -> FastAPI:
    """The FastAPI application; its lifespan opens and closes the queue."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        queue.open()
        yield
        await queue.close()

    api = FastAPI(title="Sentinel log-collector", version="1", description=_DESCRIPTION, lifespan=lifespan)
    api.add_exception_handler(HTTPException, _answer_problem)
    _add_health(api, queue, settings)

    @api.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    async def read_metrics() -> Response:
        """What Prometheus scrapes."""
        return Response(metrics.text(), media_type=metrics_module.MEDIA_TYPE)

    describe_routes(api, settings)
    return api


def _add_health(api: FastAPI, queue: Queue, settings: Settings) -> None:
    @api.get("/health", response_model=Health, responses={503: {"model": Health, "description": "Redis is away"}})
    async def health(response: Response) -> Health:
        """Whether a log sent now would be accepted: for load balancers, readiness probes and `docker ps`."""
        found = await _look_at(queue, settings)
        if found.error is None:
            return Health(status="ok", queue=found)
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        response.headers["retry-after"] = str(settings.retry_after)
        return Health(status="unavailable", queue=found)

    @api.get("/health/live")
    async def live() -> Liveness:
        """Whether the process answers at all: a restart mends nothing else, so nothing else is looked at."""
        return Liveness()


async def _look_at(queue: Queue, settings: Settings) -> QueueHealth:
    try:
        async with asyncio.timeout(_HEALTH_TIMEOUT):
            return QueueHealth(backend=settings.queue_backend, length=await queue.length(), error=None)
    except QueueUnavailable as error:
        reason = str(error)
    except TimeoutError:
        reason = f"no answer within {_HEALTH_TIMEOUT} s"
    return QueueHealth(backend=settings.queue_backend, length=None, error=reason)


async def _answer_problem(_: Request, error: Exception) -> Response:
    """FastAPI's own errors (404, 405) in the shape of all the others."""
    assert isinstance(error, HTTPException)
    problem = Problem(HTTPStatus(error.status_code), str(error.detail))
    return Response(problem.body(), error.status_code, dict(error.headers or {}), media_type=MEDIA_TYPE)
