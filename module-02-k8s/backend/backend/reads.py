"""The routes that answer questions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from time import perf_counter
from typing import Annotated, Any

import msgspec
from fastapi import FastAPI, Query, Response
from pydantic import BaseModel, Field

from backend.filing import Window, from_ms
from backend.metrics import Metrics
from backend.settings import Settings
from backend.stores import Clock, EventStore

_LONGEST_WINDOW = 60  # minutes


class TenantErrors(BaseModel):
    """How many of a tenant's events were errors: of level ERROR or CRITICAL, or of status 500 or more."""

    tenant_id: str = Field(description="`(others)`: all beyond MAX_TENANTS, together")
    errors: int
    events: int
    error_rate: float = Field(ge=0, le=1)


class TenantLatency(BaseModel):
    """How long a tenant's requests took, in milliseconds."""

    tenant_id: str
    count: int = Field(description="events with a latency")
    average_ms: float = Field(description="of latencies to the microsecond")
    p50_ms: float = Field(description="nearest-rank percentile, within 1 %, as the next two")
    p95_ms: float
    p99_ms: float


class _Windowed(BaseModel):
    window: int = Field(description="minutes")
    start: datetime = Field(alias="from", description="the start, moved back to a full ten seconds")
    end: datetime = Field(alias="to", description="now")


class TopErrors(_Windowed):
    """Most errors first, ties by name; tenants without errors come last."""

    tenants: list[TenantErrors]


class TopLatency(_Windowed):
    """Highest 95th percentile first, ties by name."""

    tenants: list[TenantLatency]


class DebugEvents(_Windowed):
    """Newest first. Each as it was sent, with all that was added; `skewed`: it is filed by received_at."""

    events: list[dict[str, Any]]


class DebugStats(BaseModel):
    """What the store holds."""

    storage: str
    events: int = Field(description="events that are kept themselves")
    oldest: datetime | None = Field(description="by when the oldest is filed")
    newest: datetime | None
    tenants: int = Field(description="tenants that are counted apart")
    max_events: int
    max_tenants: int
    retention_seconds: int


Limit = Annotated[int, Query(ge=1, le=100)]
Tenant = Annotated[str, Query(min_length=1, max_length=128, description="only this tenant's")]


def add_reads(api: FastAPI, store: EventStore, settings: Settings, clock: Clock, metrics: Metrics) -> None:
    """Add the routes below /api/v1 that read."""
    longest = min(_LONGEST_WINDOW, settings.event_ttl_seconds // 60)
    usual, long = (Query(min(minutes, longest), ge=1, le=longest, description="minutes") for minutes in (5, 15))

    @asynccontextmanager
    async def asking(operation: str) -> AsyncIterator[None]:
        started = perf_counter()
        try:
            yield
        finally:
            metrics.asked(operation, perf_counter() - started)

    def answer(minutes: int, window: Window, **found: object) -> Response:
        told = {"window": minutes, "from": from_ms(window.start), "to": from_ms(window.end), **found}
        return Response(msgspec.json.encode(told), media_type="application/json")

    @api.get("/api/v1/analytics/top-tenants/errors", response_model=TopErrors)
    async def top_errors(window: int = usual, limit: Limit = 10) -> Response:
        """The tenants with the most errors in the last minutes."""
        asked = Window.of(window, clock())
        async with asking("errors"):
            return answer(window, asked, tenants=await store.errors(asked, limit))

    @api.get("/api/v1/analytics/top-tenants/latency", response_model=TopLatency)
    async def top_latency(window: int = usual, limit: Limit = 10) -> Response:
        """The tenants with the slowest requests in the last minutes."""
        asked = Window.of(window, clock())
        async with asking("latency"):
            return answer(window, asked, tenants=await store.latency(asked, limit))

    @api.get("/api/v1/debug/events", response_model=DebugEvents)
    async def debug_events(window: int = long, limit: Limit = 100, tenant: Tenant | None = None) -> Response:
        """The newest events of the last minutes."""
        asked = Window.of(window, clock())
        async with asking("latest"):
            found = await store.latest(asked, limit, tenant)
        return answer(window, asked, events=[msgspec.Raw(document) for document in found])

    @api.get("/api/v1/debug/stats", response_model=DebugStats)
    async def debug_stats() -> Response:
        """What the store holds."""
        async with asking("stats"):
            stats = msgspec.structs.asdict(await store.stats())
        bounds = {
            "max_events": settings.max_events,
            "max_tenants": settings.max_tenants,
            "retention_seconds": settings.event_ttl_seconds,
        }
        told = {"storage": settings.event_storage, **stats, **bounds}
        return Response(msgspec.json.encode(told), media_type="application/json")
