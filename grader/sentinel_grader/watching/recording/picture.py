"""A recording as one SVG: its moments one after the other, the last one for good where nothing should move."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import groupby

from sentinel_grader.watching.recording.cast import IDLE, Chunks
from sentinel_grader.watching.recording.screen import Lines, Screen, Style, drawn

#: Seconds between two moments at least, and for which each of those is shown in which a verdict was said; for which the
#: last is.
_STEP, _READ, _LAST = 0.4, 3.0, 8.0
_WIDTH, _HEIGHT, _EDGE = 8.43, 19.0, 16.0
#: A line that only says that something is at work: moments that differ in such lines alone are one.
_AT_WORK = re.compile(r"^[⠀-⣿] \d+ of \d+ checks|^  [a-z ]+ \d+ s\b")
_STYLE = """
  .page { fill: #ffffff; stroke: #d0d7de }
  text { fill: #1f2328; font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; white-space: pre }
  .red { fill: #cf222e } .green { fill: #1a7f37 } .yellow { fill: #9a6700 } .dim { fill: #656d76 }
  .bold { font-weight: 700 }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; stroke: #30363d } text { fill: #e6edf3 }
    .red { fill: #ff7b72 } .green { fill: #3fb950 } .yellow { fill: #d29922 } .dim { fill: #8d96a0 }
  }
"""


def thinned(chunks: Chunks, columns: int, rows: int) -> Chunks:
    """The same recording without what nobody would miss: of a wait in which nothing new is said, its first moment and
    one from its middle, in which it is seen what is at work. All when it was."""
    screen, seen = Screen(columns, rows), list[tuple[float, Lines]]()
    for at, text in chunks:
        screen.feed(text)
        seen.append((at, screen.lines()))
    following = [*(at for at, _ in seen[1:]), float("inf")]
    settled = [each for each, then in zip(seen, following, strict=True) if then - each[0] >= _STEP / 4]
    waits = [list(same) for _, same in groupby(settled, lambda one: _said(one[1]))]
    kept = [each for same in waits for each in dict.fromkeys((same[0], same[len(same) // 2]))]
    return [(at, drawn(lines)) for at, lines in kept]


def moments(chunks: Chunks, columns: int, rows: int) -> list[tuple[float, Lines]]:
    """The screens that are worth a look, each with the seconds for which it is shown."""
    screen, seen = Screen(columns, rows), list[tuple[float, Lines]]()
    for at, text in chunks:
        screen.feed(text)
        seen.append((at, screen.lines()))
    waits = [list(same) for _, same in groupby(seen, lambda one: _said(one[1]))]
    shown = [(same[0][0], same[-1][1]) for same in waits]
    ends = [*(at for at, _ in shown[1:]), float("inf")]
    return [
        (_LAST if end == float("inf") else _shown_for(lines, end - at), lines)
        for (at, lines), end in zip(shown, ends, strict=True)
    ]


def _shown_for(lines: Lines, seconds: float) -> float:
    """A moment that took so long: at least to be seen, at most a wait; one with verdicts as long as reading takes."""
    told = " ".join(_said(lines)[-4:])
    return _READ if "points:" in told else min(max(seconds, _STEP), IDLE)


def _said(lines: Lines) -> tuple[str, ...]:
    texts = ("".join(character for character, _ in line) for line in lines)
    return tuple(text for text in texts if text and not _AT_WORK.match(text))


def render(chunks: Chunks, *, columns: int, rows: int, title: str, description: str) -> str:
    """The picture."""
    width, height = columns * _WIDTH + 2 * _EDGE, rows * _HEIGHT + 2 * _EDGE
    frames = moments(chunks, columns, rows)
    whole = sum(seconds for seconds, _ in frames)
    shown, style, at = list[str](), list[str](), 0.0
    for number, (seconds, lines) in enumerate(frames):
        last = number == len(frames) - 1
        begin, end = 100 * at / whole, 100 * (at + seconds) / whole
        style.append(_frames(number, begin, end))
        shown.append(f'<g class="f f{number}{" last" if last else ""}">{"".join(_texts(lines))}</g>')
        at += seconds
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'aria-labelledby="title desc">\n<title id="title">{escape(title)}</title>\n'
        f'<desc id="desc">{escape(description)}</desc>\n<style>{_STYLE}'
        f"  .f {{ visibility: hidden; animation: {whole:.1f}s step-end infinite }}\n{''.join(style)}"
        "  @media (prefers-reduced-motion: reduce) { .f { animation: none } .last { visibility: visible } }\n"
        f'</style>\n<rect class="page" x=".5" y=".5" width="{width - 1:.0f}" height="{height - 1:.0f}" rx="8"/>\n'
        + "\n".join(shown)
        + "\n</svg>\n"
    )


def _frames(number: int, begin: float, end: float) -> str:
    """When a moment is to be seen."""
    before = "0%{visibility:hidden}" if begin > 0 else ""
    after = f"{end:.3f}%{{visibility:hidden}}" if end < 99.999 else ""
    frames = f"{before}{begin:.3f}%{{visibility:visible}}{after}"
    return f"  @keyframes k{number}{{{frames}}} .f{number}{{animation-name:k{number}}}\n"


def _texts(lines: Lines) -> Iterator[str]:
    for number, line in enumerate(lines):
        if line:
            runs = groupby(line, lambda cell: cell[1])
            spans = "".join(_span("".join(character for character, _ in cells), style) for style, cells in runs)
            yield f'<text x="{_EDGE:.0f}" y="{_EDGE + _HEIGHT * (number + 0.75):.0f}">{spans}</text>'


def _span(text: str, style: Style) -> str:
    names = [style.colour or ("dim" if style.dim else ""), "bold" if style.bold else ""]
    classes = " ".join(name for name in names if name)
    return f'<tspan class="{classes}">{escape(text)}</tspan>' if classes else escape(text)
