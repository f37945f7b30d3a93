"""Pulling a base, and knowing soon when it will not come."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from sentinel_grader.environment import shell
from sentinel_grader.environment.progress import Step

#: Seconds within which a registry must have named the image's layers: an engine that cannot reach its registry may try
#: for minutes.
FIRST_WORD = 5.0
WHOLE_PULL = 1800.0


@dataclass
class NotPulled(Exception):
    """Why a pull brought nothing, in a person's words."""

    reason: str

    def __str__(self) -> str:
        return self.reason


def pull(name: str, step: Step) -> None:
    """Pull `name`; raises NotPulled within FIRST_WORD seconds if no registry answers."""
    step.note("asking the registry")
    answered = threading.Event()

    def heard(line: str) -> None:
        # The first line that a pull prints, "3.13-slim: Pulling from library/python", comes with the manifest.
        if "Pulling from" in line or "Digest:" in line:
            answered.set()
        step.note(line)

    try:
        shell.run(["docker", "pull", name], deadline=WHOLE_PULL, first_word=(answered, FIRST_WORD), on_line=heard)
    except shell.CommandFailed as failure:
        raise NotPulled(_reason(failure)) from failure


def _reason(failure: shell.CommandFailed) -> str:
    text = failure.output.lower()
    if "toomanyrequests" in text or "429" in text or "rate limit" in text:
        return "the registry says 429 Too Many Requests: this address has pulled its share (`docker login` raises it)"
    if failure.status is None:
        return f"no registry answered within {FIRST_WORD:.0f} s"
    if "x509" in text or "certificate" in text:
        return "the engine does not trust the registry's certificate (is TLS inspected on this network?)"
    if "unauthorized" in text or "denied" in text:
        return "the registry refused it: access denied"
    if "not found" in text or "manifest unknown" in text:
        return "the registry has no such image"
    return "no registry could be reached"
