"""An edit by hand and an edit with a watch, in turns; figures are medians over the rounds."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from sentinel_grader import pristine
from sentinel_grader.bench.watch.by_hand import ByHand
from sentinel_grader.bench.watch.edits import EDITS, Edit
from sentinel_grader.paths import ROOT
from sentinel_grader.watching.played import Played
from sentinel_grader.watching.screen import KEYS

#: A watch takes at most so many times as long as by hand.
MOST = 1.5
ROUNDS = 3
#: What a watch says with its verdicts, or at once where the edit changes none; and with the first of them.
_ANSWER = re.compile(r"\d+ of \d+ points.*: \w+|graded in its place|is judged by")
_FIRST = re.compile(rf"[✓✗] m1\.|{_ANSWER.pattern}")
_WAITING = f"n {KEYS['n']}"
_DEADLINE = 900.0


@dataclass(frozen=True)
class Row:
    """An edit, and the seconds of each round: by hand, with a watch, and until the first verdict of it. `answer` is
    what the watch said last."""

    edit: Edit
    by_hand: list[float]
    watching: list[float]
    first: list[float]
    answer: str

    @property
    def ratio(self) -> float:
        return median(self.watching) / median(self.by_hand)

    @property
    def holds(self) -> bool:
        return self.ratio <= MOST


def measure(
    say: Callable[[str], None], folder: Path, *, rounds: int = ROUNDS, edits: Sequence[Edit] = EDITS
) -> list[Row]:
    """Measure every edit, in the empty `folder`. Raises Unheard, or CalledProcessError, where something went wrong."""
    rows = []
    for edit in edits:
        say(f"{edit.name}: the first grade, and the first start by hand")
        place = folder / edit.name.replace(" ", "-")
        pristine.lay(place / "watched", solved=True)
        pristine.lay(place / "by-hand", solved=True)
        rows.append(_row(edit, place, rounds, say))
    return rows


def _row(edit: Edit, place: Path, rounds: int, say: Callable[[str], None]) -> Row:
    hand, hands, watched, firsts = ByHand(place / "by-hand"), list[float](), list[float](), list[float]()
    command = [sys.executable, "-m", "sentinel_grader", "watch", edit.task, "--submission", str(place / "watched")]
    with hand.of_compose() if edit.by_compose else hand.beside_redis(), Played(command, folder=ROOT) as played:
        played.wait_for("First look", _DEADLINE)
        played.type("t")  # this task, and no other
        played.wait_for(_WAITING, _DEADLINE)
        hand.again(by_compose=edit.by_compose)
        answer = ""
        for number in range(1, rounds + 1):
            say(f"{edit.name}, round {number} of {rounds}: by hand")
            edit.make(place / "by-hand")
            hands.append(hand.again(by_compose=edit.by_compose))
            say(f"{edit.name}, round {number} of {rounds}: with a watch")
            first, seconds, answer = _answered(played, edit, place / "watched")
            firsts.append(first)
            watched.append(seconds)
        played.type("q")
        played.end()
    return Row(edit, hands, watched, firsts, answer)


def _answered(played: Played, edit: Edit, checkout: Path) -> tuple[float, float, str]:
    """Save the edit; the seconds until the first verdict and until all are there, and what was said of them."""
    after, began = len(played.text), time.monotonic()
    edit.make(checkout)
    played.wait_for_match(_FIRST, _DEADLINE, after=after)
    first = time.monotonic() - began
    found = played.wait_for_match(_ANSWER, _DEADLINE, after=after)
    seconds = time.monotonic() - began
    if "points" in found:
        played.wait_for(_WAITING, _DEADLINE, after=after)
    return first, seconds, found
