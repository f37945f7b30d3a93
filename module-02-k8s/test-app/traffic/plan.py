"""Who asks for what, and when: pure, and the same for the same seed.

Requests come at random moments (a Poisson process) around a rate that follows a day: quiet at night, busy at noon.
Of the tenants the first is the busiest, as in life: the n-th sends about 1/n of what the first does (Zipf's law).
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

_START_OF_RUN = 0.3  # of a day: a little after seven, when it gets busy


@dataclass(frozen=True, slots=True)
class Request:
    """One request: when it is due, in seconds from the start, and what it is."""

    due: float
    path: str
    tenant: str


@dataclass(frozen=True, slots=True)
class Tenant:
    """A tenant's habits.

    Args:
        weight: how much it asks, beside the others.
        errors: share of its requests that end in a 5xx.
        slow: share of its requests that take long.
        delay: how long the slow ones take, in seconds; the median.
    """

    name: str
    weight: float
    errors: float
    slow: float
    delay: float


def tenants(count: int, seed: int) -> list[Tenant]:
    """So many tenants; most behave, some are in trouble, and the same seed makes the same ones."""
    drawn = random.Random(f"tenants {seed}")
    made = []
    for rank in range(1, count + 1):
        in_trouble, is_slow = drawn.random() < 0.25, drawn.random() < 0.25
        errors = drawn.uniform(0.08, 0.25) if in_trouble else drawn.uniform(0.002, 0.02)
        slow = drawn.uniform(0.1, 0.3) if is_slow else drawn.uniform(0.01, 0.04)
        made.append(Tenant(f"tenant-{rank}", 1 / rank, errors, slow, drawn.uniform(0.1, 0.6)))
    return made


def rate_at(seconds: float, mean: float, day: float) -> float:
    """Requests per second at a moment of the run, around `mean`; a day takes `day` seconds."""
    angle = 2 * math.pi * (seconds / day + _START_OF_RUN)
    return mean * (1 - 0.8 * math.cos(angle) + 0.2 * math.cos(2 * angle))  # 0.4 of it at midnight, twice at noon


def requests(mean: float, day: float, among: list[Tenant], seed: int) -> Iterator[Request]:
    """Requests in the order in which they are due, without end."""
    drawn = random.Random(f"requests {seed}")
    weights = [tenant.weight for tenant in among]
    due = 0.0
    while True:
        due += drawn.expovariate(rate_at(due, mean, day))
        [tenant] = drawn.choices(among, weights)
        yield Request(due, _path(tenant, drawn), tenant.name)


def _path(tenant: Tenant, drawn: random.Random) -> str:
    kind = drawn.random()
    if kind < tenant.errors:
        return drawn.choice(["/api/v1/error", "/api/v1/error?status=502", "/api/v1/error?status=503"])
    if kind < tenant.errors + tenant.slow:
        return f"/api/v1/slow?seconds={min(4.0, tenant.delay * drawn.lognormvariate(0, 0.5)):.3f}"
    if drawn.random() < 0.4:
        return f"/api/v1/users?limit={drawn.choice([10, 20, 50])}"
    return f"/api/v1/users/{drawn.randint(1, 104)}"  # there are 100: some links are stale
