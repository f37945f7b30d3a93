"""What Prometheus is told: https://prometheus.io/docs/practices/naming/."""

from __future__ import annotations

from typing import Literal

from prometheus_client import CollectorRegistry, Counter, PlatformCollector, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
Kind = Literal["error", "other", "malformed"]


class Metrics:
    """The alerter's metrics, in a registry of their own, so that tests can have many."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._entries = Counter(
            "alerter_entries", "Entries worked on, by what they were", labelnames=["kind"], registry=self._registry
        )
        self._alerts = Counter("alerter_alerts", "Alerts raised", registry=self._registry)

    def worked_on(self, kind: Kind) -> None:
        """Count an entry."""
        self._entries.labels(kind).inc()

    def raised(self) -> None:
        """Count an alert."""
        self._alerts.inc()

    def text(self) -> bytes:
        """All of them in Prometheus's text format."""
        return generate_latest(self._registry)
