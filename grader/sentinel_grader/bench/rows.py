"""What a measurement finds."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Cost:
    """Processor time for one entry, in microseconds."""

    server_us: float
    redis_us: float


@dataclass(frozen=True)
class Row:
    """One line of the table: the collector against the baseline, with as many connections on both sides."""

    request: str
    connections: int
    baseline: Cost
    collector: Cost
    most: float

    @property
    def ratio(self) -> float:
        """The collector's processor time, as a part of the baseline's."""
        return self.collector.server_us / self.baseline.server_us

    @property
    def holds(self) -> bool:
        """Whether it is within the bound."""
        return self.ratio <= self.most

    def as_json(self) -> dict[str, object]:
        """For the saved report."""
        return {**asdict(self), "ratio": self.ratio, "holds": self.holds}
