"""What is counted of events, per tenant, in slices and minutes; and what answers questions about it.

Bucket            a slice or a minute: its kind and its number
  Page            what one batch added to it, or what many did, added up; a bucket holds any number of pages
    Record        the counts of one tenant

Adding is appending a page: whatever the events of a batch, nothing is read or changed for it. Pages are added up when
there are many of them (`fold`), and once more for an answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

from backend.events import FiledEvent
from backend.filing import MINUTE, SLICE
from backend.stores import sketch

OTHERS = "(others)"  # what tenants beyond MAX_TENANTS are counted as, together


class Bucket(NamedTuple):
    """A slice or a minute."""

    kind: Literal["slice", "minute"]
    number: int

    @property
    def end(self) -> int:
        """The millisecond after its last."""
        return (self.number + 1) * (SLICE if self.kind == "slice" else MINUTE)


class Record(Struct, array_like=True, frozen=True, gc=False):
    """The counts of one tenant."""

    tenant: str
    events: int
    errors: int
    latencies: int
    microseconds: int  # the sum of all latencies, whole, so that it is exact
    sketch: bytes


class Page(Struct, array_like=True, frozen=True, gc=False):
    """Counts that hold from `due` on: 0, or the millisecond of events that lay ahead of the clock when they came.

    Only slices know of `due`: a minute is read when all of it has passed.
    """

    due: int
    records: list[Record]


class Tally:
    """Counts of one tenant that are still being added to."""

    __slots__ = ("codes", "errors", "events", "latencies", "microseconds", "sketches")

    def __init__(self) -> None:
        self.events = self.errors = self.latencies = self.microseconds = 0
        self.codes: list[int] = []
        self.sketches: list[bytes] = []

    def count(self, event: FiledEvent) -> None:
        """Add one event."""
        self.events += 1
        self.errors += event.is_error
        latency = event.latency
        if latency is not None:
            self.latencies += 1
            self.microseconds += round(latency * 1000)
            self.codes.append(sketch.code(latency))

    def add(self, record: Record) -> None:
        """Add what was added up before."""
        self.events += record.events
        self.errors += record.errors
        self.latencies += record.latencies
        self.microseconds += record.microseconds
        if record.sketch:
            self.sketches.append(record.sketch)

    def join(self, other: Tally) -> None:
        """Add what another has counted."""
        self.events += other.events
        self.errors += other.errors
        self.latencies += other.latencies
        self.microseconds += other.microseconds
        self.codes += other.codes

    def counts(self) -> tuple[int, int, int, int, bytes]:
        """All but the name of a record."""
        sketches = [*self.sketches, sketch.pack(self.codes)] if self.codes else self.sketches
        packed = sketch.combine(sketches) if sketches else b""
        return self.events, self.errors, self.latencies, self.microseconds, packed


Tallies = dict[str, Tally]
Drafts = dict[Bucket, dict[int, Tallies]]


def draft(events: Iterable[FiledEvent], now: int) -> Drafts:
    """Count events: for each bucket, for each time from which on they hold, for each tenant."""
    drafts: Drafts = {}
    tallies: Tallies = {}
    start, end = 1, 0  # of the slice that `tallies` is of: events that follow one another are mostly of the same
    for event in events:
        at, tenant = event.at, event.tenant
        if not start <= at < end:
            ahead = at > now  # each millisecond that lies ahead is on its own
            start = at if ahead else at - at % SLICE
            end = at + 1 if ahead else min(start + SLICE, now + 1)
            tallies = drafts.setdefault(Bucket("slice", at // SLICE), {}).setdefault(at if ahead else 0, {})
        tally = tallies.get(tenant)
        if tally is None:
            tally = tallies[tenant] = Tally()
        tally.count(event)
    return drafts | _minutes(drafts)


def _minutes(slices: Drafts) -> Drafts:
    """The counts of slices as those of minutes."""
    parts: dict[int, list[Tallies]] = {}
    for bucket, dues in slices.items():
        parts.setdefault(bucket.number * SLICE // MINUTE, []).extend(dues.values())
    return {Bucket("minute", number): {0: _join(tallies)} for number, tallies in parts.items()}


def _join(parts: list[Tallies]) -> Tallies:
    if len(parts) == 1:
        return parts[0]
    joined: Tallies = {}
    for part in parts:
        for tenant, tally in part.items():
            joined.setdefault(tenant, Tally()).join(tally)
    return joined


def add_up(pages: Iterable[Page], now: int) -> list[Record]:
    """The records of all pages that are due, one for each tenant."""
    tallies: defaultdict[str, Tally] = defaultdict(Tally)
    for page in pages:
        if page.due <= now:
            for record in page.records:
                tallies[record.tenant].add(record)
    return [Record(tenant, *tally.counts()) for tenant, tally in tallies.items()]


def fold(pages: Sequence[Page], now: int) -> list[Page]:
    """The same counts on as few pages as can be: one, before those that are not due yet."""
    return [Page(0, add_up(pages, now)), *(page for page in pages if page.due > now)]
