"""The queue of orders: a list in Redis, spoken to in its own protocol, on one connection for each command.

https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

from __future__ import annotations

import os
import socket
from typing import BinaryIO

ORDERS = "orders"
_PORT, _PATIENCE = 6379, 2.0
Reply = str | int | None


class QueueAway(Exception):
    """Redis cannot be reached, or refuses; the words say which Redis, and why."""


class Queue:
    """The queue at the Redis of this host."""

    def __init__(self, host: str) -> None:
        self._host = host

    @classmethod
    def of_environment(cls) -> Queue:
        """The one that QUEUE_HOST names."""
        return cls(os.environ.get("QUEUE_HOST", "localhost"))

    def do(self, *words: str) -> Reply:
        """One command, and its reply. Raises QueueAway."""
        try:
            with socket.create_connection((self._host, _PORT), _PATIENCE) as connection:
                connection.sendall(_encoded(words))
                with connection.makefile("rb") as answer:
                    return _reply(answer)
        except (OSError, ValueError) as error:
            raise QueueAway(f"cannot reach the queue at {self._host}:{_PORT}: {error}") from error


def _encoded(words: tuple[str, ...]) -> bytes:
    parts = [word.encode() for word in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)


def _reply(answer: BinaryIO) -> Reply:
    line = answer.readline()
    kind, rest = line[:1], line[1:].strip()
    match kind:
        case b"+":
            return rest.decode()
        case b":":
            return int(rest)
        case b"$":
            return answer.read(int(rest) + 2)[:-2].decode() if int(rest) >= 0 else None
        case b"*":  # what BLMOVE says, after waiting, of a list that stayed empty
            return None
        case _:
            raise ValueError(rest.decode() or "the connection was closed")
