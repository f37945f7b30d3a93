"""Orders placed with the shop and looked for, the ledger's file, and the queue moved to another address."""

from __future__ import annotations

import contextlib
import io
import json
import tarfile
import uuid
from contextlib import ExitStack

import docker
from docker.models.containers import Container

from sentinel_grader.observe.compose.taken import Composing
from sentinel_grader.observe.repair.seen import Order, Owned, Said, Written
from sentinel_grader.observe.repair.visit import Visit, said
from sentinel_grader.policy.images import image_named

#: The list that orders wait on, and where the ledger writes (exercises/repair/common/queue.py, ledger/__main__.py).
ORDERS, PLACE, FILE = "orders", "/data", "orders.jsonl"
#: Seconds that an order gets; guests that are let in while the queue is away, so that its address is taken.
ARRIVING, GUESTS = 10.0, 3
#: Bytes of an archive that are looked into.
_MOST = 4_000_000


def queue_of(composing: Composing) -> str:
    """The service that is the queue, whatever it is called: the one that runs a Redis; "" where there is none."""
    services = composing.model.get("services", {})
    redis = [name for name in services if (image := image_named(str(services[name].get("image") or "")))
             and image.repository == "redis"]  # fmt: skip
    return "queue" if "queue" in redis else next(iter(redis), "")


def place_order(visit: Visit, queue: str) -> Order:
    """Place an order with the shop, and look where it is seen."""
    isbn = str(uuid.uuid4().int)[:13]
    body = json.dumps({"isbn": isbn, "copies": 1}).encode()
    answer = visit.ask("shop", "/orders", body=body)
    seen = _seen(visit, queue, isbn) if answer and answer.status == 202 else ""
    return Order(said(answer), seen)


def _seen(visit: Visit, queue: str, isbn: str) -> str:
    patience = visit.patience(ARRIVING)
    while patience.lasts():
        if isbn in ledger_has(visit):
            return "ledger"
        waiting = visit.redis(queue, ("LRANGE", ORDERS, "0", "-1"))
        if waiting and isinstance(waiting[0], list) and any(isbn in str(each) for each in waiting[0]):
            return "queue"
        visit.scope.sleep(0.1)
    return ""


def ledger_has(visit: Visit) -> set[str]:
    """The numbers of the books in the orders that the ledger says it has."""
    answer = visit.ask("ledger", "/orders")
    page = answer.json if answer else None
    orders = page.get("orders") if isinstance(page, dict) else None
    return {
        isbn
        for order in (orders if isinstance(orders, list) else [])
        if isinstance(order, dict) and isinstance(isbn := order.get("isbn"), str)
    }


def write_down(visit: Visit, queue: str) -> Written:
    """Put an order on the queue past the shop, and see the ledger write it down; then give it another container."""
    isbn = str(uuid.uuid4().int)[:13]
    order = json.dumps({"id": uuid.uuid4().hex, "isbn": isbn, "copies": 1})
    if not visit.redis(queue, ("LPUSH", ORDERS, order)):
        return Written(queue)
    before, words = _ledger_says(visit, isbn)
    container = visit.container("ledger")
    if not before or not container:
        return Written(queue, words=words)
    owned = _owned(container)
    container.remove(force=True, v=True)  # and what nobody else would keep: volumes without a name
    visit.stack.up(wait_for_it=False)
    visit.wait_for("ledger")
    return Written(queue, before, isbn in ledger_has(visit), "", owned.get(PLACE), owned.get(f"{PLACE}/{FILE}"))


def _ledger_says(visit: Visit, isbn: str) -> tuple[bool, str]:
    """Whether it has the order, in a while, if it does not end before; and what it said last."""
    patience, last = visit.patience(ARRIVING), Said()
    while patience.lasts():
        if isbn in ledger_has(visit):
            return True, ""
        last = said(visit.ask("ledger", "/orders"))
        container = visit.container("ledger")
        if not container or container.status not in ("running", "restarting"):
            break
        visit.scope.sleep(0.1)
    return False, last.words


def _owned(container: Container) -> dict[str, Owned]:
    """Whose its folder and its file are, in the tar that the engine makes of them."""
    content = b""
    with contextlib.suppress(docker.errors.APIError):
        chunks, _ = container.get_archive(PLACE)
        with contextlib.closing(chunks):
            for chunk in chunks:
                content += chunk
                if len(content) > _MOST:
                    break
    found = dict[str, Owned]()
    with contextlib.suppress(tarfile.TarError), tarfile.open(fileobj=io.BytesIO(content)) as files:
        for member in files:
            found[f"/{member.name.strip('/')}"] = Owned(member.uid, member.gid, member.mode & 0o7777)
    return found


def move_queue(visit: Visit, queue: str) -> bool:
    """Give the queue's container another address on each of its networks, as happens to containers. Whether that could
    be done."""
    container = visit.container(queue)
    if not container or not (before := visit.addresses(container)):
        return False
    with ExitStack() as guests:
        for _ in range(GUESTS):
            container.stop(timeout=5)
            for name in before:
                guests.enter_context(visit.stack.guest(visit.networks[name]))
            with contextlib.suppress(docker.errors.APIError):
                container.start()
            now = visit.addresses(container)
            if not now:
                return True  # what the file starts does not start twice: it is told by the next order
            if all(now.get(name) and now[name] != address for name, address in before.items()):
                return _is_back(visit, queue)
    return False


def _is_back(visit: Visit, queue: str) -> bool:
    patience = visit.patience(ARRIVING)
    while patience.lasts():
        if visit.redis(queue, ("PING",)) == ["PONG"]:
            return True
        visit.scope.sleep(0.05)
    return False
