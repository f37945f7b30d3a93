"""Runs inside the agent's container: reads one JSON request a line, answers with one bounded JSON line.

Standard library only, listening on nothing. Sent there as text by agent.py; nothing of it is in a learner's image.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

#: Bytes of a body or a reply that are carried back; the rest is counted.
MOST = 262_144
#: And of all replies of a Redis to one request: a few thousand entries of the course's.
MOST_REPLIES = 2_097_152
#: Seconds of the processor that a look at its pace takes: more than one turn of the scheduler's, and no burden.
WORK = 0.01
#: Seconds between two tries: time for whoever is to answer.
BREATH = 0.03


def http_request(ask: dict[str, Any]) -> dict[str, Any]:
    """{method, host, port, path, headers, body (base64), timeout} -> {status, headers, body, left_out}.

    With {until: status, again_for: seconds}, asked again until it has that status or the seconds are over. `timeout`
    is for all of it: once the alarm has rung, nothing is tried again.
    """
    last = time.monotonic() + min(ask.get("again_for", 0), ask["timeout"])
    while True:
        try:
            if (answer := one_request(ask))["status"] == ask.get("until") or time.monotonic() >= last:
                return answer
        except (OSError, http.client.HTTPException):
            if time.monotonic() >= last:
                raise
        time.sleep(BREATH)


def one_request(ask: dict[str, Any]) -> dict[str, Any]:
    connection = http.client.HTTPConnection(ask["host"], ask["port"], timeout=ask["timeout"])
    try:
        body = base64.b64decode(ask.get("body", ""))
        connection.request(ask["method"], ask["path"], body or None, ask.get("headers", {}))
        answer = connection.getresponse()
        content = answer.read(MOST + 1)
        return {
            "status": answer.status,
            "headers": {name.lower(): value[:1000] for name, value in answer.getheaders()[:50]},
            "body": base64.b64encode(content[:MOST]).decode(),
            "left_out": len(content) > MOST,
        }
    finally:
        connection.close()


def redis_command(ask: dict[str, Any]) -> dict[str, Any]:
    """{host, port, commands: [[word, ...], ...], timeout} -> {replies}: RESP2, one connection, pipelined."""
    with socket.create_connection((ask["host"], ask["port"]), ask["timeout"]) as connection:
        file = connection.makefile("rwb")
        for words in ask["commands"]:
            encoded = [str(word).encode() for word in words]
            file.write(b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded))
        file.flush()
        room = Room(MOST_REPLIES)
        return {"replies": [_reply(file, room) for _ in ask["commands"]]}


class Room:
    """What replies may still take, in bytes: whoever shares a Redis with us may have written to it as he liked."""

    def __init__(self, size: int) -> None:
        self._left = size

    def take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise ConnectionError(f"it has more than {MOST_REPLIES} bytes there")


def _reply(file: Any, room: Room) -> Any:
    """One RESP2 reply (https://redis.io/docs/latest/develop/reference/protocol-spec/); an error is {"error": words}."""
    kind, rest = (line := file.readline(65536))[:1], line[1:].strip()
    room.take(len(line) + (max(int(rest), 0) if kind == b"$" else 0))
    if kind == b"+":
        return rest.decode(errors="replace")
    if kind == b"-":
        return {"error": rest.decode(errors="replace")}
    if kind == b":":
        return int(rest)
    if kind == b"$":
        return None if int(rest) < 0 else file.read(int(rest) + 2)[:-2].decode(errors="replace")
    if kind == b"*":
        return [_reply(file, room) for _ in range(int(rest))]
    raise ConnectionError("the connection was closed" if not kind else "this is no Redis")


def connects(ask: dict[str, Any]) -> dict[str, Any]:
    """{host, ports: [port, ...], timeout} -> {open: [port, ...]}: those at which somebody takes a connection."""
    found = []
    for port in ask["ports"]:
        try:
            socket.create_connection((ask["host"], port), 1).close()
        except OSError:
            continue
        found.append(port)
    return {"open": found}


def pace(_ask: dict[str, Any]) -> dict[str, Any]:
    """{} -> {slowdown, at, worked, processors}: how many times longer work takes than the processor is at it (1:
    nobody is waiting); and, at a time by its clock, the seconds that all of the machine's processors have worked."""
    began, worked = time.perf_counter(), time.process_time()
    while time.process_time() - worked < WORK:
        pass
    slowdown = (time.perf_counter() - began) / (time.process_time() - worked)
    return {"slowdown": slowdown, "at": time.monotonic(), "worked": all_worked(), "processors": os.cpu_count() or 1}


def all_worked() -> float:
    """By the machine's own /proc/stat, which containers see too (proc_stat(5)): all but idle and waiting for disks."""
    try:
        line = Path("/proc/stat").read_text().partition("\n")[0]
        user, nice, system, _idle, _disk, *more = map(int, line.split()[1:9])
    except (OSError, ValueError):
        return 0.0
    return (user + nice + system + sum(more)) / os.sysconf("SC_CLK_TCK")


DOES = {"http": http_request, "redis": redis_command, "connects": connects, "pace": pace}


def expire(*_: object) -> None:
    raise TimeoutError("the answer did not come to its end in time")


def timed(ask: dict[str, Any]) -> dict[str, Any]:
    """Do it, for `timeout` seconds in all: who sends a byte now and then would keep us for ever otherwise."""
    signal.setitimer(signal.ITIMER_REAL, ask["timeout"])
    try:
        return DOES[ask["do"]](ask)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def main() -> None:
    signal.signal(signal.SIGALRM, expire)
    for line in sys.stdin:
        ask = json.loads(line)
        began = time.monotonic()
        try:
            answer = timed(ask)
        except Exception as error:  # whatever is sent to us, we do not end of it
            answer = {"error": type(error).__name__, "detail": str(error)[:500]}
        answer["seconds"] = time.monotonic() - began
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
