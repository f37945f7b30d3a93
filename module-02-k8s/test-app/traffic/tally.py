"""What came of the requests: a line for each second, and a summary."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

_MOST_KEPT = 200_000  # latencies for the summary: about two hours at the usual rate; then the older half goes


def percentile(values: list[float], share: float) -> float:
    """The nearest-rank percentile; 0 of nothing."""
    if not values:
        return 0.0
    return sorted(values)[max(0, -(-int(share * 1000) * len(values) // 1000) - 1)]


@dataclass
class Tally:
    """Counts: `ok` below 400, `refused` 4xx, `errors` 5xx, `unanswered`, and `unsent`: too many were under way."""

    sent: int = 0
    unsent: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    by_tenant: Counter[str] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    last_failure: str = ""

    def answered(self, tenant: str, status: int, seconds: float) -> None:
        """An answer came, so many seconds after its request was due."""
        self.counts["errors" if status >= 500 else "refused" if status >= 400 else "ok"] += 1
        self.by_tenant[tenant] += 1
        if len(self.latencies) >= _MOST_KEPT:
            del self.latencies[: _MOST_KEPT // 2]
        self.latencies.append(seconds)

    def unanswered(self, reason: str) -> None:
        """None came."""
        self.counts["unanswered"] += 1
        self.last_failure = reason

    def figures(self) -> str:
        """`sent 20  ok 18  4xx 1  5xx 1  no answer 0  p95 12 ms`."""
        found = self.counts
        text = f"sent {self.sent:4}  ok {found['ok']:4}  4xx {found['refused']:3}  5xx {found['errors']:3}"
        text += f"  no answer {found['unanswered']:3}  p95 {percentile(self.latencies, 0.95) * 1000:5.0f} ms"
        return text + (f"  not sent {self.unsent}" if self.unsent else "")


class Tallies:
    """The current second, and all of them."""

    def __init__(self) -> None:
        self.second = Tally()
        self.all = Tally()

    def both(self) -> tuple[Tally, Tally]:
        """To add to."""
        return self.second, self.all

    def next_second(self) -> Tally:
        """The second that is over."""
        over, self.second = self.second, Tally()
        return over

    def summary(self, seconds: float) -> list[str]:
        """Lines about all of it."""
        lines = [f"in {seconds:.0f} s: {' '.join(self.all.figures().split())}"]
        busiest = self.all.by_tenant.most_common(3)
        if busiest:
            lines.append("busiest: " + ", ".join(f"{name} {count}" for name, count in busiest))
        if self.all.last_failure:
            lines.append(f"last request without an answer: {self.all.last_failure}")
        return lines
