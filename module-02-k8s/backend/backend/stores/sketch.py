"""How latencies are kept so that any percentile can be told within 1 %, and any two sketches can be added up.

As in DDSketch (https://arxiv.org/abs/1908.10693) latencies are counted in bins whose width grows with them: a bin's
middle is at most 0.5 % away from all that is in it. Which bin the nearest-rank percentile is in is known exactly, so
the answer is as close to it as that.

A sketch is a row of 32-bit numbers, sorted: the bin in the upper 12 bits, how many are in it in the lower 20. A bin may
stand in more than one of them. So adding sketches up is joining them, and sorting does the rest, all of it in C.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import ceil, log
from typing import NamedTuple

ACCURACY = 0.005
LEAST = 1e-6  # milliseconds: what is shorter than a nanosecond counts as 0

_GROWTH = (1 + ACCURACY) / (1 - ACCURACY)  # from the start of a bin to that of the next
_BINS = 1 / log(_GROWTH)  # in a factor of e; so 24 hours are in bin 3,209, and 12 bits are enough
_MIDDLE = 2 * _GROWTH / (1 + _GROWTH)
_COUNT_BITS = 20
_LAST = 4095  # bin
_MOST = (1 << _COUNT_BITS) - 1
_count_of = _MOST.__and__


def code(latency: float) -> int:
    """One latency, in milliseconds, as a number of a sketch."""
    number = int(log(latency / LEAST) * _BINS) + 1 if latency >= LEAST else 0
    return (number << _COUNT_BITS) | 1


def middle(number: int) -> float:
    """The latency, in milliseconds, that stands for all in a bin."""
    return LEAST * _GROWTH ** (number - 1) * _MIDDLE if number else 0.0


def pack(codes: Iterable[int]) -> bytes:
    """Numbers as a sketch."""
    return array("I", sorted(codes)).tobytes()


def combine(sketches: Sequence[bytes]) -> bytes:
    """All of them in one, each bin as few times as its count allows."""
    if len(sketches) == 1:
        return sketches[0]
    counts: dict[int, int] = {}
    for one in _sorted(sketches):
        number = one >> _COUNT_BITS
        counts[number] = counts.get(number, 0) + (one & _MOST)
    return array("I", _codes(counts)).tobytes()


def _codes(counts: dict[int, int]) -> Iterable[int]:
    for number, count in counts.items():
        while count > _MOST:
            yield (number << _COUNT_BITS) | _MOST
            count -= _MOST
        yield (number << _COUNT_BITS) | count


class Steps(NamedTuple):
    """Sketches made ready for questions: bins in their order, and how many latencies are in each or one before it."""

    bins: list[int]
    up_to: list[int]

    @classmethod
    def of(cls, sketches: Sequence[bytes]) -> Steps:
        """All of them in one."""
        codes = _sorted(sketches)
        return cls([one >> _COUNT_BITS for one in codes], list(accumulate(map(_count_of, codes))))

    def count_to(self, number: int) -> int:
        """How many latencies are in the bins up to this one."""
        steps = bisect_right(self.bins, number)
        return self.up_to[steps - 1] if steps else 0


NO_STEPS = Steps([], [])


def percentile(some: Steps, others: Steps, percent: int) -> float:
    """The nearest-rank percentile of all latencies in both, in milliseconds; there must be at least one."""
    rank = max(1, ceil(percent * (some.count_to(_LAST) + others.count_to(_LAST)) / 100))
    first, last = 0, _LAST  # it is in one of these bins
    while first < last:
        half = (first + last) // 2
        if some.count_to(half) + others.count_to(half) >= rank:
            last = half
        else:
            first = half + 1
    return middle(first)


def _sorted(sketches: Sequence[bytes]) -> list[int]:
    return sorted(array("I", b"".join(sketches)))
