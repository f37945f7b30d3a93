"""What a rebuild costs: seconds after an edit of the code, and from nothing. No check judges it; the notebook draws it.

Seconds are this engine's, at this moment: they are shown to whoever waits for them, and to nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sentinel_grader.observe.alerter_build import CONTEXT, Build, failure, prepared_context, run_build
from sentinel_grader.observe.outcome import Fault
from sentinel_grader.observe.rebuild import CODE
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope


@dataclass(frozen=True)
class RebuildCost:
    """Seconds of a build after an edit of a line of code, and of one that may use nothing of earlier ones."""

    edit: float
    nothing: float


@observation("rebuild_cost", inputs=CONTEXT)
def rebuild_cost(scope: Scope, build: Build) -> RebuildCost:
    """Build twice more, one after the other: who measures time does nothing else meanwhile."""
    context, _ = prepared_context(scope)
    with (context / CODE).open("a") as code:
        code.write(f"\n# edited {scope.nonce()}\n")
    edit = _seconds(scope, context, build)
    return RebuildCost(edit, _seconds(scope, context, build, "--no-cache"))


def _seconds(scope: Scope, context: Path, build: Build, *options: str) -> float:
    """Of a build whose image nobody keeps."""
    ran = run_build(scope, context, build.nonce[:12], "--output=type=cacheonly", *options)
    if ran.status is None:
        raise Fault("build_endless", "The build did not end.", expected="a build that ends")
    if ran.status != 0:
        raise failure(ran.error, context / "Dockerfile")
    return ran.seconds
