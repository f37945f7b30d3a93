"""How much of what was sent, and is not stored yet, may be held in memory."""

from __future__ import annotations

from http import HTTPStatus
from types import TracebackType

from backend.problems import Problem

# What a waiting request costs besides its body: its task, its connection's buffers, its events a second time as JSON.
_OVERHEAD = 16_384


class Buffer:
    """An account of the bytes that all requests in hand take, with an upper bound.

    While Redis hangs, requests wait: without a bound they would fill the memory within the timeout, and the kernel
    would kill the process with all it holds.
    """

    def __init__(self, most: int, retry_after: int) -> None:
        self.most = most
        self.taken = 0
        self.retry_after = retry_after

    def hold(self) -> Held:
        """A share for one request, to be used in a `with`, at whose end it is given back."""
        return Held(self)


class Held:
    """One request's share of the buffer."""

    __slots__ = ("_buffer", "_taken")

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer
        self._taken = 0

    def add(self, count: int) -> None:
        """Take `count` bytes more.

        Raises:
            Problem: 503, the buffer is full.
        """
        if self._buffer.taken + count > self._buffer.most:
            detail = "Too many requests are waiting for the store; nothing was stored"
            headers = {"retry-after": str(self._buffer.retry_after)}
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=headers)
        self._buffer.taken += count
        self._taken += count

    def __enter__(self) -> Held:
        self.add(_OVERHEAD)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._buffer.taken -= self._taken
