"""Rebuilds: which layers are made anew after an edit of the code, and is requirements.txt what the packages come from?

Layers are compared by their digests, not by time: a cache mount makes a bad order fast, and the layer still changes.
And digests do not tell all: BuildKit knows what a builder made for the same, though it was made anew. So the step that
the broken requirements broke, the one that installs, must have come from the cache when only the code was edited.
The requirements are not edited into others, which would download everything once more, but broken: whoever reads them
again fails within a second, and a build that goes through has not read them.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from sentinel_grader.observe.alerter_build import CONTEXT, Build, prepared_context
from sentinel_grader.observe.aside import Aside
from sentinel_grader.observe.outcome import Place
from sentinel_grader.observe.probe_build import Tried, probe_image
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope

#: The file of the service whose content is edited, and those that list packages.
CODE = "alerter/rule.py"
REQUIREMENTS = ("requirements.txt", "requirements.in")


@dataclass(frozen=True)
class Rebuild:
    """The layers of the image once a code file is edited (none: that build failed, as `code_words` say), and once
    the requirements are broken (none: it failed, as it should, in the step `installer`). `again`: an edit of the code
    has that step run again."""

    after_code: list[str]
    code_words: str
    after_requirements: list[str]
    installer: str = ""
    again: bool = False
    at: Place | None = None


@observation("rebuild", inputs=CONTEXT)
def rebuild(scope: Scope, build: Build) -> Rebuild:
    """Build twice more: with a comment added to the code, and with a line in the requirements that is none."""
    context, _ = prepared_context(scope)
    nonce = scope.nonce()
    broken = context.with_name("broken")
    shutil.copytree(context, broken, symlinks=True)
    _append(context / CODE, f"\n# edited {nonce}\n")
    for name in REQUIREMENTS:
        _append(broken / name, f"\nsentinel {nonce} is no requirement\n")
    with Aside() as aside:
        building = aside.do(_built, scope, broken, build, "requirements")
        code = _built(scope, context, build, "code")
    requirements = building.result()
    installer = next((step for step, end in requirements.steps.items() if end == "ERROR"), "")
    again = bool(installer) and code.steps.get(installer, "CACHED") != "CACHED"
    return Rebuild(
        list(code.layers), code.words[:600], list(requirements.layers), installer[:300], again, requirements.at
    )


def _built(scope: Scope, context: Path, build: Build, what: str) -> Tried:
    with probe_image(scope, context, build.nonce[:12], what) as (_, tried):
        return tried


def _append(path: Path, text: str) -> None:
    if path.is_file() and not path.is_symlink():
        with path.open("a") as file:
            file.write(text)
