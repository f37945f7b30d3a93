"""Observations called off while they are under way: what they look at has changed, or nobody waits for them now."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Collection, Iterator

#: Which observations; None: all of them.
Names = Collection[str] | None
#: The code of an observation that was called off, as it ended.
CALLED_OFF = "called_off"


class CallingOff:
    """Given to a grade, and kept by whoever may call some of it off, from another thread and at any time."""

    def __init__(self) -> None:
        self._lock, self._before = threading.Lock(), list[Names]()
        self._listener: Callable[[Names], object] | None = None

    def these(self, names: Names) -> None:
        """Call these off, and what builds on them. Those that have ended stand."""
        with self._lock:
            if self._listener:
                self._listener(names)
            else:
                self._before.append(names)

    def everything(self) -> None:
        """Call all off."""
        self.these(None)

    @contextlib.contextmanager
    def heard_by(self, listener: Callable[[Names], object]) -> Iterator[None]:
        """Tell `listener` of it during the block, and of what was called off before. It must not wait for anything."""
        with self._lock:
            self._listener = listener
            for names in self._before:
                listener(names)
        try:
            yield
        finally:
            with self._lock:
                self._listener = None
