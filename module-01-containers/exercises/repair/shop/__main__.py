"""POST /orders {isbn, copies}: 202 with the order's id, once it is on the queue."""

from __future__ import annotations

import json
import threading
import uuid

from common.queue import ORDERS, Queue, QueueAway
from common.web import Answer, Request, serve

QUEUE = Queue.of_environment()


def order(request: Request) -> Answer:
    """Put an order on the queue."""
    try:
        wanted = json.loads(request.body)
        placed = {"id": uuid.uuid4().hex, "isbn": str(wanted["isbn"]), "copies": int(wanted["copies"])}
    except (ValueError, KeyError, TypeError):
        return 422, {"error": "an order is {isbn, copies}"}
    try:
        QUEUE.do("LPUSH", ORDERS, json.dumps(placed))
    except QueueAway as away:
        return _away(away)
    return 202, {"id": placed["id"]}


def health(_: Request) -> Answer:
    """Whether orders can be taken."""
    try:
        QUEUE.do("PING")
    except QueueAway as away:
        return _away(away)
    return 200, {"status": "ok"}


def _away(away: QueueAway) -> Answer:
    print(f"shop: {away}")
    return 503, {"error": str(away)}


if __name__ == "__main__":
    # So that the log says at once what is not as it should be. Nobody waits for it: a name may be looked for for long.
    threading.Thread(target=health, args=(Request("", {}, b""),), daemon=True).start()
    serve({"POST /orders": order, "GET /health": health})
