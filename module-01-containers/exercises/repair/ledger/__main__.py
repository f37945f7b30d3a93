"""Orders from the queue, one line each, in a file that outlives the container. GET /orders reads them."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path

from common.queue import ORDERS, Queue, QueueAway
from common.web import Answer, Request, serve

FILE = Path("/data/orders.jsonl")
#: Where an order is between the queue and the file: if we are killed there, it goes back.
IN_HAND = "orders_in_hand"
QUEUE = Queue.of_environment()


def write_down_orders() -> None:
    """Move orders from the queue to the file, for ever."""
    with FILE.open("a", encoding="utf-8") as file:
        while True:
            try:
                while QUEUE.do("LMOVE", IN_HAND, ORDERS, "LEFT", "RIGHT"):
                    pass
                while True:
                    if order := QUEUE.do("BLMOVE", ORDERS, IN_HAND, "RIGHT", "LEFT", "1"):
                        file.write(f"{order}\n")
                        file.flush()
                        os.fsync(file.fileno())
                        QUEUE.do("LREM", IN_HAND, "1", str(order))
            except QueueAway as away:
                print(f"ledger: {away}")
                time.sleep(1)


def orders(_: Request) -> Answer:
    """All that were written down."""
    return 200, {"orders": [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]}


if __name__ == "__main__":
    FILE.open("a").close()  # whoever may not write there ends here, and not at the first order
    threading.Thread(target=write_down_orders, daemon=True).start()
    serve({"GET /orders": orders, "GET /health": lambda _: (200, {"status": "ok"})})
