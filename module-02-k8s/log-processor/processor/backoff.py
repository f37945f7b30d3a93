"""When to try again: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


@dataclass(frozen=True)
class Backoff:
    """Pauses that grow, with jitter, so that many workers do not come back all at once.

    Args:
        first: longest first pause, in seconds; it doubles each time.
        most: longest pause of all.
        most_asked: longest pause that the other side may ask for.
    """

    first: float
    most: float
    most_asked: float

    def pauses(self) -> Iterator[float]:
        """Seconds before the next try, and the next, without end: each between half of what it may be and all of it."""
        longest = min(self.first, self.most)
        while True:
            yield random.uniform(longest / 2, longest)
            longest = min(longest * 2, self.most)

    def after(self, pause: float, asked: float) -> float:
        """Seconds before the next try, where the other side asked for some: that at least, and jitter all the same."""
        return min(asked, self.most_asked) + pause if asked > 0 else pause


def retry_after(header: str | None) -> float:
    """Seconds of a Retry-After header, which holds a number or a date; 0 where it holds neither.

    https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return 0
    return max(0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
