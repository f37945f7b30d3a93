"""Several things in one sentence."""

from __future__ import annotations

from collections.abc import Iterable


def listed(words: Iterable[str], most: int = 5) -> str:
    """The first of them, and how many more there are."""
    found = list(words)
    return ", ".join(found[:most]) + (f" and {len(found) - most} more" if len(found) > most else "")
