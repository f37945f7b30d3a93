"""How much of a submission is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of a clean copy. The course's own exercises take less than a hundredth of each.

    `entries` counts everything that is listed, whether taken, left out or refused; `refusals` is how many are told.
    """

    files: int = 2_000
    entries: int = 10_000
    file_bytes: int = 5_000_000
    total_bytes: int = 50_000_000
    depth: int = 12
    path_bytes: int = 200
    refusals: int = 50


LIMITS = Limits()
