"""The bookshop, brought up as it is: every service for itself, so that one that is broken hides no other."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import docker
from docker.models.containers import Container

from sentinel_grader.observe.compose.stack import stack
from sentinel_grader.observe.compose.taken import Composing
from sentinel_grader.observe.outcome import Fault, Place
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.repair.images import images_of, plant
from sentinel_grader.observe.repair.plan import FILE, INPUTS, plan
from sentinel_grader.observe.repair.seen import Door, Found, Part, Priced, RepairStack, Said
from sentinel_grader.observe.repair.trade import move_queue, place_order, queue_of, write_down
from sentinel_grader.observe.repair.visit import ANYTHING, Visit, said, visit
from sentinel_grader.observe.scope import Scope

#: Lines of a log that are recorded.
_LINES = 6
#: The services that the course gave, and where in the file what is wrong with them stands.
SERVICES = {"shop": "environment", "ledger": "volumes", "prices": "ports", "search": "mem_limit"}


@observation("repair_stack", inputs=INPUTS, long=True)
def repair_stack(scope: Scope) -> RepairStack:
    """Build it with a nonce, bring it up, and use it as customers do. It has no owner, since each check is about a
    fault of its own: what keeps all of it from running is recorded."""
    try:
        return _used(scope, plan(scope))
    except Fault as fault:
        words = "; ".join((fault.outcome.saw, *fault.outcome.detail))
        return RepairStack(refused=words, places=dict.fromkeys(SERVICES, fault.outcome.at or Place(FILE)))


def _used(scope: Scope, composing: Composing) -> RepairStack:
    nonce = plant(scope)
    images, troubles = images_of(scope, composing, nonce)
    able, queue = _without(composing, troubles), queue_of(composing)
    with stack(scope, able, images) as made:
        up = made.up(wait_for_it=False)
        with visit(scope, made) as visiting:
            visiting.wait_for(*SERVICES)
            doors = list(_doors(composing, visiting))
            first = place_order(visiting, queue)
            priced, found = _priced(visiting), _found(visiting)
            written = write_down(visiting, queue)
            moved = None
            if first.seen and move_queue(visiting, queue):
                moved = place_order(visiting, queue)
            parts = [_part(name, composing, visiting, troubles) for name in composing.model.get("services", {})]
    return RepairStack("", up.said, parts, doors, first, moved, written, nonce, priced, found, _places(composing))


def _without(composing: Composing, names: Mapping[str, str]) -> Composing:
    """The file without some services, of which nobody else must wait for them then."""
    model: dict[str, Any] = json.loads(json.dumps(composing.model))
    services = model.get("services", {})
    for name in names:
        services.pop(name, None)
    for service in services.values():
        waits = {on: how for on, how in (service.get("depends_on") or {}).items() if on not in names}
        service["depends_on"] = waits
    return replace(composing, model=model, own=[own for own in composing.own if own.name not in names])


def _places(composing: Composing) -> dict[str, Place]:
    return {name: composing.place("services", name, where) for name, where in SERVICES.items()}


def _doors(composing: Composing, visiting: Visit) -> Iterator[Door]:
    for name, service in composing.model.get("services", {}).items():
        for port in service.get("ports") or []:
            inside = int(port["target"])
            answer = said(visiting.ask(name, ANYTHING, port=inside)) if name in SERVICES else Said()
            host, published = str(port.get("host_ip") or ""), str(port.get("published") or "")
            yield Door(name, host, published, inside, answer, composing.place("services", name, "ports"))


def _part(name: str, composing: Composing, visiting: Visit, troubles: Mapping[str, str]) -> Part:
    at = composing.place("services", name)
    part = Part(name, at, troubles.get(name, ""), memory=_memory(composing.service(name)))
    container = visiting.container(name)
    if not container:
        return part
    container.reload()
    state = container.attrs["State"]
    return replace(
        part,
        state=str(state["Status"]),
        exit_code=int(state["ExitCode"]),
        out_of_memory=bool(state.get("OOMKilled")),
        restarts=int(container.attrs.get("RestartCount") or 0),
        log=_log(container),
    )


def _memory(service: Mapping[str, Any]) -> int:
    """The limit that a service's own lines set, in bytes."""
    limits = ((service.get("deploy") or {}).get("resources") or {}).get("limits") or {}
    written = str(service.get("mem_limit") or limits.get("memory") or "0")
    return int(written) if re.fullmatch(r"\d{1,18}", written) else 0


def _log(container: Container) -> list[str]:
    try:
        text = container.logs(tail=_LINES).decode(errors="replace")
    except docker.errors.APIError:
        return []
    return [line[:300] for line in text.splitlines() if line.strip()]


def _priced(visiting: Visit) -> Priced:
    number = 9_780_000_000_000 + secrets.randbelow(10**9)
    answer, version = visiting.ask("prices", f"/prices/{number}"), visiting.ask("prices", "/version")
    price, told = answer.json if answer else None, version.json if version else None
    return Priced(str(number), fair_price(number), price, told, said(version))


def fair_price(number: int) -> int:
    """In cents, as exercises/repair/prices/__main__.py has it."""
    return 900 + number % 1_000_000 % 2000


def _found(visiting: Visit) -> Found:
    number = 1000 + secrets.randbelow(290_000)
    answer = visiting.ask("search", f"/search?word={number}")
    container = visiting.container("search")
    took = _memory_of(visiting, container) if container else 0
    return Found(number, answer.json if answer else None, said(answer), took)


def _memory_of(visiting: Visit, container: Container) -> int:
    """As `docker stats` reckons, with either version of control groups:
    https://docs.docker.com/reference/cli/docker/container/stats/#description."""
    try:
        told = visiting.scope.session.engine.api.stats(container.id, stream=False, one_shot=True)
    except docker.errors.APIError:
        return 0
    memory = told.get("memory_stats") or {}
    parts = memory.get("stats") or {}
    files = parts.get("total_inactive_file") or parts.get("inactive_file") or 0
    return max(0, int(memory.get("usage") or 0) - int(files))
