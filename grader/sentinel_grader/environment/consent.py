"""Asking before the machine is changed."""

from __future__ import annotations

import sys
from collections.abc import Callable

from rich.prompt import Confirm

from sentinel_grader.environment.progress import Progress

#: Gets the sentence that says what would be changed; returns whether to go on.
Consent = Callable[[str], bool]


def consent(progress: Progress, *, yes: bool) -> Consent:
    """Say what will be changed, and ask: but not with `--yes`, nor where no terminal could answer."""

    def ask(sentence: str) -> bool:
        progress.say(sentence)
        return yes or not (sys.stdin.isatty() and sys.stderr.isatty()) or Confirm.ask("Go on?", default=True)

    return ask
