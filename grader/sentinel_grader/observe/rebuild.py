"""Rebuilds: which layers are made anew after an edit of the code, and is requirements.txt what the packages come from?

Layers are compared by their digests, not by time: a cache mount makes a bad order fast, and the layer still changes.
And digests do not tell all: BuildKit knows what a builder made for the same, though it was made anew. So the step that
the broken requirements broke, the one that installs, must have come from the cache when only the code was edited.
The requirements are not edited into others, which would download everything once more, but broken: whoever reads them
again fails within a second, and a build that goes through has not read them.

Edits are compared with each other, and not with the image that was graded: others build the same packages on the same
engine, BuildKit takes for a new image what was built last, and an image that it has as a whole is left as it was.
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
    """The layers of the image after each of some edits of a code file, one right after another (none: that build
    failed, as `code_words` say), and once the requirements are broken (none: it failed, as it should, in the step
    `installer`). `again`: an edit of the code has that step run again."""

    after_edits: list[list[str]]
    code_words: str
    after_requirements: list[str]
    installer: str = ""
    again: bool = False
    at: Place | None = None

    def is_same(self, position: int) -> bool:
        """Whether the layer at this position, counted from the lowest, was left alone by an edit of the code."""
        pairs = zip(self.after_edits, self.after_edits[1:], strict=False)
        return any(before[position : position + 1] == after[position : position + 1] != [] for before, after in pairs)

    def was_installed_again(self, position: int, diff_id: str) -> bool:
        """Whether the layer there, which the graded image has with this digest, is another one since the requirements
        were edited."""
        known = {diff_id, *(digest for layers in self.after_edits for digest in layers[position : position + 1])}
        return not known & set(self.after_requirements[position : position + 1])


@observation("rebuild", inputs=CONTEXT)
def rebuild(scope: Scope, build: Build) -> Rebuild:
    """Build anew: with a comment added to the code, with another one, and with a line in the requirements that is
    none."""
    context, _ = prepared_context(scope)
    broken = context.with_name("broken")
    shutil.copytree(context, broken, symlinks=True)
    for name in REQUIREMENTS:
        _append(broken / name, f"\nsentinel {scope.nonce()} is no requirement\n")
    with Aside() as aside:
        building = aside.do(_built, scope, broken, build, "requirements")
        edits = [_edited(scope, context, build) for _ in range(2)]
        requirements = building.result()
        installer = next((step for step, end in requirements.steps.items() if end == "ERROR"), "")
        again = bool(installer) and edits[-1].steps.get(installer, "CACHED") != "CACHED"
        if (
            edits[-1].ok and not again and _differing(*edits) > 1
        ):  # more than the code's: it may have been others' doing
            edits.append(_edited(scope, context, build))
    layers = [list(edit.layers) for edit in edits if edit.ok]
    words = next((edit.words for edit in edits if not edit.ok), "")
    return Rebuild(layers, words[:600], list(requirements.layers), installer[:300], again, requirements.at)


def _edited(scope: Scope, context: Path, build: Build) -> Tried:
    _append(context / CODE, f"\n# edited {scope.nonce()}\n")
    return _built(scope, context, build, "code")


def _differing(before: Tried, after: Tried) -> int:
    """How many layers are other ones."""
    return sum(one != other for one, other in zip(before.layers, after.layers, strict=False))


def _built(scope: Scope, context: Path, build: Build, what: str) -> Tried:
    with probe_image(scope, context, build.nonce[:12], what) as (_, tried):
        return tried


def _append(path: Path, text: str) -> None:
    if path.is_file() and not path.is_symlink():
        with path.open("a") as file:
            file.write(text)
