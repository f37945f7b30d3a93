"""A check judged on the solution's recording, with something in it changed."""

from __future__ import annotations

from typing import Any

from sentinel_grader.judging import CHECKS, Unmet
from sentinel_grader.result import Reason

from .record import read

#: What was recorded of the course's own solution, by observation.
SOLUTION: dict[str, Any] = {name: recorded.data for name, recorded in read().items()}


def judge(id_: str, **changed: Any) -> Reason | None:
    """Why the check fails; None if it does not."""
    seen = SOLUTION | changed
    try:
        CHECKS[id_].function(*(seen[name] for name in CHECKS[id_].observations))
    except Unmet as unmet:
        return unmet.reason
    return None
