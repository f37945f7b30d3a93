"""The agent: all traffic to a submission comes from a small container of ours on the network under test.

So nothing rests on published ports, container addresses or bind mounts as this machine sees them: the engine may live
on another one. An agent is on one network, listens on nothing, and answers over `docker exec -i`.
"""

from __future__ import annotations

import base64
import contextlib
import json
import select
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import docker
from docker.models.networks import Network

from sentinel_grader.observe.log import Log
from sentinel_grader.observe.outcome import OursError
from sentinel_grader.observe.session import Session
from sentinel_grader.observe.strain import STRAIN, Pace

#: The image that the agent runs in: a base that every grade has.
IMAGE = "python:3.13-slim"
_CODE = Path(__file__).with_name("agent_inside.py").read_text(encoding="utf-8")
#: Seconds on top of a request's own deadline before the agent itself counts as gone.
_GRACE = 10.0
#: How deep an answer may be nested: what Python can just read, it cannot always write or walk through.
DEPTH = 40


@dataclass(frozen=True)
class Answer:
    """What a client got. `error` is "" where an answer came; `seconds` are by the agent's own clock."""

    status: int = 0
    body: bytes = b""
    seconds: float = 0.0
    error: str = ""
    detail: str = ""

    @property
    def json(self) -> Any:
        """The body as `plain_json` reads it."""
        return plain_json(self.body)

    @property
    def words(self) -> str:
        """What came of it, for a learner."""
        if self.error:
            return f"{self.error}: {self.detail}"
        return f"status {self.status}, {self.body[:300].decode(errors='replace')!r}"


def plain_json(text: str | bytes) -> Any:
    """A text as JSON, whoever wrote it, without what no text can hold (lone surrogates); None for what is none, or is
    too deep."""
    try:
        return _writable(json.loads(text))
    except (ValueError, RecursionError):
        return None


def _writable(value: Any, room: int = DEPTH) -> Any:
    """The value as it can be written down again. Raises ValueError for one that is deeper than `room`."""
    if room < 0:
        raise ValueError("too deep")
    if isinstance(value, str):
        return value.encode(errors="replace").decode()
    if isinstance(value, list):
        return [_writable(each, room - 1) for each in value]
    if isinstance(value, dict):
        return {_writable(key): _writable(each, room - 1) for key, each in value.items()}
    return value


class Agent:
    """A conversation with the program inside; one request at a time, whichever thread it comes from."""

    def __init__(self, process: subprocess.Popen[bytes], container: str, log: Log) -> None:
        self._process, self._container, self._log = process, container, log
        self._buffer, self._turn = b"", threading.Lock()

    @property
    def container(self) -> str:
        """The name of its container."""
        return self._container

    def http(
        self,
        method: str,
        host: str,
        port: int,
        path: str,
        *,
        body: bytes = b"",
        json_body: bool = False,
        timeout: float = 5,
        until: int | None = None,
        again_for: float = 0,
    ) -> Answer:
        """One HTTP request on a connection of its own. With `until` it is made again and again, for `again_for` seconds
        at most, until the answer has this status; the last answer counts."""
        ask = {"do": "http", "method": method, "host": host, "port": port, "path": path, "timeout": timeout}
        ask |= {"until": until, "again_for": again_for} if until else {}
        ask |= {"body": base64.b64encode(body).decode()}
        ask |= {"headers": {"content-type": "application/json"} if json_body else {}}
        said = self._ask(ask, timeout)
        return Answer(
            status=said.get("status", 0),
            body=base64.b64decode(said.get("body", "")),
            seconds=said["seconds"],
            error=said.get("error", ""),
            detail=said.get("detail", ""),
        )

    def redis(self, host: str, *commands: Sequence[object], port: int = 6379, timeout: float = 5) -> list[Any]:
        """Redis commands in one go, and their replies. Raises OursError: the Redis is ours."""
        listed = [[str(word) for word in command] for command in commands]
        said = self._ask({"do": "redis", "host": host, "port": port, "commands": listed, "timeout": timeout}, timeout)
        if "error" in said:
            raise OursError("redis_gone", f"{said['error']}: {said.get('detail', '')}")
        replies: list[Any] = said["replies"]
        return replies

    def connects(self, host: str, ports: Sequence[int]) -> list[int]:
        """Those of the ports at which somebody takes a connection."""
        timeout = 5.0 + len(ports)
        said = self._ask({"do": "connects", "host": host, "ports": list(ports), "timeout": timeout}, timeout)
        return [int(port) for port in said.get("open", [])]

    def slowdown(self) -> float:
        """How many times longer work takes on the engine's machine now than alone. Whatever is at work learns more."""
        said = self._ask({"do": "pace", "timeout": 10.0}, 10.0)
        pace = Pace(**{each.name: said[each.name] for each in fields(Pace) if each.name in said} or {"slowdown": 1.0})
        if strain := STRAIN.get():
            strain.look(pace)
        return pace.slowdown

    def _ask(self, ask: dict[str, Any], timeout: float) -> dict[str, Any]:
        assert self._process.stdin is not None
        with self._turn:
            began = time.monotonic()
            try:
                self._process.stdin.write(json.dumps(ask).encode() + b"\n")
                self._process.stdin.flush()
                answer: dict[str, Any] = json.loads(self._line(time.monotonic() + timeout + _GRACE))
            except (BrokenPipeError, ValueError) as gone:
                raise OursError("agent_gone", "the agent's container ended") from gone
            self._log.asked(self._container, ask, answer, time.monotonic() - began)
        return answer

    def _line(self, until: float) -> bytes:
        assert self._process.stdout is not None
        while b"\n" not in self._buffer:
            wait = until - time.monotonic()
            if wait <= 0 or not select.select([self._process.stdout], [], [], wait)[0]:
                raise OursError("agent_slow", "the agent did not answer in time")
            chunk = self._process.stdout.read1(65536)  # type: ignore[attr-defined]
            if not chunk:
                raise OursError("agent_gone", "the agent's container ended")
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line


@contextlib.contextmanager
def agent(session: Session, network: Network) -> Iterator[Agent]:
    """An agent on `network` for the block. Raises OursError where it cannot be started."""
    try:
        container = session.engine.containers.run(
            IMAGE,
            ["sleep", "3600"],
            name=session.name("agent"),
            labels=session.labels,
            network=network.name,
            detach=True,
            user="65534:65534",
            read_only=True,
            cap_drop=["ALL"],
            security_opt=["no-new-privileges"],
            mem_limit="256m",
            pids_limit=64,
        )
    except docker.errors.DockerException as error:
        raise OursError("agent_gone", str(error)) from error
    command = ["docker", "exec", "--interactive", container.id, "python", "-u", "-c", _CODE]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        yield Agent(process, str(container.name), session.log)
    finally:
        process.kill()
        process.communicate()
        session.removals.container(container)
