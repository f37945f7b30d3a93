"""Shapes and texts of a picture, on a card of its own colours: it reads the same in a light notebook and a dark one."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

WIDTH = 900
INK, FAINT, LINE, PAPER = "#1e293b", "#64748b", "#e2e8f0", "#ffffff"
#: Colours that people who see few of them can tell apart (https://jfly.uni-koeln.de/color/, Okabe and Ito).
ORANGE, SKY, GREEN, YELLOW, BLUE, RED, PINK = (
    "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7",
)  # fmt: skip
GREY = "#cbd5e1"
_FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Liberation Sans',sans-serif"


class Picture(str):
    """An SVG that Jupyter shows as what it draws."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        return "a picture, which needs a notebook to be seen in"


def picture(title: str, says: str, height: float, parts: Iterable[str], note: str = "") -> Picture:
    """A card with a title, the sentence that it shows, its parts (from y = 84 on), and where it comes from."""
    body = [
        f'<rect width="{WIDTH}" height="{height}" rx="14" fill="{PAPER}" stroke="{LINE}"/>',
        text(28, 40, title, size=20, weight=650),
        text(28, 64, says, size=14, colour=FAINT),
        *parts,
        *([text(28, height - 16, note, size=11, colour=FAINT)] if note else []),
    ]
    return Picture(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'style="max-width:{WIDTH}px;width:100%;height:auto;{_FONT}"><title>{escape(title)}</title>'
        f"<desc>{escape(says)}</desc>{''.join(body)}</svg>"
    )


def text(
    x: float, y: float, words: str, *, size: int = 13, colour: str = INK, weight: int = 400, anchor: str = "start"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" fill="{colour}" font-weight="{weight}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )


def box(x: float, y: float, width: float, height: float, colour: str, *, tells: str = "", round_: float = 3) -> str:
    """A rectangle; `tells` is shown where the pointer rests on it."""
    hover = f"<title>{escape(tells)}</title>" if tells else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}" rx="{round_}" '
        f'fill="{colour}">{hover}</rect>'
    )


def rule(x: float, top: float, bottom: float) -> str:
    """A thin upright line."""
    return f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}" stroke="{LINE}"/>'


def cut(words: str, most: int) -> str:
    """A text in at most so many characters."""
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"
