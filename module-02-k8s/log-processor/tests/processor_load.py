"""Entries that are queued all the time, and the account of where they went."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from processor_backend import BackendProcess
from processor_process import ids_on, push_entries
from redis.exceptions import RedisError
from redis_container import RedisContainer

#: The forward lists.
LISTS = ("alerts_queue", "archive")
_STEP = 50


class Load:
    """Queues entries all the time; what Redis did not confirm it queues again, as any client would."""

    def __init__(self, redis: RedisContainer) -> None:
        self._redis = redis
        self._stopping = threading.Event()
        self.ids: list[str] = []
        self.unsure: set[str] = set()  # queued perhaps twice: the first time was not confirmed

    @contextmanager
    def flowing(self) -> Iterator[None]:
        """Queue until the end of the block."""
        thread = threading.Thread(target=self._push)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join()

    def _push(self) -> None:
        while not self._stopping.is_set():
            numbers = range(len(self.ids), len(self.ids) + _STEP)
            try:
                self.ids += push_entries(self._redis, numbers)
            except (RedisError, OSError):
                self.unsure |= {f"id-{number}" for number in numbers}
            time.sleep(0.01)


def assert_all_arrived(load: Load, redis: RedisContainer, backend: BackendProcess) -> None:
    """Print the account, and compare."""
    delivered = Counter(backend.ids())
    print(f"queued {len(load.ids)}, delivered {delivered.total()}")
    assert set(load.ids) - set(delivered) == set(), "lost"
    assert set(delivered) - set(load.ids) <= load.unsure, "never queued"
    assert max(delivered.values()) == 1, "stored twice"
    for name in LISTS:
        forwarded = Counter(ids_on(redis, name))
        assert set(forwarded) == set(delivered)
        assert {one for one, times in forwarded.items() if times > 1} <= load.unsure, "forwarded twice"
    assert redis.cli("exists", "logs_dead") == "0"
