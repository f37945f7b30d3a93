"""By which time an event is filed, and which stretches of time a question is answered from.

All times here are whole milliseconds since 1970, in UTC. Events are counted twice: in slices of ten seconds and in
minutes. A window is read as the minutes that lie in it whole and, at its edges, as slices; so an hour is some seventy
reads and not 360.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

SLICE = 10_000  # milliseconds
MINUTE = 60_000
AHEAD = 60_000  # how far a clock may be fast before it is not believed
MARGIN = 120_000  # how long things outlive their use, so that clocks may differ

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(time: datetime) -> int:
    """A time as milliseconds, rounded down."""
    since = time - _EPOCH
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def from_ms(ms: int) -> datetime:
    """Milliseconds as a time in UTC."""
    return _EPOCH + ms * _MILLISECOND


def filing_time(timestamp: int, received: int, now: int, retention: int) -> tuple[int, bool]:
    """The time by which an event is filed, and whether that is another than its own.

    A timestamp is believed unless it is more than a minute after the event was received or older than everything that
    is kept; then the event is filed by when it was received. That in turn is what a client says, so it may not lie in
    the future either: else one event of the year 9999 would be the newest for ever.
    """
    received = received if received <= now + AHEAD else now
    if received - retention <= timestamp <= received + AHEAD:
        return timestamp, False
    return received, True


def oldest_kept(now: int, retention: int) -> int:
    """The start of the longest window there can be: what was filed earlier is in none, and is not kept."""
    return _start_of_slice(now - retention)


def _start_of_slice(ms: int) -> int:
    return ms - ms % SLICE


class Window(NamedTuple):
    """From `start`, always the start of a slice, to `end`, both included."""

    start: int
    end: int

    @classmethod
    def of(cls, minutes: int, now: int) -> Window:
        """The last `minutes`, with the start moved back to that of a slice."""
        return cls(_start_of_slice(now - minutes * MINUTE), now)

    def minutes(self) -> range:
        """The numbers of the minutes that lie in it whole: minute n begins n minutes after 1970."""
        first = -(-self.start // MINUTE)
        return range(first, max(first, (self.end + 1) // MINUTE))

    def slices(self) -> list[int]:
        """The numbers of the slices that lie in none of those minutes. The last may reach beyond the end."""
        whole = self.minutes()
        per_minute = MINUTE // SLICE
        first, last = self.start // SLICE, self.end // SLICE
        if not whole:
            return list(range(first, last + 1))
        return [*range(first, whole.start * per_minute), *range(whole.stop * per_minute, last + 1)]
