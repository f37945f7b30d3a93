"""Facts about images that no learner makes: the content of a base's layer, the files of a base.

They are filed under digests of just what they tell of, so that they hold whatever is graded. Reading the bases is most
of what a first grade waits for; it is done once on a machine.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TypeVar

from sentinel_grader.observe import filed
from sentinel_grader.observe.code import code_version

T = TypeVar("T")
#: Their folder, in the state folder; how many are kept, the oldest go first.
FOLDER, MOST = "facts", 100


class Facts:
    """Facts, in memory and in a folder; without a folder in memory only."""

    def __init__(self, folder: Path | None) -> None:
        self._folder, self._known, self._lock = folder, dict[str, object](), threading.Lock()

    @staticmethod
    def default() -> Facts:
        """Those of this machine."""
        return _facts_in(filed.kept_folder(FOLDER))

    def get(self, of: Sequence[str], kind: type[T]) -> T | None:
        """The fact of this kind about what has these digests; None if it is not known."""
        known = self._known.get(name := _name(of, kind))
        if known is None and self._folder and (known := filed.read(self._folder / name, kind)) is not None:
            self._known[name] = known
        return known if isinstance(known, kind) else None

    def put(self, of: Sequence[str], fact: object) -> None:
        self._known[name := _name(of, type(fact))] = fact
        if self._folder:
            filed.write(self._folder / name, fact)
            filed.keep_newest(self._folder, MOST)

    def find(self, of: Sequence[str], kind: type[T], make: Callable[[], T]) -> T:
        """The fact, found out by the first who asks."""
        with self._lock:
            if (known := self.get(of, kind)) is None:
                self.put(of, known := make())
            return known


def _name(of: Sequence[str], kind: type) -> str:
    words = "\0".join([code_version(), kind.__name__, *of])
    return f"{hashlib.sha256(words.encode()).hexdigest()}.json"


@cache
def _facts_in(folder: Path | None) -> Facts:
    return Facts(folder)
