"""Sabotage: what becomes of the image when every builder stage is broken?

The history of an image is no evidence: it shows `COPY /a /b` with no word of where from. But BuildKit leaves out stages
that nothing is taken from, so a build that still succeeds has no use for its builders.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from sentinel_grader.observe.alerter_build import CONTEXT, Build, prepared_context
from sentinel_grader.observe.probe_build import try_build, with_lines
from sentinel_grader.observe.recipe import Recipe
from sentinel_grader.observe.registry import observation
from sentinel_grader.observe.scope import Scope


@dataclass(frozen=True)
class Sabotage:
    """`stages` were broken; the build then failed (`failed`), and of that (`by_us`) or of something else."""

    stages: list[int]
    failed: bool = False
    by_us: bool = False
    words: str = ""


@observation("sabotage", inputs=CONTEXT)
def sabotage(scope: Scope, build: Build, recipe: Recipe) -> Sabotage:
    """End each stage that the final one is not FROM with a program that is not there, and build again."""
    broken = [stage.index for stage in recipe.builders]
    if not broken:
        return Sabotage([])
    context, _ = prepared_context(scope)
    program = f"/sentinel-{scope.nonce()}"
    ends = {recipe.stages[index + 1].line: f"RUN {json.dumps([program])}" for index in broken}
    with_lines(context / "Dockerfile", ends)
    tried = try_build(scope, context, build.nonce[:12], "--output=type=cacheonly")
    return Sabotage(broken, not tried.ok, program in tried.words, tried.words[:600])
