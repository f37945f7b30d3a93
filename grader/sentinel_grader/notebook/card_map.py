"""The picture of a decision card: what it answers as two numbers grow, with one fact changed from map to map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sentinel_grader.notebook.svg import BLUE, FAINT, GREEN, GREY, ORANGE, PINK, Picture, box, picture, text

Decide = Callable[[dict[str, Any]], object]
COLOURS = {"virtualenv": GREEN, "container": BLUE, "kubernetes": ORANGE, "virtual machine": PINK}
_ELSE = "another answer"
#: The facts that a map changes, by what it is called.
MAPS: dict[str, dict[str, Any]] = {
    "nothing else": {},
    "it needs ffmpeg": {"system_packages": ["ffmpeg"]},
    "it runs strangers' code": {"runs_strangers_code": True},
}
PLAIN: dict[str, Any] = {
    "program": "newsletter mailer",
    "made_for": "linux",
    "kernel_modules": [],
    "runs_strangers_code": False,
    "outlives_a_machine": False,
    "copies": 1,
    "memory_mb": 256,
    "machine_mb": 4096,
    "runs_on": ["a server"],
    "system_packages": [],
    "services": [],
    "python_packages": ["httpx"],
}
COPIES, MEMORY = range(1, 13), range(128, 1025, 128)
_CELL, _TOP, _LEFTS = 20, 124, (66, 350, 634)


def card_map(decide: Decide) -> Picture:
    """Ask `decide` about every number of copies and every size, on machines of 4,096 MB."""
    parts, trouble = _legend(), ""
    for left, (name, facts) in zip(_LEFTS, MAPS.items(), strict=True):
        shown, failed = _one(decide, name, facts, left)
        parts += shown
        trouble = trouble or failed
    says = trouble or "Each square is a case: so many copies, of so much memory each, on machines of 4,096 MB."
    return picture("What your card answers", says, _TOP + _CELL * len(MEMORY) + 96, parts)


def _one(decide: Decide, name: str, facts: dict[str, Any], left: float) -> tuple[list[str], str]:
    bottom, trouble = _TOP + _CELL * len(MEMORY), ""
    parts = [text(left, _TOP - 12, name, size=15, weight=600)]
    for row, memory in enumerate(reversed(MEMORY)):
        for column, copies in enumerate(COPIES):
            answer, failed = _asked(decide, {**PLAIN, **facts, "copies": copies, "memory_mb": memory})
            trouble = trouble or failed
            tells = f"{copies} copies of {memory} MB: {answer}"
            colour = COLOURS.get(answer, GREY)
            parts.append(box(left + column * _CELL, _TOP + row * _CELL, _CELL - 2, _CELL - 2, colour, tells=tells))
        if (len(MEMORY) - row) % 2 == 0:
            parts.append(text(left - 6, _TOP + row * _CELL + 14, f"{memory}", size=11, colour=FAINT, anchor="end"))
    for column, copies in enumerate(COPIES):
        if copies in (1, 4, 8, 12):
            x = left + column * _CELL + _CELL / 2 - 1
            parts.append(text(x, bottom + 14, f"{copies}", size=11, colour=FAINT, anchor="middle"))
    parts.append(text(left, bottom + 32, "copies →   (upwards: MB of each)", size=11, colour=FAINT))
    return parts, trouble


def _asked(decide: Decide, case: dict[str, Any]) -> tuple[str, str]:
    """The answer, and what was raised instead of one."""
    try:
        answer = decide(case)
    except Exception as error:
        return _ELSE, f"Your card raised {type(error).__name__}: {error}"
    return (answer, "") if isinstance(answer, str) and answer in COLOURS else (_ELSE, "")


def _legend() -> list[str]:
    parts, x, y = list[str](), 66.0, _TOP + _CELL * len(MEMORY) + 62
    for name, colour in {**COLOURS, _ELSE: GREY}.items():
        parts += [box(x, y, 12, 12, colour), text(x + 18, y + 11, name)]
        x += 44 + 7.4 * len(name)
    return parts
