"""The critical path: the chain of observations that a grade's length comes from. To shorten another wins nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sentinel_grader.tracing import Span

#: Seconds between one end and the next start that the scheduler itself may take.
_AT_ONCE = 0.05
BEFORE, AFTER = "setting up", "clearing up"


@dataclass(frozen=True)
class Segment:
    """A part of the path, in the trace's times. `after` is what it had to wait for: "" for nothing; `for_place` tells
    that it did not need what that made, but the place that it took up."""

    what: str
    began: float
    ended: float
    after: str = ""
    for_place: bool = False

    @property
    def seconds(self) -> float:
        return self.ended - self.began


def critical_path(
    spans: Sequence[Span], needs: Mapping[str, Iterable[str]], began: float, ended: float
) -> list[Segment]:
    """The path of a grade that lasted from `began` to `ended`; the segments follow each other without a gap. `needs`
    gives what each observation builds on. One that began well after that had ended waited for a place."""
    chain, at = list[tuple[Span, Span | None]](), max(spans, key=_end, default=None)
    while at:
        before = _before(at, spans, needs)
        chain.append((at, before))
        at = before
    chain.reverse()
    ends = [span.began for span, _ in chain[1:]] + [span.ended for span, _ in chain[-1:]]
    path = [Segment(BEFORE, began, chain[0][0].began if chain else ended)]
    for (span, before), end in zip(chain, ends, strict=True):
        for_place = before is not None and before.observation not in needs.get(span.observation, ())
        path.append(Segment(span.observation, span.began, end, before.observation if before else "", for_place))
    return [*path, Segment(AFTER, path[-1].ended, ended)]


def _before(at: Span, spans: Sequence[Span], needs: Mapping[str, Iterable[str]]) -> Span | None:
    """What `at` had to wait for: the last of what it builds on, or whichever ended last and left its place."""
    wanted, earlier = set(needs.get(at.observation, ())), [span for span in spans if span.ended <= at.began]
    ready = max((span for span in earlier if span.observation in wanted), key=_end, default=None)
    since = ready.ended if ready else min(span.began for span in spans)
    if at.began - since <= _AT_ONCE:
        return ready
    left = [span for span in earlier if since < span.ended and span.began < span.ended]
    return max(left, key=_end, default=ready)


def _end(span: Span) -> float:
    return span.ended
