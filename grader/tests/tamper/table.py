"""The attempts for a log: one line each."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from sentinel_grader.reports.text import shown

from .trial import Trial


def as_text(trials: Sequence[Trial]) -> str:
    """! before an attempt that is not as it must be, its seconds, and what the grade says."""
    lines = []
    for trial in trials:
        words = " ".join(shown(trial.words, most=160, lines=1).split())
        lines.append(f"{'!' if trial.differences else ' '} {trial.attempt.name:<30} {trial.seconds:5.1f} s  {words}")
        lines += textwrap.wrap(trial.attempt.what, 110, initial_indent=" " * 4, subsequent_indent=" " * 4)
    met = sum(not trial.differences for trial in trials)
    return "\n".join([*lines, f"{len(trials)} attempts, {met} met as they must be"])
