"""A batch to the backend: sent until each of its events is stored or refused, in order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import perf_counter
from typing import NamedTuple

from processor.backend import Backend, Refused, Stored
from processor.entries import Refusal
from processor.metrics import Metrics
from processor.persistence import Persistence


class Item(NamedTuple):
    """An event as JSON, and its entry's position in the batch."""

    position: int
    body: bytes


class Delivery:
    """What is sent to the backend, and sent again.

    Args:
        most_bytes: of the events of one request.
    """

    def __init__(self, backend: Backend, persist: Persistence, metrics: Metrics, most_bytes: int) -> None:
        self._backend = backend
        self._persist = persist
        self._metrics = metrics
        self._most_bytes = most_bytes

    async def deliver(self, items: Sequence[Item]) -> dict[int, Refusal]:
        """Return when each event is stored, or in what is returned: by position, why the backend refused it.

        Raises:
            GaveUp: the backend was out of reach for too long.
        """
        refused: dict[int, Refusal] = {}
        for part in _split(items, self._most_bytes):
            await self._send(part, refused)
        return refused

    async def _send(self, items: Sequence[Item], refused: dict[int, Refusal]) -> None:
        while items:
            answer = await self._post(items)
            if isinstance(answer, Stored):
                self._metrics.delivered.inc(answer.accepted)
                self._metrics.duplicates.inc(answer.duplicates)
                return
            named = answer.by_index or ({0: answer.why} if len(items) == 1 else {})
            if not named:  # it says that something is wrong, not what: the culprit is in one of the halves
                middle = len(items) // 2
                await self._send(items[:middle], refused)
                await self._send(items[middle:], refused)
                return
            for index, why in named.items():
                refused[items[index].position] = Refusal("refused", f"The backend refused it: {why}")
            items = [item for index, item in enumerate(items) if index not in named]

    async def _post(self, items: Sequence[Item]) -> Stored | Refused:
        bodies = [item.body for item in items]
        started = perf_counter()
        answer = await self._persist(lambda: self._backend.post(bodies))
        self._metrics.delivery_seconds.observe(perf_counter() - started)
        return answer


def _split(items: Sequence[Item], most_bytes: int) -> Iterator[Sequence[Item]]:
    """Parts whose bodies, with a comma each, have at most so many bytes: nearly always one."""
    first = size = 0
    for index, item in enumerate(items):
        size += len(item.body) + 1
        if size > most_bytes and index > first:
            yield items[first:index]
            first, size = index, len(item.body) + 1
    yield items[first:]
