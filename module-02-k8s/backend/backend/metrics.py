"""What Prometheus is told: https://prometheus.io/docs/practices/naming/.

Counting happens for every request, so it is plain arithmetic here; prometheus_client's own counters take a lock and
four calls for each step. What they are good at, naming and writing the text format, it does when it is asked.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from backend.buffer import Buffer
from backend.stores import Added

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds


class _Times:
    """How long something took: a count for each bucket, and the sum."""

    def __init__(self) -> None:
        self.counts = [0] * (len(_BOUNDS) + 1)
        self.sum = 0.0

    def buckets(self) -> list[tuple[str, float]]:
        """Prometheus's buckets, each of which holds all that are smaller."""
        names = [*map(str, _BOUNDS), "+Inf"]
        return [(name, sum(self.counts[: index + 1])) for index, name in enumerate(names)]


class _Histogram:
    """How long things of several names took."""

    def __init__(self, name: str, meaning: str, label: str) -> None:
        self._about = (name, meaning, label)
        self._times: dict[str, _Times] = {}

    def note(self, name: str, seconds: float) -> None:
        times = self._times.get(name) or self._times.setdefault(name, _Times())
        times.counts[bisect_left(_BOUNDS, seconds)] += 1
        times.sum += seconds

    def metric(self) -> Metric:
        name, meaning, label = self._about
        metric = HistogramMetricFamily(name, meaning, labels=[label])
        for of, times in self._times.items():
            metric.add_metric([of], times.buckets(), times.sum)
        return metric


class Metrics(Collector):
    """The backend's metrics, in a registry of their own, so that tests can have many."""

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer
        self._requests: Counter[tuple[str, int]] = Counter()
        self._events: Counter[str] = Counter(accepted=0, duplicate=0, refused=0)
        self._request_seconds = _Histogram("backend_request_seconds", "Time to the answer", "route")
        self._store_seconds = _Histogram("backend_store_seconds", "Time that the store took", "operation")
        self._held: int | None = None
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self._requests[route, status] += 1
        self._request_seconds.note(route, seconds)

    def asked(self, operation: str, seconds: float) -> None:
        """Note how long the store took, whatever came of it."""
        self._store_seconds.note(operation, seconds)

    def added(self, added: Added) -> None:
        """Count what the store took."""
        self._events["accepted"] += added.accepted
        self._events["duplicate"] += added.duplicates

    def refused(self, events: int) -> None:
        """Count events that something was wrong with."""
        self._events["refused"] += events

    def text(self, held: int | None) -> bytes:
        """All of them in Prometheus's text format.

        Args:
            held: how many events the store holds; None: it is away.
        """
        self._held = held
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """What the registry asks for."""
        events = CounterMetricFamily(
            "backend_events", "Events that were sent, by what became of them", labels=["outcome"]
        )
        for outcome, count in self._events.items():
            events.add_metric([outcome], count)
        requests = CounterMetricFamily("backend_requests", "Requests, by their answer", labels=["route", "status"])
        for (route, status), count in self._requests.items():
            requests.add_metric([route, str(status)], count)
        yield from (events, requests, self._request_seconds.metric(), self._store_seconds.metric())
        yield GaugeMetricFamily("backend_buffered_bytes", "Bytes of requests in hand", self._buffer.taken)
        if self._held is not None:
            yield GaugeMetricFamily("backend_events_held", "Events that the store holds", self._held)
