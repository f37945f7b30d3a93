"""The bounded queue between the application and the sender, and the count of everything that left it.

`put` and `refuse` are the application's, from any thread, and take no lock: each step in them is one call into the
interpreter, which no other thread can come between. All else is the sender's, or whoever asks how it stands.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count

from sentinel_sdk.events import Record

QUEUE_FULL = "queue_full"


@dataclass(frozen=True, slots=True)
class Stats:
    """What became of the requests that were recorded: `recorded` is `sent` + all of `dropped` + `queued`.

    Args:
        sent: events that the backend has taken.
        dropped: events that were given up, by reason.
        failed: requests to the backend that did not succeed, whether or not another one did later.
        queued: events that wait, or are on their way.
        circuit_open: whether the backend failed so often in a row that it is hardly tried any more.
        enabled: whether anything is recorded at all.
    """

    recorded: int = 0
    sent: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    failed: int = 0
    queued: int = 0
    circuit_open: bool = False
    enabled: bool = False


class Buffer:
    """A queue of at most `size` records.

    Args:
        oldest_gives_way: what is dropped when it is full: its oldest record, or the one that comes.
        batch: the number of records at which `wake` is called.
        wake: must neither block nor raise.
    """

    def __init__(self, size: int, oldest_gives_way: bool, batch: int, wake: Callable[[], None]) -> None:
        self.changed = threading.Condition()  # notified whenever records were settled
        self.settled = 0  # records that are neither waiting nor on their way any more
        self._size = size
        self._oldest_gives_way = oldest_gives_way
        self._batch = min(batch, size)
        self._wake = wake
        self._waiting: deque[Record] = deque()
        self._in_hand = 0
        self._sent = 0
        self._dropped: Counter[str] = Counter()
        self._refused: dict[str, Tally] = {}
        self._full = self._tally(QUEUE_FULL)

    def put(self, record: Record) -> None:
        """Queue a record, or drop one. Never waits."""
        waiting = self._waiting
        if len(waiting) >= self._size:
            if not self._oldest_gives_way:
                self._full.add()
                return
            with suppress(IndexError):  # the sender has just taken all there was: nothing is dropped
                waiting.popleft()
                self._full.add()
        waiting.append(record)
        if len(waiting) == self._batch:
            self._wake()

    def refuse(self, reason: str) -> None:
        """Count a record that is not even queued. Never waits."""
        tally = self._refused.get(reason)
        if tally is None:
            tally = self._tally(reason)
        tally.add()

    def _tally(self, reason: str) -> Tally:
        return self._refused.setdefault(reason, Tally())

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self, most: int) -> list[Record]:
        """The oldest records, `most` at most; each is to be settled, once."""
        taken: list[Record] = []
        with self.changed:
            while self._waiting and len(taken) < most:
                try:
                    taken.append(self._waiting.popleft())
                except IndexError:  # the application dropped it in this moment
                    break
            self._in_hand += len(taken)
        return taken

    def settle(self, number: int, dropped_for: str | None = None) -> None:
        """Say what became of `number` of the records taken: the reason why they were dropped, or None: sent."""
        with self.changed:
            self._in_hand -= number
            self.settled += number
            if dropped_for is None:
                self._sent += number
            elif number:
                self._dropped[dropped_for] += number
            self.changed.notify_all()

    def give_up(self, reason: str) -> None:
        """Settle all that is in hand, whatever it is."""
        with self.changed:
            self.settle(self._in_hand, reason)

    def wake_waiting(self) -> None:
        """Let whoever waits for a change look again."""
        with self.changed:
            self.changed.notify_all()

    def unsettled(self) -> int:
        """How many records wait or are on their way."""
        with self.changed:
            return len(self._waiting) + self._in_hand

    def stats(self, failed: int, circuit_open: bool) -> Stats:
        """How it stands."""
        with self.changed:
            queued = len(self._waiting) + self._in_hand
            dropped = self._dropped + Counter({reason: tally.value() for reason, tally in list(self._refused.items())})
            recorded = self._sent + dropped.total() + queued
            return Stats(recorded, self._sent, dict(dropped), failed, queued, circuit_open, enabled=True)


class Tally:
    """A number that many threads may add to without a lock and without losing one.

    `+= 1` reads, adds and writes, and another thread may come between; a step of `itertools.count` is one call.
    """

    __slots__ = ("_lock", "_looks", "_steps", "add")

    def __init__(self) -> None:
        self._steps = count()
        self.add = self._steps.__next__
        self._lock = threading.Lock()
        self._looks = 0

    def value(self) -> int:
        """How often it was added to."""
        with self._lock:
            looked = self._looks
            self._looks += 1
            return next(self._steps) - looked  # to look is to take a step
