"""What Prometheus is told: https://prometheus.io/docs/practices/naming/.

Counted once for each batch, so prometheus_client's own counters are cheap enough.
"""

from __future__ import annotations

from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
_SIZES = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000)
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """The processor's metrics, in a registry of their own, so that tests can have many."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self.taken = self._counter("entries_taken", "Entries taken off the queue, again after a restart")
        self.delivered = self._counter("events_delivered", "Events that the backend stored")
        self.duplicates = self._counter("events_duplicate", "Events that the backend had already")
        self.dead = self._counter("entries_dead", "Entries that cannot be delivered", "reason")
        self.dead_dropped = self._counter("dead_dropped", "Oldest entries dropped from the list of the dead: MAX_DEAD")
        self.forwarded = self._counter("entries_forwarded", "Entries copied to a list", "list")
        self.forward_refused = self._counter(
            "forward_refused", "Entries not copied to a list: MAX_FORWARD_LENGTH, or it is no list", "list"
        )
        self.retries = self._counter("retries", "Failed tries, by what failed and how", "of", "kind")
        self.reclaimed = self._counter("entries_reclaimed", "Entries of dead workers that were put back")
        self.disowned = self._counter(
            "batches_disowned",
            "Batches not in hand any more when settled: reclaimed, or settled by a try whose answer got lost",
        )
        self.queue_length = Gauge(
            "log_processor_queue_length", "Entries on the queue when last seen", registry=self._registry
        )
        self.batch_entries = Histogram(
            "log_processor_batch_entries", "Entries in a batch", buckets=_SIZES, registry=self._registry
        )
        self.delivery_seconds = Histogram(
            "log_processor_delivery_seconds",
            "Time until the backend took a request, all tries included",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.oldest_in_hand: datetime | None = None
        age = Gauge(
            "log_processor_oldest_entry_age_seconds",
            "Time since the oldest entry in hand was received; 0: none is in hand",
            registry=self._registry,
        )
        age.set_function(self._age)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"log_processor_{name}", meaning, labelnames=labels, registry=self._registry)

    def _age(self) -> float:
        return (datetime.now(UTC) - self.oldest_in_hand).total_seconds() if self.oldest_in_hand else 0

    def text(self) -> bytes:
        """All of them in Prometheus's text format."""
        return generate_latest(self._registry)
