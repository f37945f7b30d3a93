"""The application. All that Sentinel sees of it comes from one line: `add_middleware`."""

from __future__ import annotations

import asyncio
import dataclasses
import os
from typing import Annotated, Any

from fastapi import FastAPI, Header, HTTPException, Query
from sentinel_sdk import Sentinel, SentinelMiddleware

from testapp.settings import Settings
from testapp.table import SERVICE_NAME
from testapp.users import COUNT, User, user_of, users_of

Tenant = Annotated[str, Header(alias="x-tenant-id", min_length=1, max_length=128, description="whose request it is")]


class OutOfOrder(Exception):
    """What `/api/v1/error` raises: a mistake that nothing in the application handles."""


def make_sentinel() -> Sentinel:
    """What the environment sets; called test-app where it says nothing else."""
    named = os.environ.get("SENTINEL_SERVICE_NAME", "").strip()
    return Sentinel.from_environment(service_name=named or SERVICE_NAME)


def make_app(settings: Settings, sentinel: Sentinel) -> FastAPI:
    """The FastAPI application, watched."""
    app = FastAPI(title="Sentinel test-app", version="1", description="Answers, fails and dawdles on demand.")
    app.add_middleware(SentinelMiddleware, sentinel=sentinel)
    _add_users(app)
    _add_trouble(app, settings)
    _add_health(app, sentinel)
    return app


def _add_users(app: FastAPI) -> None:
    @app.get("/api/v1/users")
    async def users(
        tenant_id: Tenant = "default", limit: Annotated[int, Query(ge=1, le=COUNT)] = 20
    ) -> dict[str, list[User]]:
        """The tenant's first users."""
        return {"users": users_of(tenant_id, limit)}

    @app.get("/api/v1/users/{user_id}", responses={404: {"description": f"users are numbered 1 to {COUNT}"}})
    async def user(user_id: int, tenant_id: Tenant = "default") -> User:
        """One user of the tenant."""
        found = user_of(tenant_id, user_id)
        if found is None:
            raise HTTPException(404, f"There is no user {user_id}; they are numbered 1 to {COUNT}")
        return found


def _add_trouble(app: FastAPI, settings: Settings) -> None:
    @app.get("/api/v1/error", responses={500: {"description": "always"}})
    async def error(
        status: Annotated[int | None, Query(ge=400, le=599, description="answer this, and raise nothing")] = None,
    ) -> None:
        """Fail: by an exception that nobody handles, or with the status that is asked for."""
        if status is None:
            raise OutOfOrder("this is what /api/v1/error is for")
        raise HTTPException(status)

    @app.get("/api/v1/slow")
    async def slow(
        # Not in `Annotated`: there it would be read as text, which knows no `settings`.
        seconds: float = Query(1.0, ge=0, le=settings.longest_delay, allow_inf_nan=False),
    ) -> dict[str, float]:
        """Answer late."""
        await asyncio.sleep(seconds)
        return {"slept": seconds}


def _add_health(app: FastAPI, sentinel: Sentinel) -> None:
    @app.get("/health")
    async def health() -> dict[str, Any]:
        """That it answers, and what became of its events. A Sentinel that is away makes no application ill."""
        return {"status": "ok", "sentinel": dataclasses.asdict(sentinel.stats())}

    @app.get("/health/live")
    async def live() -> dict[str, str]:
        """That it answers."""
        return {"status": "ok"}
