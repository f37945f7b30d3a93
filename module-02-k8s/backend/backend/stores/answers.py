"""What is asked of a window, answered from the records of its buckets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import nsmallest
from itertools import chain
from typing import NamedTuple

from msgspec import Struct

from backend.stores import sketch
from backend.stores.buckets import Record


class TenantErrors(Struct, frozen=True):
    """How many of a tenant's events were errors."""

    tenant_id: str
    errors: int
    events: int
    error_rate: float


class TenantLatency(Struct, frozen=True):
    """How long a tenant's requests took; all but `count` in milliseconds."""

    tenant_id: str
    count: int
    average_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float


class Whole:
    """The records of all whole minutes of a window, one for each tenant; it may be asked many times.

    What it takes to answer is kept, and then only the edges of the window are counted anew.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        self.records = {record.tenant: record for record in records}
        self._steps: dict[str, sketch.Steps] = {}

    def steps(self, tenant: str) -> sketch.Steps:
        """The latencies of a tenant."""
        found = self._steps.get(tenant)
        if found is None:
            record = self.records.get(tenant)
            found = self._steps[tenant] = sketch.Steps.of([record.sketch]) if record else sketch.NO_STEPS
        return found


class Parts(NamedTuple):
    """All that was counted in a window."""

    whole: Whole
    edges: list[list[Record]]

    def records(self) -> Iterator[Record]:
        """Every record."""
        return chain(self.whole.records.values(), *self.edges)


def rank_errors(parts: Parts, limit: int) -> list[TenantErrors]:
    """The tenants with the most errors, and then those without; ties by name."""
    events: dict[str, int] = {}
    errors: dict[str, int] = {}
    for record in parts.records():
        tenant = record.tenant
        events[tenant] = events.get(tenant, 0) + record.events
        errors[tenant] = errors.get(tenant, 0) + record.errors
    first = nsmallest(limit, events, key=lambda tenant: (-errors[tenant], tenant))
    return [TenantErrors(tenant, errors[tenant], events[tenant], errors[tenant] / events[tenant]) for tenant in first]


def rank_latency(parts: Parts, limit: int) -> list[TenantLatency]:
    """The tenants with the highest 95th percentile; ties by name. Who has sent no latency is not among them."""
    counts: dict[str, int] = {}
    sums: dict[str, int] = {}
    for record in parts.records():
        if record.latencies:
            counts[record.tenant] = counts.get(record.tenant, 0) + record.latencies
            sums[record.tenant] = sums.get(record.tenant, 0) + record.microseconds
    edges: dict[str, list[bytes]] = {}
    for record in chain(*parts.edges):
        edges.setdefault(record.tenant, []).append(record.sketch)
    steps = {tenant: (parts.whole.steps(tenant), sketch.Steps.of(edges.get(tenant, []))) for tenant in counts}
    p95s = {tenant: _told(both, 95) for tenant, both in steps.items()}
    return [
        TenantLatency(
            tenant,
            counts[tenant],
            sums[tenant] / counts[tenant] / 1000,
            _told(steps[tenant], 50),
            p95s[tenant],
            _told(steps[tenant], 99),
        )
        for tenant in nsmallest(limit, p95s, key=lambda tenant: (-p95s[tenant], tenant))
    ]


def _told(steps: tuple[sketch.Steps, sketch.Steps], percent: int) -> float:
    """A percentile to six digits: more would only show where the middle of a bin is."""
    return float(f"{sketch.percentile(*steps, percent):.6g}")
