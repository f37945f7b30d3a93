"""A learner's Dockerfile: parsed into a model, or refused with its lines."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from sentinel_grader.policy.directives import directives_of
from sentinel_grader.policy.expansion import Lengths
from sentinel_grader.policy.features import features_of
from sentinel_grader.policy.instructions import instructions_of
from sentinel_grader.policy.lines import Lines
from sentinel_grader.policy.model import Dockerfile, Instruction, Stage
from sentinel_grader.policy.refused import Refused
from sentinel_grader.policy.rules import RULES, Context
from sentinel_grader.policy.stages import Arguments, stage_of
from sentinel_grader.policy.text import lines_of
from sentinel_grader.submission.refusal import Refusal, shown

#: More than this is not told at once.
MOST_REFUSALS = 20


def check_dockerfile(
    text: bytes | str,
    *,
    name: str,
    allowed_bases: Sequence[str],
    build_context_files: Collection[str] = (),
    arguments: Mapping[str, str] | None = None,
) -> Dockerfile | list[Refusal]:
    """The model of a Dockerfile that may be built, or why it may not; never an exception.

    `name` is its path in the submission, for messages; `build_context_files` are all paths beside which one may lie
    that overrides .dockerignore; `arguments` are the build arguments that it will be built with.
    """
    override = f"{name}.dockerignore"
    refusals = [_override(override)] if override in build_context_files else []
    found: Dockerfile | None = None
    try:
        found = _parse(text, name, tuple(allowed_bases), arguments or {}, refusals)
    except Refused as refused:
        refusals.append(refused.refusal(name))
    if found and not refusals:
        return found
    return sorted(refusals, key=lambda refusal: refusal.line or 0)[:MOST_REFUSALS]


def _parse(
    text: bytes | str, name: str, allowed: Sequence[str], given: Mapping[str, str], refusals: list[Refusal]
) -> Dockerfile | None:
    """None if refusals were found that keep nobody from reading on. Raises Refused for those that do."""
    lines = lines_of(text)
    directives = directives_of(lines)
    instructions = list(instructions_of(Lines(lines, directives.escape)))
    arguments, context = (
        Arguments(given, directives.escape),
        Context(allowed, directives.escape, _stage_names(instructions)),
    )
    lengths = Lengths(directives.escape)
    for instruction in instructions:
        try:
            lengths.check(instruction)
            _judge(instruction, arguments, context)
        except Refused as refused:
            refusals.append(refused.refusal(name))
            if instruction.keyword == "FROM":
                return None  # what follows would be counted to another stage
    if not context.earlier:
        raise Refused("no_stage", None, "It holds no FROM.", "Begin with FROM and a base, with its version.")
    return Dockerfile(
        name, lines, directives.escape, directives.syntax, directives.lines, arguments.values,
        frozenset(arguments.in_bases), tuple(context.earlier),
        tuple(feature for instruction in instructions for feature in features_of(instruction)),
    )  # fmt: skip


def _judge(instruction: Instruction, arguments: Arguments, context: Context) -> None:
    if instruction.keyword == "FROM":
        context.earlier.append(stage_of(instruction, arguments, context))
        return
    if not context.earlier and instruction.keyword != "ARG":
        saw = f"{instruction.keyword} stands before the first FROM."
        raise Refused("before_from", instruction.line, saw, "Only ARG may stand there.")
    here = context.earlier.pop() if context.earlier else None
    try:
        RULES[instruction.keyword](instruction, context)
    finally:
        if here:
            context.earlier.append(_with(here, instruction))
    if not here:
        arguments.declare(instruction)


def _with(stage: Stage, instruction: Instruction) -> Stage:
    return replace(stage, instructions=(*stage.instructions, instruction))


def _stage_names(instructions: Sequence[Instruction]) -> frozenset[str]:
    return frozenset(one.words[2].lower() for one in instructions if one.keyword == "FROM" and len(one.words) == 3)


def _override(path: str) -> Refusal:
    saw = "This file is used instead of .dockerignore, which nobody would see."
    return Refusal("hidden_dockerignore", shown(path), saw, remedy="Move its lines to .dockerignore and delete it.")
