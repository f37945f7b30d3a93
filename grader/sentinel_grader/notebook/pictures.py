"""The pictures of two images: where their bytes are, how fast they start, what a rebuild of them costs."""

from __future__ import annotations

from collections.abc import Iterator

from sentinel_grader.notebook.images import ImageSeen, LayerSeen, Seen
from sentinel_grader.notebook.svg import (
    BLUE,
    FAINT,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    RED,
    SKY,
    WIDTH,
    YELLOW,
    Picture,
    box,
    cut,
    picture,
    rule,
    text,
)

_COLOURS = (RED, ORANGE, BLUE, SKY, PINK, YELLOW, GREEN)
#: Where bars begin, and how wide the widest is. Layers that are named below a bar, at most.
_LEFT, _ROOM, _NAMED = 120, WIDTH - 120 - 120, 4
_BAR, _LINE = 44, 19


def layers(seen: Seen) -> Picture:
    """Every layer of both images, as wide as it has bytes."""
    widest = max(_total(seen.naive), _total(seen.yours), 1)
    parts, y = list[str](), 92.0
    for name, image in (("naive", seen.naive), (seen.whose, seen.yours)):
        shown, below = _layer_row(name, image, widest, y)
        parts += shown
        y = below + 26
    over = seen.naive.new_bytes / max(seen.yours.new_bytes, 1)
    says = f"Over the base {_possessive(seen)} weighs {_mb(seen.yours.new_bytes)}, and the naive one "
    says += f"{_mb(seen.naive.new_bytes)}" + (f": {over:.0f} times as much." if over >= 1.5 else ".")
    return picture("Where the bytes are", says, y + 22, parts, _note(seen))


def _layer_row(name: str, image: ImageSeen, widest: float, y: float) -> tuple[list[str], float]:
    """A bar of layers with their names below; and where the next may begin."""
    parts, x = [text(28, y + 28, name, size=16, weight=600)], float(_LEFT)
    for words, size, colour in _segments(image):
        width = max(size / widest * _ROOM, 1.5)
        parts.append(box(x, y, width - 1, _BAR, colour, tells=f"{_mb(size)}: {words}"))
        if width > 62:
            parts.append(text(x + width / 2, y + 27, _mb(size), anchor="middle", weight=600, colour=_on(colour)))
        x += width
    parts.append(text(x + 8, y + 28, _mb(_total(image)), size=16, weight=600))
    y += _BAR + 20
    for words, size, colour in sorted(_segments(image), key=lambda each: -each[1])[: _NAMED + 1]:
        parts.append(box(_LEFT, y - 9, 10, 10, colour))
        parts.append(text(_LEFT + 84, y, _mb(size), anchor="end", weight=600))
        parts.append(text(_LEFT + 96, y, cut(words, 92), colour=FAINT))
        y += _LINE
    return parts, y


def _segments(image: ImageSeen) -> Iterator[tuple[str, int, str]]:
    """What each part of a bar is, its bytes, its colour: the base first."""
    yield "the base, the same for both: pulled once, and shared by all images on it", image.base_bytes, GREY
    yield from (
        (layer.instruction, layer.bytes, _COLOURS[number % len(_COLOURS)])
        for number, layer in enumerate(layer for layer in image.layers if _counts(layer))
    )


def _counts(layer: LayerSeen) -> bool:
    return layer.bytes > 0


def starts(seen: Seen) -> Picture:
    """Seconds from the start of a container to its first truthful "I am well"."""
    naive, yours = seen.naive.start_seconds, seen.yours.start_seconds
    says = (
        f"After {yours:.1f} s {_possessive(seen)} answers, the naive one after {naive:.1f} s: a process that starts, "
    )
    says += "not a machine that boots."
    parts = _bars([("naive", naive, ORANGE), (seen.whose, yours, BLUE)], 92)
    return picture("From start to answer", says, 92 + 2 * 40 + 62, parts, _note(seen))


def rebuilds(seen: Seen) -> Picture:
    """Seconds of a build after an edit, and from nothing."""
    naive, yours = seen.naive, seen.yours
    after = _bars(
        [("naive", naive.edit_seconds, ORANGE), (seen.whose, yours.edit_seconds, BLUE)],
        116, longest := max(naive.edit_seconds, naive.nothing_seconds, yours.edit_seconds, yours.nothing_seconds),
    )  # fmt: skip
    anew = _bars([("naive", naive.nothing_seconds, ORANGE), (seen.whose, yours.nothing_seconds, BLUE)], 252, longest)
    heads = [
        text(28, 104, "After an edit of one line, with the cache", weight=600),
        text(28, 240, "From nothing, without it", weight=600),
    ]
    says = f"An edited line costs {_possessive(seen)} {yours.edit_seconds:.1f} s, "
    says += f"the naive one {naive.edit_seconds:.1f} s: "
    says += (
        f"{3600 / max(yours.edit_seconds, 0.01):,.0f} tries an hour, or {3600 / max(naive.edit_seconds, 0.01):,.0f}."
    )
    return picture("What a rebuild costs", says, 394, [*heads, *after, *anew], _note(seen))


def _bars(rows: list[tuple[str, float, str]], top: float, longest: float = 0) -> list[str]:
    """Bars of seconds, over a scale."""
    longest = max(longest, *(seconds for _, seconds, _ in rows), 0.1)
    step = next(size for size in (0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 60, 300, 1e9) if longest / size <= 6)
    bottom, parts = top + 40 * len(rows), list[str]()
    for number in range(int(longest / step) + 1):
        x = _LEFT + number * step / longest * _ROOM
        parts += [
            rule(x, top, bottom),
            text(x, bottom + 14, f"{number * step:g} s", size=11, colour=FAINT, anchor="middle"),
        ]
    for number, (name, seconds, colour) in enumerate(rows):
        y, width = top + 40 * number + 5, max(seconds / longest * _ROOM, 2)
        parts.append(text(28, y + 20, name, size=15, weight=600))
        parts.append(box(_LEFT, y, width, 28, colour, tells=f"{name}: {seconds:.2f} s"))
        parts.append(text(_LEFT + width + 8, y + 20, f"{seconds:.1f} s", size=15, weight=600))
    return parts


def _total(image: ImageSeen) -> int:
    return image.base_bytes + image.new_bytes


def _mb(size: float) -> str:
    """Bytes as people say them: a megabyte is 10⁶."""
    if size < 1e5:
        return f"{size / 1e3:.0f} kB"
    return f"{size / 1e6:.0f} MB" if size >= 9.5e6 else f"{size / 1e6:.1f} MB"


def _on(colour: str) -> str:
    """A colour that can be read on this one."""
    return "#ffffff" if colour in (RED, BLUE, GREEN) else "#1e293b"


def _possessive(seen: Seen) -> str:
    return "the course's image" if seen.missing else "your image"


def _note(seen: Seen) -> str:
    return f"Drawn from {seen.source}."
