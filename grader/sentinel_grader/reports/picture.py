"""An image's layers as a picture: its bars in percent, for the page's SVG to draw at any width."""

from __future__ import annotations

from dataclasses import dataclass

from sentinel_grader.reports import words
from sentinel_grader.reports.text import shown
from sentinel_grader.result import ImageResult, LayerResult

#: So many colours the page has; the next layer starts over.
COLOURS = 6
#: Of one layer: the fattest. The numbers count all of it.
_PATHS = 12


@dataclass(frozen=True)
class Bar:
    """A layer: `x`, `width` and `drop_width` in percent of the whole image, `share` and `drop` of the fattest layer."""

    instruction: str
    size: str
    colour: int
    x: float
    width: float
    drop_width: float
    share: float
    drop: float
    drop_size: str
    paths: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Picture:
    """An image. `base_width` is in percent of the whole image; `drops`: whether any layer has something to drop."""

    service: str
    base: str
    size: str
    base_size: str
    over_size: str
    base_width: float
    drops: bool
    bars: tuple[Bar, ...]


def picture(image: ImageResult) -> Picture:
    """Measure an image for drawing. Sizes that contradict each other still give bars within 0 and 100."""
    over = sum(layer.bytes for layer in image.layers)
    base = max(0, image.bytes - over)
    whole, fattest = max(1, base + over), max([1, *(layer.bytes for layer in image.layers)])
    bars, x = [], _percent(base, whole)
    for number, layer in enumerate(image.layers):
        bars.append(_bar(layer, number, x, whole, fattest))
        x += bars[-1].width
    return Picture(
        service=shown(image.service, most=100, lines=1),
        base=shown(image.base, most=200, lines=1),
        size=words.size(base + over),
        base_size=words.size(base),
        over_size=words.size(over),
        base_width=_percent(base, whole),
        drops=any(bar.paths for bar in bars),
        bars=tuple(bars),
    )


def _bar(layer: LayerResult, number: int, x: float, whole: int, fattest: int) -> Bar:
    drop = min(layer.bytes, sum(path.bytes for path in layer.drop))
    paths = [(shown(path.path, most=200, lines=1), words.size(path.bytes)) for path in layer.drop[:_PATHS]]
    if len(layer.drop) > _PATHS:
        rest = layer.drop[_PATHS:]
        paths.append((f"and {len(rest)} more", words.size(sum(path.bytes for path in rest))))
    return Bar(
        instruction=shown(layer.instruction, most=400, lines=6),
        size=words.size(layer.bytes),
        colour=number % COLOURS,
        x=round(x, 3),
        width=_percent(layer.bytes, whole),
        drop_width=_percent(drop, whole),
        share=_percent(layer.bytes, fattest),
        drop=_percent(drop, fattest),
        drop_size=words.size(drop) if drop else "",
        paths=tuple(paths),
    )


def _percent(part: int, whole: int) -> float:
    return round(100 * max(0, part) / whole, 3)
