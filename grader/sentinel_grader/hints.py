"""Hints in three steps for each check: where to look, what to think about, nearly the answer (hints.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from sentinel_grader.learner import Progress
from sentinel_grader.result import Verdict

FILE = Path(__file__).with_name("hints.toml")
STEPS = 3


def all_hints() -> dict[str, list[str]]:
    """The hints of every check, by its id, in their order."""
    return {id_: list(hints) for id_, hints in _read().items()}


@cache  # a result asks for them once for each check
def _read() -> dict[str, list[str]]:
    return {id_: entry["hints"] for id_, entry in tomllib.loads(FILE.read_text(encoding="utf-8")).items()}


def wanted(ids: Iterable[str], progress: Progress) -> list[str]:
    """The checks among `ids` that a hint may help with: those that failed last time, else those not passed yet."""
    listed = list(ids)
    failed = [id_ for id_ in listed if progress.verdicts.get(id_) is Verdict.FAILED]
    return failed or [id_ for id_ in listed if progress.verdicts.get(id_) is not Verdict.PASSED]


def next_hint(ids: Iterable[str], progress: Progress) -> tuple[str, int, str] | None:
    """The next hint, as check id, its number from 1, and its words; None once all were shown. Counts it as shown."""
    known = all_hints()
    for id_ in wanted(ids, progress):
        shown = progress.hints.get(id_, 0)
        if shown < len(known[id_]):
            progress.hints[id_] = shown + 1
            return id_, shown + 1, known[id_][shown]
    return None
