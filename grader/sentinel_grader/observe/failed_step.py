"""The line of a Dockerfile at which a build failed, where the engine itself does not say.

Engine 20.10 names no line, only the step: ` > [build 2/3] RUN pip install …`, counted within its stage.
"""

from __future__ import annotations

import re
from pathlib import Path

from sentinel_grader.observe.dockerfile import DOCKERFILE
from sentinel_grader.policy import Dockerfile, Stage, allowed_bases, check_dockerfile

#: After a platform, where several are built, and the stage's name, where there is more than one.
_FAILED = re.compile(r"^ > \[(?:\w+/\S+ )?(?:([^\s\]]+) )?(\d+)/(\d+)\] ", re.MULTILINE)
#: The instructions that BuildKit makes steps of; a FROM that names an image is the first.
_STEPS = frozenset({"ADD", "COPY", "RUN", "WORKDIR"})


def line_of_failed_step(log: str, dockerfile: Path) -> int | None:
    """The line of the step that the build's log names as failed; `dockerfile` is what was built."""
    failed = _FAILED.search(log)
    found = check_dockerfile(dockerfile.read_bytes(), name=DOCKERFILE, allowed_bases=allowed_bases())
    if not failed or not isinstance(found, Dockerfile):
        return None
    stage = _stage(found, failed[1])
    steps = [one for one in stage.instructions if one.keyword in _STEPS] if stage else []
    at, total = int(failed[2]), int(failed[3])
    first = 1 + total - len(steps)
    return steps[at - first].line if first in (1, 2) and first <= at <= total else None


def _stage(found: Dockerfile, name: str | None) -> Stage | None:
    if name is None:
        return found.final_stage
    return found.stage_named(name) or found.stage_named(name.removeprefix("stage-"))
