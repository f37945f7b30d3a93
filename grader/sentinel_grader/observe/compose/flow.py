"""A numbered stream of logs, followed from hop to hop: client → log-collector → redis-queue → alerter → GET /alerts."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import docker
from docker.models.containers import Container
from docker.models.networks import Network

from sentinel_grader.observe.agent import Agent, plain_json
from sentinel_grader.observe.alerter_runs import QUEUE
from sentinel_grader.observe.compose.composed import ALERTER
from sentinel_grader.observe.compose.course_image import SERVICE as COLLECTOR
from sentinel_grader.observe.compose.stack import Stack
from sentinel_grader.observe.compose.waiting import REDIS
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.patience import Patience
from sentinel_grader.observe.stand import PORT

#: The network that the course's file declares.
NETWORK = "sentinel-net"
#: Where the log-collector listens; seconds that the entries get to become alerts, without one more of them and in all.
COLLECTOR_PORT, STANDSTILL, IN_ALL = 8000, 10.0, 60.0
#: What says to whom the alerter talks.
_SETTINGS = ("REDIS_URL", "REDIS_HOST", "REDIS_PORT", "QUEUE_NAME")


@dataclass(frozen=True)
class Flow:
    """The ids of entries, in order, at each hop. `asked` were sent; `accepted` are those that the log-collector
    confirmed; `queued` stood on the list while the alerter was held; `waiting` stood there in the end; `alerted` are
    named by the alerts, as often as they are. `refused` is what else the log-collector answered. `settings` and
    `networks` are the alerter's; `workers`, how many of them run."""

    asked: int
    accepted: list[str] = field(default_factory=list)
    queued: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    alerted: list[str] = field(default_factory=list)
    refused: str = ""
    settings: dict[str, str] = field(default_factory=dict)
    networks: list[str] = field(default_factory=list)
    workers: int = 0


@dataclass(frozen=True)
class Line:
    """A stack's own network, with an agent on it."""

    stack: Stack
    network: Network
    agent: Agent

    def containers(self, service: str) -> list[Container]:
        return [one for one in self.stack.containers(service) if one.status in ("running", "paused")]

    def ask(self, service: str, port: int, path: str, body: object = None) -> Any:
        """What the first container of a service answers."""
        address = next((self.stack.address(one, self.network) for one in self.containers(service)), "")
        content = b"" if body is None else json.dumps(body).encode()
        method = "GET" if body is None else "POST"
        return self.agent.http(method, address or service, port, path, body=content, json_body=body is not None)

    def redis(self, *command: object) -> Any:
        """What redis-queue replies; None where it does not, which is the stack's own doing."""
        address = next((self.stack.address(one, self.network) for one in self.containers(REDIS)), "")
        try:
            reply = self.agent.redis(address or REDIS, command)[0]
        except OursError as error:
            if error.outcome.code != "redis_gone":
                raise
            return None
        return None if isinstance(reply, dict) else reply


def send(line: Line, entries: list[dict[str, str]], most: int) -> tuple[list[str], str]:
    """Send entries: all but the last `most` in batches, the others one by one. The ids that were confirmed, in order,
    and what was answered instead."""
    first, rest = entries[: len(entries) - most], entries[len(entries) - most :]
    batches: list[tuple[str, object]] = [("/logs/batch", first[n : n + 50]) for n in range(0, len(first), 50)]
    accepted, refused = list[str](), ""
    for path, body in [*batches, *(("/logs", entry) for entry in rest)]:
        answer = line.ask(COLLECTOR, COLLECTOR_PORT, path, body)
        if answer.status != 202:
            refused = answer.words
            break
        accepted += _ids(answer.json)
    return accepted, refused


def _ids(said: object) -> list[str]:
    """The ids that the log-collector gave: of one entry, or of a batch."""
    if not isinstance(said, dict):
        return []
    ids = said.get("ids", [said.get("id")])
    return [str(one) for one in ids] if isinstance(ids, list) else []


def queued(line: Line) -> list[str]:
    """The ids on the queue, the oldest first."""
    entries = line.redis("LRANGE", QUEUE, 0, -1)
    return [_id(entry) for entry in reversed(entries)] if isinstance(entries, list) else []


def _id(entry: object) -> str:
    found = plain_json(str(entry))
    return str(found.get("id")) if isinstance(found, dict) else ""


def alerted(line: Line, service: str) -> list[str]:
    """The ids of entries that alerts about `service` name, in their order, as often as they do."""
    page = line.ask(ALERTER, PORT, "/alerts?limit=1000").json
    alerts = page.get("alerts") if isinstance(page, dict) else None
    mine = [one for one in alerts if isinstance(one, dict)] if isinstance(alerts, list) else []
    named = [one.get("entry_ids") for one in mine if one.get("service_name") == service]
    return [str(id_) for ids in named if isinstance(ids, list) for id_ in ids]


def wait_for_alerts(line: Line, service: str, wanted: Iterable[str]) -> list[str]:
    """The same, once all that are wanted are among them, or none more came for a while."""
    found, must = list[str](), set(wanted)
    patience, whole = Patience(STANDSTILL, line.agent.slowdown), Patience(IN_ALL, line.agent.slowdown)
    while patience.lasts() and whole.lasts():
        now = alerted(line, service)
        if must <= set(now):
            return now
        if len(now) > len(found):
            patience = Patience(STANDSTILL, line.agent.slowdown)
        found = now
        line.stack.scope.sleep(0.2)
    return found


@contextlib.contextmanager
def held(containers: list[Container]) -> Iterator[None]:
    """The containers paused for the block, as far as the engine can."""
    for one in containers:
        with contextlib.suppress(docker.errors.APIError):
            one.pause()
    try:
        yield
    finally:
        for one in containers:
            with contextlib.suppress(docker.errors.APIError):
                one.unpause()


def settings_of(containers: list[Container]) -> dict[str, str]:
    """What the engine says that the alerter is told."""
    words = (containers[0].attrs["Config"].get("Env") or []) if containers else []
    pairs = dict(word.partition("=")[::2] for word in words)
    return {name: pairs[name] for name in _SETTINGS if pairs.get(name)}
