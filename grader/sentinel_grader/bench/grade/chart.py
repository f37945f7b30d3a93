"""The picture: every observation of the median grade over time, the critical path in colour, the baseline above it.

One page without scripts and with nothing to fetch, light or dark as its reader has it. Lengths are in percent of the
width, so that the words keep their size at any.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from sentinel_grader.bench.grade.measure import Measured

#: Percent of the width that the names take, and that is left at the right for seconds.
_LEFT, _RIGHT = 16.0, 7.0
#: Percent that a part of the baseline must have to bear its name.
_ROOM = 7.0


@dataclass(frozen=True)
class Bar:
    """A bar from `x`, `width` wide, both in percent of the picture."""

    name: str
    seconds: float
    x: float
    width: float
    critical: bool = False
    named: bool = True


@dataclass(frozen=True)
class Picture:
    """The baseline's parts, a row for each observation, and where the seconds are."""

    baseline: list[Bar]
    rows: list[Bar]
    ticks: list[tuple[int, float]]


def picture(found: Measured) -> Picture:
    """Measure it for drawing."""
    whole = max(found.middle.seconds, found.middle_baseline.seconds)
    scale = (100 - _LEFT - _RIGHT) / whole
    began, parts, at = found.middle.began, list[Bar](), 0.0
    for part in found.middle_baseline.parts:
        width = part.seconds * scale
        parts.append(Bar(part.what, part.seconds, _LEFT + at * scale, width, named=width > _ROOM))
        at += part.seconds
    critical = {part.what for part in found.path}
    spans = [(span.observation, span.began, span.ended) for span in found.middle.trace.spans]
    ends = [(part.what, part.began, part.ended) for part in (found.path[0], found.path[-1])]
    rows = [
        Bar(name, end - start, _LEFT + (start - began) * scale, max(0.2, (end - start) * scale), name in critical)
        for name, start, end in sorted(spans + ends, key=lambda row: (row[1], row[2]))
    ]
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 1000) if whole / step <= 12)
    return Picture(parts, rows, [(second, _LEFT + second * scale) for second in range(0, int(whole) + 1, step)])


def render(found: Measured) -> str:
    """The page."""
    return _template().render(found=found, picture=picture(found))


@cache
def _template() -> Template:
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["s"] = lambda seconds: f"{seconds:.1f} s"
    return environment.get_template("chart.html.j2")
