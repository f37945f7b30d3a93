"""The learner's Dockerfile, as every observation takes it: within the policy, parsed, and as the text that is built."""

from __future__ import annotations

from pathlib import Path

from sentinel_grader.environment.docker import version_number
from sentinel_grader.observe.outcome import Fault, OursError, Place
from sentinel_grader.observe.scope import Scope
from sentinel_grader.policy import Dockerfile, allowed_bases, check_dockerfile, prepared_text, understood_by

ALERTER = "module-01-containers/exercises/alerter"
DOCKERFILE = f"{ALERTER}/Dockerfile"


def parsed(context: Path) -> Dockerfile:
    """The Dockerfile in `context`. Raises Fault for one that is not there or is refused."""
    path = context / "Dockerfile"
    if not path.is_file():
        raise Fault("no_dockerfile", f"There is no {DOCKERFILE}.", expected="a Dockerfile beside the code")
    beside = [f"{ALERTER}/{other.name}" for other in context.iterdir()]
    found = check_dockerfile(
        path.read_bytes(), name=DOCKERFILE, allowed_bases=allowed_bases(), build_context_files=beside
    )
    if isinstance(found, Dockerfile):
        return found
    first = found[0]
    raise Fault(
        first.code,
        f"{first.saw} {first.remedy}".strip(),
        at=Place(first.path, first.line),
        expected="a Dockerfile that the course's policy lets pass",
        detail=tuple(str(other) for other in found[1:6]),
    )


def prepare(scope: Scope, context: Path) -> None:
    """Put the text that may be built in the place of the learner's. Raises Fault; OursError where this engine is too
    old for what the Dockerfile uses."""
    dockerfile = parsed(context)
    understood = understood_by(version_number(scope.session.surroundings.get("engine", "")))
    newer = [feature for feature in dockerfile.features if feature.since > understood]
    if newer:
        words = ", ".join(f"{feature.name} (line {feature.line})" for feature in newer)
        raise OursError("dockerfile_frontend_too_old", f"This engine's BuildKit does not know {words}.")
    (context / "Dockerfile").write_text(prepared_text(dockerfile), encoding="utf-8", newline="")
