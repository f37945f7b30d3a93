"""The usual way to write POST /logs, to be measured against: a FastAPI route, a pydantic model, one awaited LPUSH each.

Nothing is made worse than people write it: the same uvicorn with uvloop and httptools, redis-py with hiredis, no access
log, no metrics. Run by `servers.py`; PORT, REDIS_HOST and REDIS_PORT come from the environment.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID, uuid4

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, Field
from redis.asyncio import Redis

app = FastAPI()
redis = Redis(host=os.environ.get("REDIS_HOST", "localhost"), port=int(os.environ.get("REDIS_PORT", "6379")))


class LogEntry(BaseModel):
    """One log entry, as the collector takes it and queues it."""

    id: UUID = Field(default_factory=uuid4)
    received_at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    service_name: str = Field(min_length=1, max_length=128)
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
    message: str
    timestamp: datetime | None = None
    tenant_id: str | None = None
    attributes: dict[str, Any] | None = None


@app.post("/logs", status_code=202)
async def post_log(entry: LogEntry) -> dict[str, str]:
    """Queue one entry."""
    await redis.lpush("logs_queue", entry.model_dump_json())
    return {"id": str(entry.id), "status": "queued"}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=False, log_level="warning")
