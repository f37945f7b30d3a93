"""What Prometheus is told: https://prometheus.io/docs/practices/naming/."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from collector.buffer import Buffer

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)  # seconds


class Metrics:
    """The collector's metrics, in a registry of their own, so that tests can have many."""

    def __init__(self, buffer: Buffer) -> None:
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self._requests = Counter(
            "log_collector_requests", "Requests to POST routes, by their answer", ["route", "status"], registry=registry
        )
        self._seconds = Histogram(
            "log_collector_request_seconds", "Time to the answer", ["route"], registry=registry, buckets=_BUCKETS
        )
        self.entries = Counter("log_collector_entries", "Entries accepted: safe on the queue", registry=registry)
        self.queue_length = Gauge(
            "log_collector_queue_length", "Entries on the queue when last seen", registry=registry
        )
        buffered = Gauge("log_collector_buffered_bytes", "Bytes of requests in hand", registry=registry)
        buffered.set_function(lambda: buffer.taken)
        self._children: dict[tuple[str, int], tuple[Counter, Histogram]] = {}

    def answered(self, route: str, status: int, seconds: float) -> None:
        """Count one answer. Finding a labelled child costs more than counting, so they are kept."""
        children = self._children.get((route, status))
        if children is None:
            children = self._requests.labels(route, str(status)), self._seconds.labels(route)
            self._children[route, status] = children
        children[0].inc()
        children[1].observe(seconds)

    def text(self) -> bytes:
        """All of them in Prometheus's text format."""
        return generate_latest(self._registry)
