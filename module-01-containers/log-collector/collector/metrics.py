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

from collector.buffer import Buffer

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)  # seconds


class _Times:
    """How long requests took: a count for each bucket, and the sum."""

    def __init__(self) -> None:
        self.counts = [0] * (len(_BOUNDS) + 1)
        self.sum = 0.0

    def buckets(self) -> list[tuple[str, float]]:
        """Prometheus's buckets, each of which holds all that are smaller."""
        names = [*map(str, _BOUNDS), "+Inf"]
        return [(name, sum(self.counts[: index + 1])) for index, name in enumerate(names)]


class Metrics(Collector):
    """The collector's metrics, in a registry of their own, so that tests can have many."""

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer
        self._requests: Counter[tuple[str, int]] = Counter()
        self._times: dict[str, _Times] = {}
        self._entries = 0
        self._queue_length = 0
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self._requests[route, status] += 1
        times = self._times.get(route) or self._times.setdefault(route, _Times())
        times.counts[bisect_left(_BOUNDS, seconds)] += 1
        times.sum += seconds

    def queued(self, entries: int, queue_length: int) -> None:
        """Count accepted entries, and note how long the queue then is."""
        self._entries += entries
        self._queue_length = queue_length

    def text(self) -> bytes:
        """All of them in Prometheus's text format."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """What the registry asks for."""
        yield CounterMetricFamily("log_collector_entries", "Entries accepted: safe on the queue", self._entries)
        yield GaugeMetricFamily("log_collector_queue_length", "Entries on the queue when last seen", self._queue_length)
        yield GaugeMetricFamily("log_collector_buffered_bytes", "Bytes of requests in hand", self._buffer.taken)
        requests = CounterMetricFamily(
            "log_collector_requests", "Requests to take logs, by their answer", labels=["route", "status"]
        )
        for (route, status), count in self._requests.items():
            requests.add_metric([route, str(status)], count)
        seconds = HistogramMetricFamily("log_collector_request_seconds", "Time to the answer", labels=["route"])
        for route, times in self._times.items():
            seconds.add_metric([route], times.buckets(), times.sum)
        yield from (requests, seconds)
