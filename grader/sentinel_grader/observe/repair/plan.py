"""The bookshop's Compose file, which stands alone: it includes nothing of the course's."""

from __future__ import annotations

from sentinel_grader.observe.compose.taken import Composing, taken
from sentinel_grader.observe.scope import Scope
from sentinel_grader.paths import ROOT

REPAIR = "module-01-containers/exercises/repair"
FILE = f"{REPAIR}/docker-compose.yaml"
#: All that its images may be built from.
INPUTS = (f"{REPAIR}/**/*", f"{REPAIR}/.*")
_COURSE_FILE = ROOT / "module-01-containers" / "docker-compose.yaml"


def plan(scope: Scope) -> Composing:
    """The file as Compose understands it. Raises Fault for what the policy refuses, with its line."""
    return taken(scope.session, scope.files / REPAIR, _COURSE_FILE, name=FILE, include=None)
