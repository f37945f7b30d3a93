"""A backend for tests, in a process of its own: keeps ids in a file, and fails as it is told to.

    python processor_backend_main.py PORT FILE

It is told by `POST /plan`, JSON with the fields of Plan. It keeps its word about ids through `kill -9`: each stands in
the file, in the order of arrival, before the answer.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web


@dataclass
class Plan:
    """How to answer. Nothing set: store all."""

    status: int = 0  # answer so, and store nothing
    times: int = 1_000_000  # for so many requests; then store again
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False  # never answer, and store nothing
    key: str = ""  # 401 where x-api-key is not this
    delay: float = 0  # seconds between storing and answering
    forget_to_say: bool = False  # store, and answer 500
    refuse: str = ""  # 422 that names the events whose message holds this
    refuse_all: str = ""  # 400 that names nothing, where any message holds this


class Store:
    """The ids, in a file and in memory, and the plan."""

    def __init__(self, path: Path) -> None:
        path.touch()
        self.ids = set(path.read_text(encoding="utf-8").split("\n"))
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND)
        self.plan = Plan()
        self.requests = 0
        self.connections: set[object] = set()

    async def take(self, request: web.Request) -> web.Response:
        """POST /api/v1/events."""
        events = json.loads(await request.read())
        self.requests += 1
        self.connections.add(request.transport)
        plan = self.plan
        if plan.hang:
            await asyncio.Event().wait()
        if plan.status and plan.times > 0:
            plan.times -= 1
            return web.json_response({"detail": "as planned"}, status=plan.status, headers=plan.headers)
        if request.headers.get("x-api-key", "") != plan.key:
            return web.json_response({"detail": "wrong key"}, status=401)
        errors = [
            {"index": index, "field": "message", "reason": "not liked"}
            for index, event in enumerate(events)
            if plan.refuse and plan.refuse in event["message"]
        ]
        if errors:
            return web.json_response({"detail": "some are bad", "errors": errors[:100]}, status=422)
        if plan.refuse_all and any(plan.refuse_all in event["message"] for event in events):
            return web.json_response({"detail": "something is bad"}, status=400)
        answer = self.store(events)
        await asyncio.sleep(plan.delay)
        return web.json_response(answer, status=500 if plan.forget_to_say else 202)

    def store(self, events: list[dict[str, Any]]) -> dict[str, Any]:
        """Keep what is new; returns the answer."""
        ids = [event["id"] for event in events]
        new = list(dict.fromkeys(name for name in ids if name not in self.ids))
        os.write(self.file, "".join(f"{name}\n" for name in new).encode())
        self.ids.update(new)
        return {"accepted": len(new), "duplicates": len(ids) - len(new), "ids": ids}

    async def obey(self, request: web.Request) -> web.Response:
        """POST /plan."""
        self.plan = Plan(**json.loads(await request.read()))
        return web.json_response({"requests": self.requests, "connections": len(self.connections)})


def main() -> None:
    """Serve until killed."""
    store = Store(Path(sys.argv[2]))
    app = web.Application(client_max_size=4_194_304)
    app.router.add_post("/api/v1/events", store.take)
    app.router.add_post("/plan", store.obey)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)


if __name__ == "__main__":
    main()
