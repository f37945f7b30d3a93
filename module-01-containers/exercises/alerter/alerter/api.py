"""What the alerter answers over HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import FastAPI, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.types import Lifespan

from alerter import metrics as metrics_module
from alerter.connection import REDIS_FAILED
from alerter.metrics import Metrics
from alerter.store import AlertStore, StoredAlert
from alerter.version import VERSION, read_build

_HEALTH_TIMEOUT = 0.8  # seconds: whoever asks gets an answer within 1 s, however Redis fails
_RETRY = {"retry-after": "1"}


class Alerts(BaseModel):
    """Some alerts, in the order in which they were raised."""

    alerts: list[StoredAlert]
    next: str | None = Field(description="give this as `after` to read on, now or later; null: there was nothing yet")


class Health(BaseModel):
    """Whether alerts are raised and can be read."""

    status: Literal["ok", "unavailable"]
    error: Annotated[str | None, Field(description="why not")] = None


class Liveness(BaseModel):
    """Whether the process answers."""

    status: Literal["ok"] = "ok"


class Version(BaseModel):
    """What runs here."""

    version: str
    build: str


def make_api(
    store: AlertStore,
    metrics: Metrics,
    lifespan: Lifespan[FastAPI] | None = None,
    *,
    is_working: Callable[[], bool],
    delay: float = 0,
) -> FastAPI:
    """The ASGI application.

    Args:
        is_working: whether the worker still takes entries.
        delay: seconds by which `GET /alerts` is delayed, for tests.
    """
    api = FastAPI(title="Sentinel alerter", version=VERSION, lifespan=lifespan)
    for failure in REDIS_FAILED:
        api.add_exception_handler(failure, _answer_unavailable)
    _add_health(api, store, is_working)
    build = read_build()

    @api.get("/alerts", responses={503: {"description": "Redis is away"}})
    async def read_alerts(
        after: Annotated[str, Query(pattern=r"^(\d{1,19}-\d{1,19})?$", description="the id to read on from")] = "",
        limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
    ) -> Alerts:
        """Alerts in the order in which they were raised."""
        await asyncio.sleep(delay)
        found = await store.read(after, limit)
        return Alerts(alerts=found, next=found[-1].id if found else after or None)

    @api.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    async def read_metrics() -> Response:
        """What Prometheus scrapes."""
        return Response(metrics.text(), media_type=metrics_module.MEDIA_TYPE)

    @api.get("/version")
    async def read_version() -> Version:
        """What runs here."""
        return Version(version=VERSION, build=build)

    return api


def _add_health(api: FastAPI, store: AlertStore, is_working: Callable[[], bool]) -> None:
    @api.get("/health", responses={503: {"model": Health, "description": "not well"}})
    async def health(response: Response) -> Health:
        """Whether an error logged now would become an alert: for load balancers, readiness probes and `docker ps`."""
        error = await _look_at(store) if is_working() else "the worker has ended"
        if error is None:
            return Health(status="ok")
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        response.headers.update(_RETRY)
        return Health(status="unavailable", error=error)

    @api.get("/health/live")
    async def live() -> Liveness:
        """Whether the process answers at all: a restart mends nothing else, so nothing else is looked at."""
        return Liveness()


async def _look_at(store: AlertStore) -> str | None:
    """What is wrong with the store just now."""
    try:
        async with asyncio.timeout(_HEALTH_TIMEOUT):
            await store.check()
    except TimeoutError:
        return f"Redis: no answer within {_HEALTH_TIMEOUT} s"
    except REDIS_FAILED as error:
        return f"Redis: {error}"
    return None


async def _answer_unavailable(_: Request, error: Exception) -> Response:
    return JSONResponse({"detail": f"Redis: {error}"}, HTTPStatus.SERVICE_UNAVAILABLE, _RETRY)
